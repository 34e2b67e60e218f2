// Promises tick from data-due by the server's clock; the server decides the state, except that time running out needs no asking.
import { all, one, say } from "./page.js";

const offset = document.body.dataset.now ? Date.parse(document.body.dataset.now) - Date.now() : 0;
const announced = new Set();

export const serverNow = () => Date.now() + offset;

/** 222 -> "3:42", 7800 -> "2 h 10", 18000 -> "5 h", 200000 -> "2 d" */
export function length(seconds) {
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (hours >= 24) return `${Math.floor(hours / 24)} d`;
  return minutes ? `${hours} h ${String(minutes).padStart(2, "0")}` : `${hours} h`;
}

function words(left, big) {
  const time = length(Math.abs(left));
  if (big) return time;
  return left >= 0 ? `${time} left` : `${time} over`;
}

function expire(element) {
  element.classList.remove("sla-ok", "sla-risk");
  element.classList.add("sla-breach");
  const use = one("use", element);
  use?.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#octagon-alert"));
}

function announce(element, left) {
  if (!("dueBig" in element.dataset)) return;
  const moment = left < 0 ? "breach" : left <= 60 ? "minute" : null;
  const key = `${element.dataset.due} ${moment}`;
  if (!moment || announced.has(key)) return;
  announced.add(key);
  if (left > -2) say(moment === "minute" ? "One minute left to answer." : "The promised time is over.");
}

function tick() {
  const now = serverNow();
  for (const element of all("[data-due]")) {
    const left = Math.floor((Date.parse(element.dataset.due) - now) / 1000);
    if (Number.isNaN(left)) continue;
    const text = words(left, "dueBig" in element.dataset);
    const place = one("[data-due-words]", element) ?? element;
    if (place.textContent !== text) place.textContent = text;
    if (left < 0 && !element.classList.contains("sla-breach")) expire(element);
    announce(element, left);
  }
}

tick();
setInterval(tick, 1000);
