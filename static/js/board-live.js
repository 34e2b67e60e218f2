// What changed on the board, by us or by others: the server sends <template data-changed>, and each card goes where it
// belongs, each head and sum is renewed. What a person is busy with is marked instead.
import { EASE } from "./glide.js";
import { all, one, say } from "./page.js";

let gliding = [];

const byId = (id) => document.getElementById(id);
const busy = (card) => card.matches(".is-held, .sortable-chosen") || Boolean(one(".move-menu", card));

function mark(card, show) {
  if (one(".deal-changed", card)) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "deal-changed";
  button.textContent = "Changed, show";
  button.addEventListener("click", () => {
    document.activeElement.blur();
    button.remove();
    show();
  });
  one("article", card).append(button);
}

function put(fresh, list) {
  const old = byId(fresh.id);
  if (old && busy(old)) mark(old, () => replace(old, fresh, list));
  else replace(old, fresh, list);
}

// In the order of `data-at`; what belongs below all that has been loaded waits above the rest, to be seen at once.
function insert(card, list) {
  const others = [...list.children].filter((other) => other !== card);
  const next = others.find((other) => other.matches("[hx-get], .cards-empty") || other.dataset.at > card.dataset.at) ?? null;
  if (card.parentElement === list && card.nextElementSibling === next) return;
  const focused = card.contains(document.activeElement) ? document.activeElement : null;
  list.insertBefore(card, next);
  focused?.focus({ preventScroll: true });
}

function replace(old, fresh, list) {
  if (old?.closest("[data-cards]") === list) {
    window.Idiomorph.morph(old, fresh);
    insert(byId(fresh.id), list);
    return;
  }
  const focused = old?.contains(document.activeElement);
  old?.remove();
  insert(fresh, list);
  window.htmx.process(fresh);
  if (focused) one("[data-open]", fresh)?.focus({ preventScroll: true });
}

function renew(fresh) {
  const old = byId(fresh.id);
  if (old) window.Idiomorph.morph(old, fresh);
}

// Who had the focus on a card that goes away finds it on the next one.
function remove(card) {
  if (!card) return;
  if (card.contains(document.activeElement)) {
    const next = [card.nextElementSibling, card.previousElementSibling].find((other) => other?.dataset.card);
    (next ? one("[data-open]", next) : one("h1"))?.focus({ preventScroll: true });
  }
  card.remove();
}

// Cards glide from where they were, so that nothing jumps from under a hand.
function glide(change) {
  const board = one("[data-board]");
  if (!board || matchMedia("(prefers-reduced-motion: reduce)").matches) return change();
  const places = new Map(all("[data-card]", board).map((card) => [card.id, card.getBoundingClientRect()]));
  for (const old of gliding) old.cancel(); // what still glides goes on from where it is seen
  gliding = [];
  change();
  for (const card of all("[data-card]", board)) {
    const [from, to] = [places.get(card.id), card.getBoundingClientRect()];
    if (!from) card.animate([{ opacity: 0 }, { opacity: 1 }], EASE);
    else if (from.top !== to.top || from.left !== to.left) {
      const way = [{ transform: `translate(${from.left - to.left}px, ${from.top - to.top}px)` }, { transform: "none" }];
      gliding.push(card.animate(way, EASE));
    }
  }
}

function place(template) {
  const root = template.content;
  for (const list of all("[data-into]", root)) {
    const target = one(`[data-board] [data-stage="${list.dataset.into}"] [data-cards]`);
    if (target) for (const card of all(":scope > li", list)) put(document.importNode(card, true), target);
  }
  for (const gone of all("[data-gone]", root)) remove(byId(gone.dataset.gone));
  for (const { dataset } of all("[data-left]", root)) all(`[data-board] [data-open][href$="/${dataset.left}/"]`).forEach((link) => remove(link.closest("[data-card]")));
  for (const fresh of all("[data-fresh]", root)) renew(document.importNode(fresh, true));
  template.remove();
}

// A slice that is loaded later may bring a card that came here by itself in the meantime.
function once(list) {
  const seen = new Map();
  for (const card of all(":scope > [data-card]", list)) {
    const twin = seen.get(card.id);
    if (twin) (twin.contains(document.activeElement) ? card : twin).remove();
    seen.set(card.id, card);
  }
}

function changed({ detail }) {
  const root = one("[data-board][data-cards-url]");
  const leads = (detail?.leads ?? []).join(",");
  if (root && leads) window.htmx.ajax("GET", root.dataset.cardsUrl, { target: "#arrivals", swap: "innerHTML", values: { leads } });
}

function moved({ detail }) {
  if (detail.words) say(detail.words); // a toast is read by itself
  const card = byId(detail.card);
  if (card && !one("dialog[open]")) one("[data-open]", card)?.focus({ preventScroll: true });
}

document.body.addEventListener("tollgate:board", changed);
document.body.addEventListener("tollgate:moved", moved);
document.addEventListener("htmx:afterSwap", (event) => {
  const templates = all("template[data-changed]");
  if (templates.length) glide(() => templates.forEach(place));
  if (event.target.closest("[data-cards]")) all("[data-board] [data-cards]").forEach(once);
  if (templates.length) document.dispatchEvent(new CustomEvent("tollgate:cards"));
});
