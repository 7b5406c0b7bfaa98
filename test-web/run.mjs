// SPDX-License-Identifier: Apache-2.0
// The bulletin in a real browser: node run.mjs SITES (made by sites.sh).  Prints TAP.
// Every page kind, both languages, desktop and phone, light and dark: axe, requests, overflow; every page of both
// sites: HTML, links, policy; search from file://; feeds, STIX and MISP against schemas; hostile strings stay text.
// Pages are opened by WORKERS tabs at a time.
import { chromium } from "playwright-core";
import Ajv from "ajv/dist/2020.js";
import { HtmlValidate } from "html-validate";
import { createRequire } from "node:module";
import { readFileSync, readdirSync, statSync, existsSync } from "node:fs";
import { execFileSync } from "node:child_process";
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
  const one = ["index.html", "month/index.html", "2021/03/index.html", "category/index.html", "family/index.html", "actor/index.html",
    "campaign/index.html", "brand/index.html", "technique/index.html", "group/index.html", "search/index.html?q=请", "about/index.html", "tag/index.html",
    "2021/02/cloud-mail-2020/index.html", "2021/03/icedid-march-2021/index.html", "404.html"]
    .filter((page) => existsSync(join(sites, site, page.split("?")[0])));
  const entities = ["category", "family", "actor", "campaign", "brand", "technique", "group"].flatMap((d) => first(site, d));
  const all = [...one, ...entities];
  return [...all, ...all.map((p) => "ja/" + p), ...first(site, "tag"), ...first(site, "ja/tag")];
}

const WORKERS = 3;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });

function address(site, page) {
  const [file, query] = page.split("?");
  return "file://" + join(sites, site, file) + (query ? "?" + query : "");
}

// A tab that notes what it should not do; watch.page is the page it shows.
async function newTab(context, site) {
  const tab = await context.newPage();
  const watch = { page: "", requests: [], console: [], dialogs: [] };
  tab.on("request", (r) => { if (!r.url().startsWith("file://" + join(sites, site) + "/")) watch.requests.push(`${watch.page}: ${r.url()}`); });
  tab.on("console", (m) => { if (m.type() === "error" || m.type() === "warning") watch.console.push(`${watch.page}: ${m.text()}`); });
  tab.on("pageerror", (e) => watch.console.push(`${watch.page}: ${e.message}`));
  tab.on("dialog", (d) => { watch.dialogs.push(watch.page); d.dismiss(); });
  return [tab, watch];
}

async function show(tab, watch, site, page) {
  watch.page = page;
  await tab.goto(address(site, page));
}

// WORK(tab, page) for every one of PAGES; answers what the tabs noted.
async function eachPage(site, pages, options, work) {
  const context = await browser.newContext(options);
  const queue = [...pages];
  const watches = await Promise.all(Array.from({ length: WORKERS }, async () => {
    const [tab, watch] = await newTab(context, site);
    for (let page; (page = queue.shift()) !== undefined;) {
      await show(tab, watch, site, page);
      await work(tab, page);
    }
    return watch;
  }));
  await context.close();
  return (kind) => watches.flatMap((w) => w[kind]);
}

// What colours do not change is asked once a width, contrast in each of the four looks.
const looks = [["desktop", 1280, 900, "light", true], ["desktop", 1280, 900, "dark", false], ["phone", 390, 844, "dark", false],
  ["phone", 390, 844, "light", true]];
const everyRule = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
const contrastRules = { type: "rule", values: ["color-contrast", "link-in-text-block"] };

