// SPDX-License-Identifier: Apache-2.0
// Search without a server: splits the query as the store does (src/store/bigram.c), loads the shards of
// its tokens as scripts of this site, and puts results in as text, never as markup.
"use strict";
(function () {
  const state = document.getElementById("search-state");
  const list = document.getElementById("search-results");
  const up = state.dataset.up;
  const language = state.dataset.language;
  const shards = new Map();
  let documents = [];

  const halfKana = "ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゙゚";

  function fold(character) {
    let code = character.codePointAt(0);
    if (code >= 0xff01 && code <= 0xff5e) code -= 0xfee0;
    if (code >= 0xff66 && code <= 0xff9f) return halfKana[code - 0xff66].replace("゙", "\u3099").replace("゚", "\u309a");
    const capital = (code >= 0x41 && code <= 0x5a) || (code >= 0xc0 && code <= 0xde && code !== 0xd7) ||
      (code >= 0x391 && code <= 0x3a9) || (code >= 0x410 && code <= 0x42f);
    return String.fromCodePoint(capital ? code + 0x20 : code >= 0x400 && code <= 0x40f ? code + 0x50 : code);
  }

  function isPair(character) {
    const code = character.codePointAt(0);
    return (code >= 0x3041 && code <= 0x30ff && code !== 0x30fb) || code === 0x3005 || code === 0x3007 ||
      (code >= 0x3400 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3) ||
      (code >= 0xf900 && code <= 0xfaff) || (code >= 0x20000 && code <= 0x3ffff);
  }

  function isWord(character) {
    const code = character.codePointAt(0);
    if (code < 0x80) return /[0-9A-Za-z]/.test(character);
    return code >= 0xc0 && code !== 0xd7 && code !== 0xf7 && !(code >= 0x2000 && code <= 0x2bff) &&
      !(code >= 0x3000 && code <= 0x3040) && code !== 0x30fb && !(code >= 0xfe00 && code <= 0xfeff) && code < 0xfff0;
  }

  // Tokens of a query: pairs, words, and for a lone character its prefix.
  function split(text) {
    const tokens = [];
    let word = "";
    let run = [];
    const endWord = () => { if (word) tokens.push({ text: word, prefix: true }); word = ""; };
    const endRun = () => {
      if (run.length === 1) tokens.push({ text: run[0], prefix: true });
      for (let i = 0; i + 1 < run.length; i++) tokens.push({ text: run[i] + run[i + 1], prefix: false });
      run = [];
    };
    for (const raw of text) {
      const character = fold(raw);
      if (isPair(character)) { endWord(); run.push(character); }
      else if (isWord(character)) { endRun(); word += character; }
      else { endWord(); endRun(); }
    }
    endWord();
    endRun();
    return tokens;
  }

  function shardOf(token) {
    let hash = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(token)) hash = Math.imul(hash ^ byte, 0x01000193);
    return (hash >>> 0) & 63;
  }

  window.noroshiShard = (number, tokens) => shards.set(number, new Map(Object.entries(tokens)));
  window.noroshiDocuments = (rows) => { documents = rows; };

  function load(file) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = up + "asset/search/" + file;
      script.onload = resolve;
      script.onerror = reject;
      document.body.append(script);
    });
  }

  async function pages(token) {
    const wanted = token.prefix ? [...Array(64).keys()] : [shardOf(token.text)];
    await Promise.all(wanted.filter((n) => !shards.has(n)).map((n) => load(`${language}-${n}.js`)));
    const found = new Set();
    for (const n of wanted) {
      const shard = shards.get(n);
      if (!token.prefix) (shard.get(token.text) || []).forEach((page) => found.add(page));
      else for (const [key, list] of shard) if (key.startsWith(token.text)) list.forEach((page) => found.add(page));
    }
    return found;
  }

  // TEXT with the words of the query marked, as nodes.
  function marked(text, words) {
    const nodes = [];
    const low = text.toLowerCase();
    let at = 0;
    while (at < text.length) {
      let next = -1, length = 0;
      for (const word of words) {
        const place = low.indexOf(word, at);
        if (place >= 0 && (next < 0 || place < next)) { next = place; length = word.length; }
      }
      if (next < 0) break;
      nodes.push(text.slice(at, next));
      const mark = document.createElement("mark");
      mark.textContent = text.slice(next, next + length);
      nodes.push(mark);
      at = next + length;
    }
    nodes.push(text.slice(at));
    return nodes;
  }

  function show(numbers, words) {
    list.replaceChildren();
    for (const number of numbers.slice(0, 100)) {
      const [title, path, excerpt, day] = documents[number];
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = up + (language === "ja" ? "ja/" : "") + path + "index.html";
      link.append(...marked(title, words));
      const text = document.createElement("p");
      text.append(...marked((day ? day + " · " : "") + excerpt, words));
      item.append(link, text);
      list.append(item);
    }
    state.textContent = numbers.length ? `${numbers.length} ${state.dataset.count}` : state.dataset.none;
  }

  async function search(query) {
    const tokens = split(query);
    if (!tokens.length) return;
    await load(`documents-${language}.js`);
    let found = null;
    for (const token of tokens) {
      const hit = await pages(token);
      found = found === null ? hit : new Set([...found].filter((page) => hit.has(page)));
    }
    const words = query.toLowerCase().split(/[\s\u3000]+/).filter(Boolean);
    const score = (n) => (words.some((word) => documents[n][0].toLowerCase().includes(word)) ? 2 : 0) + (documents[n][3] ? 1 : 0);
    show([...found].sort((a, b) => score(b) - score(a) || a - b), words);
  }

  const query = new URLSearchParams(location.search).get("q") || "";
  const box = document.getElementById("q");
  if (query) {
    box.value = query;
    search(query).catch(() => { state.textContent = state.dataset.none; });
  } else {
    box.focus();
  }
})();
