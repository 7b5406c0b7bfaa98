// SPDX-License-Identifier: Apache-2.0
// The bulletin in a real browser: node run.mjs SITES (made by sites.sh).  Prints TAP.
// Every page kind, both languages, desktop and phone, light and dark: axe, requests, console, overflow;
// every page of both sites: HTML, links; search from file://; feeds; 500 hostile strings stay text.
import { chromium } from "playwright-core";
import Ajv from "ajv/dist/2020.js";
import { HtmlValidate } from "html-validate";
import { createRequire } from "node:module";
import { readFileSync, readdirSync, statSync, existsSync } from "node:fs";
import { join, resolve, dirname, relative } from "node:path";

const sites = resolve(process.argv[2]);
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let count = 0, failed = 0;

function ok(good, name, detail = []) {
  console.log(`${good ? "ok" : "not ok"} ${++count} - ${name}`);
  if (!good) { failed++; for (const line of detail.slice(0, 12)) console.log("#   " + line); }
}

function* files(folder, ending) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path, ending);
    else if (name.endsWith(ending)) yield path;
  }
}

const validator = new HtmlValidate({
  extends: ["html-validate:standard"],
  rules: { "long-title": "off", "no-trailing-whitespace": "off", "require-sri": "off", "no-inline-style": "error",
    "prefer-native-element": "off", "void-style": "off", "no-raw-characters": "off", "tel-non-breaking": "off" },
});

async function checkHtml(site) {
  const problems = [];
  let pages = 0;
  for (const path of files(join(sites, site), ".html")) {
    pages++;
    const report = await validator.validateString(readFileSync(path, "utf8"));
    for (const result of report.results)
      for (const message of result.messages) problems.push(`${relative(sites, path)}:${message.line}: ${message.ruleId}: ${message.message}`);
  }
  ok(problems.length === 0, `${site}: ${pages} pages are valid HTML`, problems);
}

function checkLinks(site) {
  const problems = [];
  let links = 0;
  for (const path of files(join(sites, site), ".html"))
    for (const [, , target] of readFileSync(path, "utf8").matchAll(/\s(href|src|action)="([^"]*)"/g)) {
      links++;
      if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(target)) { problems.push(`${relative(sites, path)}: leaves the site: ${target}`); continue; }
      const [file, fragment] = target.split("#");
      const there = file ? join(dirname(path), decodeURI(file)) : path;
      if (!existsSync(there)) problems.push(`${relative(sites, path)}: no ${target}`);
      else if (fragment && !readFileSync(there, "utf8").includes(`id="${fragment}"`)) problems.push(`${relative(sites, path)}: no #${fragment}`);
    }
  ok(problems.length === 0, `${site}: ${links} links lead to files of the site`, problems);
}

function first(site, folder) {
  const at = join(sites, site, folder);
  const name = existsSync(at) ? readdirSync(at).find((n) => existsSync(join(at, n, "index.html"))) : undefined;
  return name ? [`${folder}/${name}/index.html`] : [];
}

function kinds(site) {
  const one = ["index.html", "month/index.html", "2021/03/index.html", "category/index.html", "technique/index.html",
    "campaign/index.html", "search/index.html?q=请", "about/index.html", "tag/index.html", "2021/02/cloud-mail-2020/index.html",
    "2021/03/icedid-march-2021/index.html"];
  const entities = ["category", "family", "campaign", "brand", "technique"].flatMap((d) => first(site, d));
  const all = [...one, ...entities];
  return [...all, ...all.map((p) => "ja/" + p), ...first(site, "tag"), ...first(site, "ja/tag")];
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });

async function open(context, site, page, watch) {
  const tab = await context.newPage();
  tab.on("request", (r) => { if (!r.url().startsWith("file://" + join(sites, site))) watch.requests.push(`${page}: ${r.url()}`); });
  tab.on("console", (m) => { if (m.type() === "error" || m.type() === "warning") watch.console.push(`${page}: ${m.text()}`); });
  tab.on("pageerror", (e) => watch.console.push(`${page}: ${e.message}`));
  tab.on("dialog", (d) => { watch.dialogs.push(page); d.dismiss(); });
  await tab.goto("file://" + join(sites, site, page.split("?")[0]) + (page.includes("?") ? "?" + page.split("?")[1] : ""));
  return tab;
}

const looks = [["desktop", 1280, 900, "light"], ["phone", 390, 844, "dark"], ["desktop", 1280, 900, "dark"], ["phone", 390, 844, "light"]];

async function checkLooks(site, howMany) {
  for (const [name, width, height, colorScheme] of looks.slice(0, howMany)) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, bypassCSP: true });
    const watch = { requests: [], console: [], dialogs: [] };
    const violations = [], wide = [];
    const pages = kinds(site);
    for (const page of pages) {
      const tab = await open(context, site, page, watch);
      await tab.evaluate(axeSource);
      const found = await tab.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
      for (const v of found.violations) violations.push(`${page}: ${v.id}: ${v.nodes[0].html.slice(0, 140)} (${v.nodes.length}) ${v.nodes[0].failureSummary?.slice(0, 160).replace(/\n/g, " ")}`);
      const over = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 1) wide.push(`${page}: ${over} px`);
      await tab.close();
    }
    ok(violations.length === 0, `${site} ${name} ${colorScheme}: axe finds nothing on ${pages.length} pages`, violations);
    ok(wide.length === 0, `${site} ${name} ${colorScheme}: no page is wider than the screen`, wide);
    ok(watch.requests.length === 0, `${site} ${name} ${colorScheme}: no request leaves the site`, watch.requests);
    await context.close();
  }
}

async function checkEvery(site) {
  const context = await browser.newContext();
  const watch = { requests: [], console: [], dialogs: [] };
  const owned = [];
  let pages = 0;
  const tab = await open(context, site, "index.html", watch);
  for (const path of files(join(sites, site), ".html")) {
    const page = relative(join(sites, site), path);
    await tab.goto("file://" + path);
    if (await tab.evaluate(() => window.owned !== undefined)) owned.push(page);
    pages++;
  }
  await tab.close();
  ok(owned.length === 0 && watch.dialogs.length === 0, `${site}: nothing of a mail ran on ${pages} pages`, [...owned, ...watch.dialogs]);
  ok(watch.requests.length === 0, `${site}: no request leaves the site on any page`, watch.requests);
  ok(watch.console.length === 0, `${site}: no page complains, not even of its policy`, watch.console);
  await context.close();
}

async function checkSearch() {
  const cases = [["ja/", "請求", true], ["ja/", "返信", true], ["ja/", "圧縮", true], ["ja/", "急増", true], ["ja/", "鬱", false], ["", "IcedID", true],
    ["", "callback", true], ["", "ＩＣＥＤＩＤ", true], ["", "zzzz", false]];
  const context = await browser.newContext();
  for (const [folder, query, expected] of cases) {
    const watch = { requests: [], console: [], dialogs: [] };
    const tab = await open(context, "plain", `${folder}search/index.html?q=${encodeURIComponent(query)}`, watch);
    await tab.waitForFunction(() => /\d|found|見つかり/.test(document.getElementById("search-state").textContent), null, { timeout: 10000 }).catch(() => {});
    const hits = await tab.locator("#search-results li").count();
    ok(expected === hits > 0 && watch.console.length === 0, `search for ${query} from file://: ${hits} hits`, watch.console);
    await tab.close();
  }
  const tab = await open(context, "plain", "ja/index.html", { requests: [], console: [], dialogs: [] });
  await tab.fill("#q", "会員");
  await tab.keyboard.press("Enter");
  await tab.waitForURL(/search/);
  await tab.waitForSelector("#search-results li", { timeout: 10000 }).catch(() => {});
  ok(await tab.locator("#search-results li").count() > 0, "the box on every page leads to the results, by keyboard");
  await context.close();
}

