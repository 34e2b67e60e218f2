// A list in the order that matters: drag by the grip, or focus it and use the arrow keys. The server puts it in order.
import { all, on, one, say } from "./page.js";

// data-order names what comes back (the routing rules unless told), data-noun what is put in order.
const list = (item) => item.closest("[data-order]");
const target = (item) => list(item).dataset.order || "#rules";
const noun = (item) => list(item).dataset.noun || "rule";
const last = (item) => (list(item).dataset.noun ? "It is the last already." : "It is the last before the fallback.");
const items = (list) => all("[data-place-url]", list);

async function put(item, position, words) {
  const grip = one("[data-grip]", item);
  await window.htmx.ajax("POST", item.dataset.placeUrl, {
    source: item, target: target(item), swap: "outerHTML", values: { position },
  });
  one(`#${CSS.escape(grip.id)}`)?.focus({ preventScroll: true });
  say(words);
}

on("keydown", "[data-grip]", (event, grip) => {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const item = grip.closest("[data-place-url]");
  const order = items(list(item));
  const to = order.indexOf(item) + by;
  if (to < 0 || to >= order.length) return say(by < 0 ? "It is the first already." : last(item));
  put(item, to + 1, `Now ${noun(item)} ${to + 1} of ${order.length}.`);
});

function wake() {
  if (!window.Sortable) return;
  for (const list of all("[data-order]")) {
    if (window.Sortable.get(list)) continue;
    new window.Sortable(list, {
      draggable: "[data-place-url]",
      handle: "[data-grip]",
      ghostClass: "slot-route",
      forceFallback: true,
      fallbackTolerance: 4,
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 120,
      onEnd: ({ item, oldIndex, newIndex }) => {
        if (oldIndex !== newIndex) put(item, newIndex + 1, `Now ${noun(item)} ${newIndex + 1}.`);
      },
    });
  }
}
document.addEventListener("htmx:afterSettle", wake);
wake();
