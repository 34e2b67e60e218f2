// What changed on the board, by us or by others: the server sends <template data-changed>, and each card goes where it
// belongs, each head and sum is renewed. What a person is busy with is marked instead.
import { all, one, say } from "./page.js";

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

function replace(old, fresh, list) {
  if (old?.closest("[data-cards]") === list) {
    window.Idiomorph.morph(old, fresh);
    return;
  }
  const focused = old?.contains(document.activeElement);
  old?.remove();
  list.prepend(fresh);
  window.htmx.process(fresh);
  if (focused) one("[data-open]", fresh)?.focus({ preventScroll: true });
}

function renew(fresh) {
  const old = byId(fresh.id);
  if (old) window.Idiomorph.morph(old, fresh);
}

function place(template) {
  const root = template.content;
  for (const list of all("[data-into]", root)) {
    const target = one(`[data-board] [data-stage="${list.dataset.into}"] [data-cards]`);
    if (target) for (const card of all(":scope > li", list)) put(document.importNode(card, true), target);
  }
  for (const gone of all("[data-gone]", root)) byId(gone.dataset.gone)?.remove();
  for (const fresh of all("[data-fresh]", root)) renew(document.importNode(fresh, true));
  template.remove();
}

function changed({ detail }) {
  const root = one("[data-board][data-cards-url]");
  const leads = (detail?.leads ?? []).join(",");
  if (root && leads) window.htmx.ajax("GET", root.dataset.cardsUrl, { target: "#arrivals", swap: "innerHTML", values: { leads } });
}

function moved({ detail }) {
  say(detail.words);
  const card = byId(detail.card);
  if (card && !one("dialog[open]")) one("[data-open]", card)?.focus({ preventScroll: true });
}

document.body.addEventListener("tollgate:board", changed);
document.body.addEventListener("tollgate:moved", moved);
document.addEventListener("htmx:afterSwap", () => {
  for (const template of all("template[data-changed]")) place(template);
});
