// One event stream per browser says "this changed"; fragments listen on body and fetch themselves again:
//   hx-trigger="tollgate:lead-lead_01J from:body, tollgate:refresh from:body"
// Of all open tabs the one that holds the lock reads the stream and tells the others.
import { all, isTyping, on, one } from "./page.js";
import { serverNow } from "./countdown.js";

const url = document.body.dataset.liveUrl;
const NAMES = { from: "stage", to: "stage", from_stage: "stage", to_stage: "stage" };
let good = serverNow();
let lost = false;
let stream = null;
let channel = null;

function changed(data) {
  good = serverNow();
  const say = (name) => document.body.dispatchEvent(new CustomEvent(`tollgate:${name}`, { detail: data }));
  for (const [key, value] of Object.entries(data)) if (typeof value === "string" && value) say(`${NAMES[key] ?? key}-${value}`);
  say("changed");
}

function show(state) {
  for (const place of all("[data-live-state]")) {
    place.dataset.live = state;
    one("[data-live-words]", place).textContent = state === "on" ? "Live" : "Not live";
  }
  const note = one("#live-note");
  if (!note) return;
  note.hidden = state === "on";
  const since = new Date(good);
  const time = one("[data-live-since]", note);
  time.dateTime = since.toISOString();
  time.textContent = since.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

function state(name) {
  if (name === "off" && !lost) {
    lost = true;
    show("off");
  }
  if (name === "on") {
    if (lost) document.body.dispatchEvent(new CustomEvent("tollgate:refresh"));
    lost = false;
    good = serverNow();
    show("on");
  }
}

function receive(message) {
  if (message.state) state(message.state);
  if (message.data) changed(message.data);
  if (message.hello && stream) channel?.postMessage({ state: lost ? "off" : "on" });
  if (message.retry && stream) connect();
}

function tell(message) {
  receive(message);
  channel?.postMessage(message);
}

function connect() {
  stream?.close();
  stream = new EventSource(url, { withCredentials: true });
  stream.onopen = () => tell({ state: "on" });
  stream.onmessage = (event) => tell({ data: JSON.parse(event.data) });
  stream.onerror = () => {
    tell({ state: "off" });
    // A refused stream is closed for good by the browser; try again, slower.
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, 5000);
  };
}

function start() {
  if (!("BroadcastChannel" in window && navigator.locks)) {
    connect();
    return;
  }
  channel = new BroadcastChannel(`live ${url}`);
  channel.onmessage = (event) => receive(event.data);
  channel.postMessage({ hello: true });
  navigator.locks.request(`live ${url}`, () => {
    connect();
    return new Promise(() => {}); // held until this tab goes
  });
}

// What a person is busy with is never replaced from outside: it is marked instead.
function busy(target) {
  const focused = document.activeElement;
  return Boolean(one("dialog[open], .is-held, .is-waiting, [data-dragging]", target) || target.closest("[data-dragging]") ||
    (target.contains(focused) && isTyping(focused)));
}

function mark(target, again) {
  if (one(":scope > .deal-changed", target)) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "deal-changed";
  button.textContent = "Changed, show";
  button.addEventListener("click", () => {
    document.activeElement.blur();
    button.remove();
    document.body.dispatchEvent(new CustomEvent(again));
  });
  target.prepend(button);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const cause = event.detail.requestConfig?.triggeringEvent?.type ?? "";
  if (!cause.startsWith("tollgate:") || !busy(event.detail.target)) return;
  event.detail.shouldSwap = false;
  mark(event.detail.target, cause);
});
on("click", "[data-live-retry]", () => (stream ? connect() : channel?.postMessage({ retry: true })));

if (url) start();
