// Searches a copy where it lies, without a network: the index is in the files beside this one.
"use strict";
(function () {
  const SHARDS = 64, LONGEST = 40, MOST = 200;
  const unspaced = /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]/u;
  const tokens = /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+|(?:(?![\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])[\p{L}\p{N}])+/gu;
  const shards = new Map();
  let pages = [], asked = 0;

  globalThis.regardPages = (list) => { pages = list; };
  globalThis.regardShard = (number, lines) => { shards.set(number, lines); };

  const form = document.getElementById("search");
  const field = document.getElementById("q");
  const status = document.getElementById("status");
  const results = document.getElementById("results");

  function words(text) {
    const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[\u{10000}-\u{10ffff}]/gu, "").toLowerCase();
    const found = [];
    for (const token of plain.match(tokens) || []) {
      if (unspaced.test(token) && token.length > 1) {
        for (let place = 0; place + 1 < token.length; place += 1) found.push(token.slice(place, place + 2));
      } else found.push(token.slice(0, LONGEST));
    }
    return found;
  }

  function shardsOf(word) {
    if (unspaced.test(word)) return [word.charCodeAt(0) % SHARDS];
    if (word.length > 1) return [(word.charCodeAt(0) * 31 + word.charCodeAt(1)) % SHARDS];
    return Array.from({ length: SHARDS }, (_, number) => number);
  }

  function load(number) {
    if (shards.has(number)) return Promise.resolve();
    return new Promise((done) => {
      const script = document.createElement("script");
      script.src = "search/" + String(number).padStart(2, "0") + ".js";
      // A shard that has no words has no file.
      script.onload = script.onerror = () => { if (!shards.has(number)) shards.set(number, []); done(); };
      document.head.append(script);
    });
  }

  async function pagesWith(word) {
    const numbers = shardsOf(word), found = new Set();
    for (const number of numbers) await load(number);
    for (const number of numbers) {
      for (const [page, text] of shards.get(number)) {
        if (text.startsWith(word) || text.includes(" " + word)) found.add(page);
      }
    }
    return found;
  }

  function show(list, query) {
    results.replaceChildren();
    for (const page of list.slice(0, MOST)) {
      const [path, title] = pages[page];
      const link = document.createElement("a");
      link.href = path + "#:~:text=" + encodeURIComponent(query).replaceAll("-", "%2D");
      link.textContent = title;
      const item = document.createElement("li");
      item.append(link);
      results.append(item);
    }
    const said = list.length === 0 ? form.dataset.none : list.length === 1 ? form.dataset.one : form.dataset.many;
    status.textContent = said.replace("%n", String(list.length));
  }

  async function search() {
    const query = field.value.trim(), wanted = words(query), mine = (asked += 1);
    if (wanted.length === 0) { results.replaceChildren(); status.textContent = ""; return; }
    let found = null;
    for (const word of wanted) {
      const these = await pagesWith(word);
      found = found === null ? these : new Set([...found].filter((page) => these.has(page)));
    }
    if (mine === asked) show([...found].sort((one, other) => one - other), query);
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => { event.preventDefault(); search(); });
  let waiting = 0;
  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 250); });
})();
