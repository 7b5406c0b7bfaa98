// SPDX-License-Identifier: Apache-2.0
// Draws src/report/site/asset/card.png, the picture links to the bulletin are shown with: node card.mjs
import { chromium } from "playwright-core";

const html = `<body style="margin:0;width:1200px;height:630px;background:#14202c;color:#f3f1ec;font-family:'Noto Serif CJK JP',serif;display:flex;align-items:center">
<svg viewBox="0 0 32 32" width="300" height="300" style="margin:0 60px 0 90px"><path fill="#ee6c2d" d="M16 2c1 5 7 8 7 15a7 7 0 0 1-14 0c0-3 2-5 3-7 1 2 2 3 3 3 0-4-1-7 1-11z"/><path fill="#d9dfe6" d="M8 26h16l2 4H6z"/></svg>
<div><div style="font-size:84px;font-weight:700;line-height:1.25">Noroshi<br>Bulletin</div>
<div style="font-size:40px;margin-top:18px;color:#b9c4cf;font-family:'Noto Sans CJK JP'">狼煙 脅威速報</div>
<div style="width:160px;height:6px;background:#ee6c2d;margin-top:34px"></div></div></body>`;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1200, height: 630 } });
await page.setContent(html);
await page.screenshot({ path: new URL("../src/report/site/asset/card.png", import.meta.url).pathname });
await browser.close();
