// Of a row of tabs, or of stages, that is wider than the screen, the one that we are on is in sight.
import { all, one } from "./page.js";

let shown = new WeakSet(); // a row that somebody scrolls is left alone from then on

function show() {
  for (const row of all(".views, .stage-path")) {
    const tab = shown.has(row) ? null : one("[aria-current]", row);
    shown.add(row);
    if (!tab) continue;
    const [inside, around] = [tab.getBoundingClientRect(), row.getBoundingClientRect()];
    row.scrollLeft += inside.left - around.left - (around.width - inside.width) / 2;
  }
}

show();
document.addEventListener("htmx:afterSettle", show);
window.addEventListener("resize", () => {
  shown = new WeakSet();
  show();
});