async function checkLooks(site, looks) {
  const violations = new Map(looks.map((look) => [look, []])), wide = new Map(looks.map((look) => [look, []]));
  const pages = kinds(site);
  const noted = await eachPage(site, pages, { bypassCSP: true }, async (tab, page) => {
    await tab.evaluate(axeSource);
    for (const look of looks) {
      const [, width, height, colorScheme, whole] = look;
      await tab.setViewportSize({ width, height });
      await tab.emulateMedia({ colorScheme });
      const found = await tab.evaluate((runOnly) => axe.run(document, { runOnly, resultTypes: ["violations"] }), whole ? everyRule : contrastRules);
      for (const v of found.violations) violations.get(look).push(`${page}: ${v.id}: ${v.nodes[0].html.slice(0, 140)} (${v.nodes.length}) ${v.nodes[0].failureSummary?.slice(0, 160).replace(/\n/g, " ")}`);
      const over = await tab.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 1) wide.get(look).push(`${page}: ${over} px`);
    }
  });
  for (const look of looks) {
    const name = `${site} ${look[0]} ${look[3]}`;
    ok(violations.get(look).length === 0, `${name}: axe finds nothing on ${pages.length} pages`, violations.get(look));
    ok(wide.get(look).length === 0, `${name}: no page is wider than the screen`, wide.get(look));
  }
  ok(noted("requests").length === 0, `${site}: no request leaves the site in any look`, noted("requests"));
}

async function checkEvery(site) {
  const owned = [];
  const pages = [...files(join(sites, site), ".html")].map((path) => relative(join(sites, site), path));
  const noted = await eachPage(site, pages, {}, async (tab, page) => {
    if (await tab.evaluate(() => window.owned !== undefined)) owned.push(page);
  });
  ok(owned.length === 0 && noted("dialogs").length === 0, `${site}: nothing of a mail ran on ${pages.length} pages`, [...owned, ...noted("dialogs")]);
  ok(noted("requests").length === 0, `${site}: no request leaves the site on any page`, noted("requests"));
  ok(noted("console").length === 0, `${site}: no page complains, not even of its policy`, noted("console"));
}

async function checkSearch() {
  const cases = [["ja/", "請求", true], ["ja/", "返信", true], ["ja/", "圧縮", true], ["ja/", "急増", true], ["ja/", "鬱", false], ["", "IcedID", true],
    ["", "callback", true], ["", "ＩＣＥＤＩＤ", true], ["", "zzzz", false]];
  const context = await browser.newContext();
  const [tab, watch] = await newTab(context, "plain");
  for (const [folder, query, expected] of cases) {
    await show(tab, watch, "plain", `${folder}search/index.html?q=${encodeURIComponent(query)}`);
    await tab.waitForFunction(() => /\d|found|見つかり/.test(document.getElementById("search-state").textContent), null, { timeout: 10000 }).catch(() => {});
    const hits = await tab.locator("#search-results li").count();
    ok(expected === hits > 0 && watch.console.length === 0, `search for ${query} from file://: ${hits} hits`, watch.console);
  }
  await show(tab, watch, "plain", "ja/index.html");
  await tab.fill("#q", "会員");
  await tab.keyboard.press("Enter");
  await tab.waitForURL(/search/);
  await tab.waitForSelector("#search-results li", { timeout: 10000 }).catch(() => {});
  ok(await tab.locator("#search-results li").count() > 0, "the box on every page leads to the results, by keyboard");
  await context.close();
}

// Against the grammar of RFC 4287 by xmllint, and what the RFC says in words.
function checkFeedGrammar(site) {
  const paths = [...files(join(sites, site), ".atom")];
  let said = "";
  try {
    execFileSync("xmllint", ["--noout", "--relaxng", new URL("schema/atom.rng", import.meta.url).pathname, ...paths], { stdio: "pipe" });
  } catch (error) {
    said = String(error.stderr || error);
  }
  ok(said === "" && paths.length > 0, `${site}: ${paths.length} Atom feeds fit the grammar of RFC 4287`, said.split("\n").filter((l) => !l.endsWith("validates")));
}

async function checkFeeds() {
  const context = await browser.newContext();
  const tab = await context.newPage();
  for (const site of ["plain", "hostile"]) {
    checkFeedGrammar(site);
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
    ok(problems.length === 0, `${site}: ${feeds} Atom feeds have what RFC 4287 asks for in words`, problems);
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
  const all = (ending) => [join(sites, `${site}.${ending}`), join(sites, `${site}-groups.${ending}`), ...files(join(sites, site, "data"), `.${ending}.json`)];
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
await checkLooks("plain", looks);
await checkLooks("hostile", [looks[0], looks[2]]); // the same style sheet: what differs is what mails say
await checkEvery("plain");
await checkEvery("hostile");
await checkSearch();
await checkFeeds();
await browser.close();
console.log(`1..${count}`);
process.exit(failed ? 1 : 0);
