// Choosing many cards or rows: by their boxes, with X on the one in focus, with Shift a whole run; then one deed for all.
import { all, isTyping, on, one, say } from "./page.js";

let chosen = new Set();
let last = "";

const cards = () => all("[data-choose]").map((box) => box.closest("[data-card]"));
const named = (id) => one(`[data-card="${CSS.escape(id)}"]`);

function show() {
  chosen = new Set([...chosen].filter((id) => named(id)));
  for (const card of cards()) {
    const yes = chosen.has(card.dataset.card);
    one("[data-choose]", card).checked = yes;
    card.toggleAttribute("data-chosen", yes);
  }
  const bar = one("[data-bulk]");
  if (!bar) return;
  bar.hidden = !chosen.size;
  bar.parentElement.toggleAttribute("data-choosing", Boolean(chosen.size));
  one("[data-bulk-count]", bar).textContent = `${chosen.size} chosen`;
}

// From the one chosen last to this one, if both stand in one column (or in the list).
function run(card) {
  const column = card.closest("[data-cards], tbody");
  const there = cards().filter((other) => other.closest("[data-cards], tbody") === column);
  const ends = [there.findIndex((other) => other.dataset.card === last), there.indexOf(card)];
  return ends[0] < 0 ? [card] : there.slice(Math.min(...ends), Math.max(...ends) + 1);
}

/** Choose a card, or take it out of the choice; `far`: with all up to the one before. */
export function choose(card, far = false) {
  const yes = far || !chosen.has(card.dataset.card);
  for (const one of far ? run(card) : [card]) yes ? chosen.add(one.dataset.card) : chosen.delete(one.dataset.card);
  last = card.dataset.card;
  show();
  say(`${chosen.size} chosen.`);
}

function clear() {
  chosen.clear();
  show();
  say("None chosen.");
}

const values = () => ({ chosen: [...chosen].map((id) => `${id}~${named(id)?.dataset.version ?? ""}`) });

function deed(verb, url, more = {}) {
  const source = one("[data-bulk]");
  for (const menu of all("details[open]", source)) menu.open = false;
  return window.htmx.ajax(verb, url, { source, target: "#dialogs", swap: "innerHTML", values: { ...values(), ...more } });
}

on("click", "[data-choose]", (event, box) => choose(box.closest("[data-card]"), event.shiftKey));
on("click", "[data-bulk-clear]", clear);
on("click", "[data-bulk-post]", (_, button) => deed("POST", button.dataset.bulkPost, { stage: button.dataset.stageId }));
on("click", "[data-bulk-ask]", (_, button) => deed("GET", button.dataset.bulkAsk));

// Who was refused stays chosen.
document.body.addEventListener("tollgate:chosen-done", ({ detail }) => {
  const focused = document.activeElement?.closest("[data-bulk]");
  chosen = new Set(detail.refused);
  show();
  if (!one("[data-board]")) document.body.dispatchEvent(new CustomEvent("tollgate:refresh"));
  if (focused && !chosen.size && !one("dialog[open]")) one("h1")?.focus({ preventScroll: true });
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || one("dialog[open]")) return;
  if (event.key === "Escape" && chosen.size && !one("details[data-menu][open], .is-held, .move-menu")) clear();
  else if (event.key.toLowerCase() === "x" && !localStorage.getItem("single-keys-off")) {
    const card = document.activeElement?.closest("[data-card]");
    if (!card || !one("[data-choose]", card)) return;
    choose(card, event.shiftKey);
  } else return;
  event.preventDefault();
  event.stopPropagation();
}, { capture: true });

document.addEventListener("htmx:afterSettle", show);
document.addEventListener("tollgate:cards", show);
