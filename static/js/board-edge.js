// On a phone one stage fills the screen: a card that is held at its edge brings the next one, and the one after it.
import { one } from "./page.js";

const EDGE = 32; // px
const FIRST = 300; // ms; then slower, so that one can let go
const AGAIN = 800;
let side = 0;
let timer = 0;

const board = () => one("[data-board][data-dragging]");
const fills = (root) => one("[data-stage]", root).offsetWidth > root.clientWidth / 2;

function turn() {
  const root = board();
  if (!root || !side) return;
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth";
  root.scrollBy({ left: side * root.clientWidth, behavior });
  timer = setTimeout(turn, AGAIN);
}

function look({ clientX, touches }) {
  const x = touches?.[0]?.clientX ?? clientX;
  const root = x === undefined ? null : board();
  const here = !root || !fills(root) ? 0 : x < EDGE ? -1 : x > innerWidth - EDGE ? 1 : 0;
  if (here === side) return;
  side = here;
  clearTimeout(timer);
  if (side) timer = setTimeout(turn, FIRST);
}

for (const kind of ["pointermove", "touchmove"]) document.addEventListener(kind, look, { capture: true, passive: true });
