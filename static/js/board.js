// The board: drag and drop, lifting by keyboard, the move menu. Nothing moves before the server says so.
import { all, icon, on, one, say } from "./page.js";
import { lifting } from "./lift.js";
import { moveMenu } from "./move-menu.js";

const need = (card, stage) => JSON.parse(card.dataset.missing || "{}")[stage] ?? null;
const BESIDE = "[data-owner], [data-lose]"; // where a card may be dropped besides the stages
const columns = () => all("[data-board] [data-stage]");

/** Whether people put the cards of a column in order here. */
export const byHand = () => Boolean(one("[data-board][data-by-hand]"));

/** Between which cards one stands. */
export function beside(card) {
  const cards = all(":scope > [data-card]", card.parentElement);
  const at = cards.indexOf(card);
  return { before: cards[at + 1]?.dataset.card ?? "", after: cards[at - 1]?.dataset.card ?? "" };
}

/** Ask the server to move a card, between others if `place` names them: 200 brings the columns, 422 the gate's dialog,
    409 the newer card. */
export const move = (card, stage, place = {}) => send(card, card.dataset.moveUrl, { stage, ...place });

/** Ask the server to put a card elsewhere in its column. */
export const rank = (card, place) => send(card, card.dataset.moveUrl.replace(/moves\/$/, "place/"), place);

async function send(card, url, values) {
  const id = card.id;
  const link = one("[data-open]", card);
  link?.focus({ preventScroll: true });
  card.classList.add("is-waiting");
  try {
    await window.htmx.ajax("POST", url, {
      source: card, target: "#dialogs", swap: "innerHTML", values: { version: card.dataset.version, ...values },
    });
  } finally {
    one(`#${CSS.escape(id)}`)?.classList.remove("is-waiting");
    if (!one("dialog[open]")) one(`#${CSS.escape(id)} [data-open]`)?.focus({ preventScroll: true });
  }
}

/** What a stage would say to this card: whether it opens, and in words. */
export function answer(card, stage) {
  const [missing, words, detail] = need(card, stage) ?? [0, ""];
  return { gate: missing ? "shut" : "open", words, detail: detail ?? words };
}

/** Let every column's head, and the gate before it, answer for the card in the hand. */
export function showAnswers(card) {
  const home = card.closest("[data-stage]");
  for (const column of columns()) {
    const hint = one("[data-hint]", column);
    const { gate, words } = answer(card, column.dataset.stage);
    if (!hint || column === home || !words) continue;
    const ahead = home.compareDocumentPosition(column) & Node.DOCUMENT_POSITION_FOLLOWING;
    hint.replaceChildren(icon(gate === "shut" ? "lock" : ahead ? "lock-open" : "corner-up-left"), words);
    hint.className = `sla-chip column-hint ${gate === "shut" ? "sla-risk" : "sla-ok"}`;
    hint.hidden = false;
    const post = one("[data-gatepost]", column);
    if (post && ahead) post.dataset.gate = gate;
  }
}

export function hideAnswers() {
  for (const hint of all("[data-hint]")) hint.hidden = true;
  for (const post of all("[data-gatepost]")) delete post.dataset.gate;
}

function dragging(list) {
  new window.Sortable(list, {
    group: { name: "deals", pull: "clone" },
    sort: byHand(),
    draggable: "[data-card]:not([data-fixed])",
    filter: "[data-move-menu], [data-choose]",
    preventOnFilter: false,
    forceFallback: true,
    fallbackOnBody: true,
    fallbackTolerance: 4,
    fallbackClass: "drag-card",
    ghostClass: "slot",
    delay: 300,
    delayOnTouchOnly: true,
    touchStartThreshold: 5,
    animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
    onClone: ({ item, clone }) => leaveSlot(item, clone),
    onStart: ({ item }) => {
      list.closest("[data-board]").dataset.dragging = item.hasAttribute("data-mine") ? "mine" : "";
      item.dataset.from = JSON.stringify(beside(item));
      carried = { item, next: item.nextElementSibling };
      showAnswers(item);
    },
    onMove: ({ dragged, to }) => {
      if (to.matches(BESIDE)) return;
      if (to === dragged.closest("[data-cards]")) delete dragged.dataset.gate;
      const { gate, words, detail } = answer(dragged, to.closest("[data-stage]").dataset.stage);
      dragged.dataset.gate = gate;
      dragged.dataset.slot = gate === "shut" ? detail : words || "Drop here";
    },
    onEnd: drop,
  });
}

