// The focus is never lost: who had it on what went away finds it on what stands there now.
import { all, isTyping, one } from "./page.js";

const REACHED = "a[href], button:not([disabled]), input:not([type=hidden], [disabled]), select, textarea, summary";
const ROWS = "[data-row], [data-card], tr, li";
const places = new WeakMap(); // where each stood that had the focus: the rows after it, those before, what is around it
const openers = new WeakMap();
let last = null;

const entry = (row) => one("[data-open]", row) ?? one(REACHED, row);
const words = (element) => element.getAttribute("aria-label") ?? element.textContent.trim();
const now = (element) => (element.isConnected ? element : element.id ? document.getElementById(element.id) : null);

function siblings(row, step) {
  const found = [];
  for (let other = row?.[step]; other; other = other[step]) found.push(other);
  return found;
}

function around(element) {
  const found = [];
  for (let other = element.parentElement; other && !other.matches("main, body, #toasts"); other = other.parentElement) found.push(other);
  return found;
}

function note({ target }) {
  last = target;
  const row = target.closest(ROWS);
  const rows = [...siblings(row, "nextElementSibling"), ...siblings(row, "previousElementSibling")];
  places.set(target, { rows, around: around(target) });
}

function take(element) {
  if (!element?.checkVisibility()) return false;
  element.focus({ preventScroll: true });
  return document.activeElement === element;
}

// The same button of the same region, drawn anew; else the first there. No field: on a phone its keyboard would come up.
function within(region, element) {
  const found = all(REACHED, region).filter((other) => !isTyping(other));
  const twin = found.find((other) => other.tagName === element.tagName && words(other) === words(element));
  return take(twin) || found.some(take);
}

/** `dialog` gives the focus back to `opener` when it goes. */
export const opens = (dialog, opener) => openers.set(dialog, opener);

/** Give the focus to `element` or, if it is gone, to what stands where it stood. */
export function giveTo(element) {
  if (element === document.body) return take(one("h1"));
  if (take(now(element))) return true;
  const dialog = element.closest("dialog");
  if (openers.has(dialog) && !(dialog.isConnected && dialog.open)) return giveTo(openers.get(dialog));
  if (element.isConnected && take(one("summary", element.closest("details") ?? element))) return true;
  const place = places.get(element) ?? { rows: [], around: [] };
  const here = (found) => found.map(now).filter(Boolean);
  return here(place.rows).some((row) => take(entry(row))) || here(place.around).some((region) => within(region, element)) || take(one("h1"));
}

const isLost = () => last && (document.activeElement === document.body || !document.activeElement);

// What is hidden loses the focus only when it is painted: nobody waits for that.
const isHidden = (records) => last?.isConnected && records.some(({ type }) => type === "attributes") && !last.checkVisibility();

function find(records) {
  if (isLost() || isHidden(records)) giveTo(last);
}

document.addEventListener("focusin", note);
// Who leaves by a click beside everything wants to be nowhere.
document.addEventListener("focusout", ({ target }) => setTimeout(() => {
  if (isLost() && last === target && target.isConnected && target.checkVisibility()) last = null;
}));
new MutationObserver(find).observe(document.body, { childList: true, subtree: true, attributeFilter: ["open", "hidden"] });
