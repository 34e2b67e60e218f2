// Nothing jumps from under a hand: what others change glides from where it was, and what one reads stays in sight.
import { all } from "./page.js";

const TRACKED = "main *:not(svg *, option, template, dialog *)";
const EASE = { duration: 180, easing: "cubic-bezier(.2,.7,.2,1)" };
let playing = [];

const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const inSight = ({ top, bottom }) => bottom > 0 && top < innerHeight;

// The first things in sight of a page that is scrolled: those of what changes before others.
function readIn(target, rects) {
  const seen = [...rects].filter(([element, rect]) => element.matches("[data-row], li, h2, h3") && rect.top >= 0 && inSight(rect));
  const found = seen.map(([element]) => element);
  return [...found.filter((element) => target.contains(element)), ...found];
}

/** Where everything stands before `target` is drawn anew, and what one reads. */
export function places(target) {
  const rects = new Map(all(TRACKED).map((element) => [element, element.getBoundingClientRect()]));
  const scroller = document.scrollingElement;
  return { rects, scroller, read: scroller.scrollTop > 0 ? readIn(target, rects) : [] };
}

/** Hold what one reads where it was, and let the rest glide there. */
export function settle({ rects, read, scroller }) {
  for (const one of playing) one.cancel();
  playing = [];
  const kept = read.find((element) => element.isConnected);
  if (kept) scroller.scrollTop += kept.getBoundingClientRect().top - rects.get(kept).top;
  if (isCalm()) return;
  const moves = new Map();
  for (const [element, from] of rects) {
    if (!element.isConnected) continue;
    const to = element.getBoundingClientRect();
    if (inSight(from) || inSight(to)) moves.set(element, { x: from.left - to.left, y: from.top - to.top });
  }
  for (const [element, { x, y }] of moves) {
    const around = moves.get(element.parentElement) ?? { x: 0, y: 0 };
    const [dx, dy] = [x - around.x, y - around.y];
    if (Math.abs(dx) + Math.abs(dy) > 0.5) playing.push(element.animate([{ transform: `translate(${dx}px, ${dy}px)` }, { transform: "none" }], EASE));
  }
}