// Esc puts back what the pointer carries: the drag ends as if the hand had let go, and nothing comes of it.
let carried = null;
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !carried) return;
  event.preventDefault();
  carried.putBack = true;
  document.dispatchEvent(new PointerEvent("pointercancel", { bubbles: true }));
});

/** Ask why a card goes to a colleague: the dialog "Pass on", with them chosen. */
export function passOn(card, owner = "") {
  const lead = one("[data-open]", card).href;
  window.htmx.ajax("GET", `${lead}assignment/?to=${owner}`, { source: card, target: "#dialogs", swap: "innerHTML" });
}

/** Ask why a deal is lost, to whom, and when it comes back. */
export const lose = (card) =>
  window.htmx.ajax("GET", card.dataset.moveUrl.replace(/moves\/$/, "loss/"), { source: card, target: "#dialogs", swap: "innerHTML" });

function owners() {
  for (const list of all(BESIDE)) {
    if (!window.Sortable.get(list)) new window.Sortable(list, { group: { name: "deals", put: true, pull: false }, sort: false, draggable: "[data-card]" });
  }
}

function leaveSlot(item, clone) {
  clone.removeAttribute("id");
  clone.removeAttribute("data-card");
  clone.className = "slot slot-from";
  clone.dataset.slot = `${item.dataset.name} came from here`;
}

function drop({ item, clone, from, to: last, originalEvent }) {
  const { next, putBack } = carried ?? {};
  carried = null;
  const to = putBack ? from : (under(originalEvent) ?? last); // before what is offered only while one carries goes away
  delete one("[data-board]").dataset.dragging;
  hideAnswers();
  delete item.dataset.slot;
  delete item.dataset.gate;
  swallowClick();
  const place = to !== last || to.matches(BESIDE) ? {} : beside(item);
  const before = item.dataset.from;
  delete item.dataset.from;
  if (last !== from) clone.replaceWith(item);
  else if (clone !== item) clone?.remove();
  if (putBack) {
    from.insertBefore(item, next?.isConnected && next.parentElement === from ? next : null);
    document.addEventListener("pointerup", swallowClick, { capture: true, once: true });
    say(`${item.dataset.name} is back where it was.`);
    return;
  }
  if (to === from) {
    if (to === last && byHand() && JSON.stringify(place) !== before) rank(item, place);
    return;
  }
  if (to.dataset.owner) return passOn(item, to.dataset.owner);
  if (to.matches("[data-lose]")) return lose(item);
  move(item, to.closest("[data-stage]").dataset.stage, byHand() ? place : {});
}

/** Where the hand let go: Sortable looks only every 50 ms, and a flung card is elsewhere by then. */
function under(event) {
  const { clientX, clientY } = event?.changedTouches?.[0] ?? event ?? {};
  const place = clientX === undefined ? null : document.elementFromPoint(clientX, clientY)?.closest(`[data-stage], ${BESIDE}`);
  return place?.matches(BESIDE) ? place : place && one("[data-cards]", place);
}

// The click that ends a drag must not open the card.
function swallowClick() {
  const stop = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", stop, { capture: true }), 50);
}

// On phones one stage fills the screen; its tab follows the swipe.
function stageTabs(root) {
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      for (const tab of all("[data-stage-tab]")) tab.toggleAttribute("aria-current", tab.dataset.stageTab === entry.target.dataset.stage);
    }
  }, { root, threshold: 0.6 });
  for (const column of columns()) seen.observe(column);
}

on("click", "[data-stage-tab]", (event, tab) => {
  event.preventDefault();
  one(`[data-board] [data-stage="${tab.dataset.stageTab}"]`)?.scrollIntoView({ inline: "start", block: "nearest" });
});

function wake() {
  for (const list of all("[data-board] [data-cards]")) {
    // Another order may have come into the same list.
    const woken = window.Sortable.get(list);
    if (woken) woken.option("sort", byHand());
    else dragging(list);
  }
  owners();
  const root = one("[data-board]:not([data-awake])");
  if (!root) return;
  root.dataset.awake = "";
  stageTabs(root);
}

// A long press lifts the card: the system's own menu for links must not take it out of the hand.
document.addEventListener("contextmenu", (event) => {
  if (event.pointerType === "touch" && event.target.closest("[data-board] [data-card]")) event.preventDefault();
});

/** Bring the board of this page to life, also after htmx replaced a column or, by a filter, all of it. */
export function board() {
  if (!window.Sortable) return;
  wake();
  document.addEventListener("htmx:afterSettle", wake);
  lifting();
  moveMenu();
}
