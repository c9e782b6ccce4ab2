// Single keys for who works here all day. Everything they do has a link or a button on the page.
// They are silent while something is typed, with Ctrl, Alt or Meta, and can be switched off
// (WCAG 2.1.4): then this file is not loaded.
const PATHS = { q: "/staff/", s: "/staff/approvals/", p: "/staff/people/", m: "/staff/outbox/" };
const WAIT = 1500; // for the second key of "g q", in milliseconds
const sheet = document.getElementById("keys");
let going = 0;

const typing = (element) => element.closest("input, select, textarea, [contenteditable]") !== null;
const rows = () => [...document.querySelectorAll("[data-row]")];
const here = () => document.activeElement.closest("[data-row]");

function move(step) {
  const all = rows();
  const next = all[Math.min(Math.max(all.indexOf(here()) + step, 0), all.length - 1)];
  next?.querySelector("a")?.focus();
}

function reveal(element) {
  const folded = element?.closest("details");
  if (folded) folded.open = true;
  element?.focus();
}

const ACTS = {
  j: () => move(here() ? 1 : 0),
  k: () => move(-1),
  o: () => here()?.querySelector("a").click(),
  x: () => here()?.querySelector("input[type=checkbox]")?.click(),
  a: () => document.querySelector("[data-key=a]")?.click(),
  m: () => reveal(document.querySelector("[data-key=m] textarea")),
  n: () => reveal(document.querySelector("[data-key=n] textarea")),
  "/": () => document.getElementById("q")?.focus(),
  g: () => { going = Date.now(); },
  "?": () => (sheet.open ? sheet.close() : sheet.showModal()),
};

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  // A tick box takes no letters: it is no place where somebody types.
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (typing(target) && target.type !== "checkbox") return;
  if (sheet.open && key !== "?") return;
  const path = Date.now() - going < WAIT ? PATHS[key] : undefined;
  going = 0;
  if (path) location.assign(path);
  else if (ACTS[key]) ACTS[key]();
  else return;
  event.preventDefault();
});
