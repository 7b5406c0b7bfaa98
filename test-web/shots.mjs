// SPDX-License-Identifier: Apache-2.0
// Pictures of pages for people to look at: LOOKS=desktop,print node shots.mjs SITE OUT [page...]
import { chromium } from "playwright-core";
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";

const [site, out, ...pages] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
const looks = [["desktop", 1280, 900, "light"], ["phone", 390, 844, "light"], ["desktop-dark", 1280, 900, "dark"],
  ["phone-dark", 390, 844, "dark"], ["print", 794, 1123, "light"]];
const wanted = process.env.LOOKS?.split(",");
for (const [name, width, height, colorScheme] of looks.filter(([name]) => !wanted || wanted.includes(name))) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  for (const page of pages.length ? pages : ["index.html", "ja/index.html"]) {
    const tab = await context.newPage();
    if (name === "print") await tab.emulateMedia({ media: "print" });
    await tab.goto("file://" + resolve(site, page.split("?")[0]) + (page.includes("?") ? "?" + page.split("?")[1] : ""));
    await tab.waitForTimeout(150);
    const file = page.replace(/[^a-z0-9]+/gi, "_").slice(0, 80);
    await tab.screenshot({ path: `${out}/${file}-${name}.png`, fullPage: true });
    await tab.close();
  }
  await context.close();
}
await browser.close();
