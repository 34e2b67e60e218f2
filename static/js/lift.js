// Cards by keyboard: arrows walk; Space lifts, left and right choose a stage, Space puts down, Esc puts back.
import { all, one, say } from "./page.js";
import { answer, beside, byHand, hideAnswers, move, passOn, rank, showAnswers } from "./board.js";

let held = null;

const stages = () => all("[data-board] [data-stage]");
const name = (column) => one("h2", column).textContent.trim();
const focus = (card) => one("[data-open]", card)?.focus();

function lift(card) {
  held = { card, from: JSON.stringify(beside(card)), parent: card.parentElement, next: card.nextElementSibling, home: card.closest("[data-stage]") };
  card.classList.add("is-held");
  showAnswers(card);
  say(`${card.dataset.name} lifted from ${name(held.home)}. Left and right choose a stage, ${byHand() ? "up and down a place, " : ""}Space puts it down, Escape puts it back.`);
}

function putBack() {
  const { card, parent, next } = held;
  card.classList.remove("is-held");
  parent.insertBefore(card, next?.isConnected ? next : null);
  hideAnswers();
  focus(card);
  held = null;
}

function putDown() {
  const { card, home, from } = held;
  const stage = card.closest("[data-stage]");
  const place = beside(card);
  putBack();
  if (stage !== home) move(card, stage.dataset.stage, byHand() ? place : {});
  else if (byHand() && JSON.stringify(place) !== from) rank(card, place);
  else say(`${card.dataset.name} stays in ${name(home)}.`);
}

function carry(by) {
  const columns = stages();
  const next = columns[columns.indexOf(held.card.closest("[data-stage]")) + by];
  if (!next) return;
  one("[data-cards]", next).prepend(held.card);
  focus(held.card);
  held.card.scrollIntoView({ inline: "nearest", block: "nearest" });
  const { words } = next === held.home ? { words: "It came from here." } : answer(held.card, next.dataset.stage);
  say(`${name(next)}. ${words || "The gate is open."}`);
}

function shift(by) {
  const { card } = held;
  const cards = all(":scope > [data-card]", card.parentElement);
  const other = cards[cards.indexOf(card) + by];
  if (!other) return say(by < 0 ? "It is on top." : "It is the last.");
  if (by < 0) other.before(card);
  else other.after(card);
  focus(card);
  card.scrollIntoView({ block: "nearest" });
  say(`${cards.indexOf(card) + by + 1} of ${cards.length}.`);
}

function walk(card, key) {
  const cards = (column) => all("[data-card]", column);
  const column = card.closest("[data-stage]");
  const row = cards(column).indexOf(card);
  if (key === "ArrowDown" || key === "ArrowUp") return focus(cards(column)[row + (key === "ArrowDown" ? 1 : -1)] ?? card);
  const columns = stages();
  const by = key === "ArrowRight" ? 1 : -1;
  for (let at = columns.indexOf(column) + by; columns[at]; at += by) {
    const there = cards(columns[at]);
    if (there.length) return focus(there[Math.min(row, there.length - 1)]);
  }
}

/** Keys on the cards of the board. */
export function lifting() {
  document.addEventListener("keydown", (event) => {
    const card = event.target.closest?.("[data-board] [data-card]");
    if (!card || !event.target.matches("[data-open]") || event.ctrlKey || event.metaKey || event.altKey) return;
    const { key } = event;
    if (key === " " && !card.hasAttribute("data-fixed")) held ? putDown() : lift(card);
    else if (held && key === "Enter") putDown();
    else if (held && key === "Escape") {
      putBack();
      say(`${card.dataset.name} is back where it was.`);
    } else if (held && (key === "ArrowRight" || key === "ArrowLeft")) carry(key === "ArrowRight" ? 1 : -1);
    else if (held && key.startsWith("Arrow") && byHand()) shift(key === "ArrowUp" ? -1 : 1);
    else if (key.startsWith("Arrow") && !held) walk(card, key);
    else if (key === "p" && !held && card.hasAttribute("data-mine")) passOn(card);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });
  document.addEventListener("focusout", (event) => {
    if (held && event.relatedTarget && !held.card.contains(event.relatedTarget)) putBack();
  });
}