async function checkFeeds() {
  const context = await browser.newContext();
  const tab = await context.newPage();
  for (const site of ["plain", "hostile"]) {
    const problems = [];
    let feeds = 0;
    for (const path of files(join(sites, site), ".atom")) {
      feeds++;
      problems.push(...await tab.evaluate(([xml, name]) => {
        const doc = new DOMParser().parseFromString(xml, "application/xml");
        const ns = "http://www.w3.org/2005/Atom", said = [];
        const need = (parent, tag) => { const e = [...parent.children].filter((c) => c.namespaceURI === ns && c.localName === tag);
          if (e.length === 0) said.push(`${name}: ${parent.localName} without ${tag}`); return e; };
        if (doc.querySelector("parsererror")) return [`${name}: ${doc.querySelector("parsererror").textContent.slice(0, 200)}`];
        const feed = doc.documentElement;
        for (const tag of ["id", "title", "updated", "author", "link"]) need(feed, tag);
        const ids = new Set();
        for (const entry of feed.querySelectorAll("entry")) {
          for (const tag of ["id", "title", "updated", "link", "content"]) need(entry, tag);
          const id = entry.querySelector("id").textContent;
          if (ids.has(id)) said.push(`${name}: id twice`);
          ids.add(id);
          if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(entry.querySelector("updated").textContent)) said.push(`${name}: date`);
        }
        return said;
      }, [readFileSync(path, "utf8"), relative(sites, path)]));
    }
    ok(problems.length === 0, `${site}: ${feeds} Atom feeds have what RFC 4287 asks for`, problems);
  }
  await context.close();
}

function schema(name) {
  return JSON.parse(readFileSync(new URL(`schema/${name}.json`, import.meta.url), "utf8"));
}

// Exports against the schemas, references inside a bundle, and a CSV no spreadsheet runs.
function checkExports(site) {
  const ajv = new Ajv({ allErrors: true, strict: false });
  const stix = ajv.compile(schema("stix")), misp = ajv.compile(schema("misp"));
  const said = (validate, data) => (validate(data) ? [] : validate.errors.map((e) => `${e.instancePath} ${e.message}`));
  const all = (ending) => [join(sites, `${site}.${ending}`), ...files(join(sites, site, "data"), `.${ending}.json`)];
  const problems = { stix: [], misp: [] };
  for (const path of all("stix")) {
    const bundle = JSON.parse(readFileSync(path, "utf8"));
    problems.stix.push(...said(stix, bundle));
    const ids = new Set(bundle.objects.map((o) => o.id));
    if (ids.size !== bundle.objects.length) problems.stix.push(`${path}: an id twice`);
    for (const o of bundle.objects)
      for (const ref of [o.source_ref, o.target_ref, o.created_by_ref, ...(o.object_refs || [])].filter(Boolean))
        if (!ids.has(ref)) problems.stix.push(`${o.id}: refers to ${ref}, which is not there`);
  }
  for (const path of all("misp")) problems.misp.push(...said(misp, JSON.parse(readFileSync(path, "utf8"))));
  ok(problems.stix.length === 0, `${site}: STIX bundles are valid`, problems.stix);
  ok(problems.misp.length === 0, `${site}: MISP events are valid`, problems.misp);
  const formulas = readFileSync(join(sites, `${site}.csv`), "utf8").split("\r\n").filter((line) => /(^|,)"[=+@-]/.test(line));
  ok(formulas.length === 0, `${site}: no cell of the CSV begins a formula`, formulas);
}

for (const site of ["plain", "hostile"]) {
  checkExports(site);
  await checkHtml(site);
  checkLinks(site);
}
await checkLooks("plain", 4);
await checkLooks("hostile", 2);
await checkEvery("plain");
await checkEvery("hostile");
await checkSearch();
await checkFeeds();
await browser.close();
console.log(`1..${count}`);
process.exit(failed ? 1 : 0);
