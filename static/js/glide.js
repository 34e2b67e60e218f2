// Nothing jumps from under a hand: what others change glides from where it was, and what one reads stays in sight.
import { all } from "./page.js";

const TRACKED = "main *:not(svg *, option, template, dialog *)";
export const EASE = { duration: 180, easing: "cubic-bezier(.2,.7,.2,1)" };
let playing = [];

const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const inSight = ({ top, bottom }) => bottom > 0 && top < innerHeight;

// What one reads on a page that is scrolled: what is nearest to the middle of the screen.
function readIn(rects) {
  const far = ({ left, right, top, bottom }) => Math.abs(top + bottom - innerHeight) + (left < innerWidth / 2 && right > innerWidth / 2 ? 0 : innerHeight);
  const seen = [...rects].filter(([element, rect]) => rect.height && element.matches("[data-row], li, h2, h3") && inSight(rect));
  return seen.sort(([, one], [, other]) => far(one) - far(other)).map(([element]) => element);
}

// What a hand is on: the row with the focus, or else the one under the pointer.
function heldIn(rects) {
  const held = (state) => [...rects].filter(([element]) => element.matches(`:is([data-row], li)${state}`)).map(([element]) => element).reverse();
  return [...held(":focus-within"), ...held(":hover")];
}

// A page that is not scrolled shows what comes in at its top; where nothing glides, it does so only while no hand is on a row.
function keptIn(rects, scroller) {
  if (scroller.scrollTop > 0) return readIn(rects);
  return isCalm() ? heldIn(rects) : [];
}

/** Where everything stands, and what one reads. */
export function standing() {
  const rects = new Map(all(TRACKED).map((element) => [element, element.getBoundingClientRect()]));
  const scroller = document.scrollingElement;
  const read = keptIn(rects, scroller);
  for (const one of playing) one.cancel(); // what still glides stands where it is to arrive
  playing = [];
  return { rects, scroller, read: read.map((element) => [element, element.getBoundingClientRect().top]) };
}

/** Hold what one reads where it was, and let the rest glide there. */
export function settle({ rects, read, scroller }) {
  const [kept, top] = read.find(([element]) => element.isConnected) ?? [];
  if (kept) scroller.scrollTop += kept.getBoundingClientRect().top - top;
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
