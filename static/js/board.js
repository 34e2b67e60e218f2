// The board: drag and drop, lifting by keyboard, the move menu. Nothing moves before the server says so.
import { all, icon, on, one } from "./page.js";
import { lifting } from "./lift.js";
import { moveMenu } from "./move-menu.js";

const need = (card, stage) => JSON.parse(card.dataset.missing || "{}")[stage] ?? null;
const columns = () => all("[data-board] [data-stage]");

/** Ask the server to move a card: 200 brings the columns, 422 the gate's dialog, 409 the newer card. */
export async function move(card, stage) {
  const id = card.id;
  const link = one("[data-open]", card);
  link?.focus({ preventScroll: true });
  card.classList.add("is-waiting");
  try {
    await window.htmx.ajax("POST", card.dataset.moveUrl, {
      source: card, target: "#dialogs", swap: "innerHTML", values: { stage, version: card.dataset.version },
    });
  } finally {
    one(`#${CSS.escape(id)}`)?.classList.remove("is-waiting");
    if (!one("dialog[open]")) one(`#${CSS.escape(id)} [data-open]`)?.focus({ preventScroll: true });
  }
}

/** What a stage would say to this card: whether it opens, and in words. */
export function answer(card, stage) {
  const missing = need(card, stage);
  if (!missing) return { gate: "open", words: "" };
  return { gate: missing.n ? "shut" : "open", words: missing.words, detail: missing.detail ?? missing.words };
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
    sort: false,
    draggable: "[data-card]:not([data-fixed])",
    filter: "[data-move-menu]",
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
      list.closest("[data-board]").dataset.dragging = "";
      showAnswers(item);
    },
    onMove: ({ dragged, to }) => {
      const { gate, words, detail } = answer(dragged, to.closest("[data-stage]").dataset.stage);
      dragged.dataset.gate = gate;
      dragged.dataset.slot = gate === "shut" ? detail : words || "Drop here";
    },
    onEnd: drop,
  });
}

function leaveSlot(item, clone) {
  clone.removeAttribute("id");
  clone.removeAttribute("data-card");
  clone.className = "slot slot-from";
  clone.dataset.slot = `${item.dataset.name} came from here`;
}

function drop({ item, clone, from, to }) {
  delete one("[data-board]").dataset.dragging;
  hideAnswers();
  delete item.dataset.slot;
  delete item.dataset.gate;
  swallowClick();
  if (from === to) {
    if (clone?.isConnected && clone !== item) clone.remove();
    return;
  }
  clone.replaceWith(item);
  move(item, to.closest("[data-stage]").dataset.stage);
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
  for (const list of all("[data-board] [data-cards]")) if (!window.Sortable.get(list)) dragging(list);
  const root = one("[data-board]:not([data-awake])");
  if (!root) return;
  root.dataset.awake = "";
  stageTabs(root);
}

/** Bring the board of this page to life, also after htmx replaced a column or, by a filter, all of it. */
export function board() {
  if (!window.Sortable) return;
  wake();
  document.addEventListener("htmx:afterSettle", wake);
  lifting();
  moveMenu();
}
