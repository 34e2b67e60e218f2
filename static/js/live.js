// One event stream per browser says "this changed"; fragments listen on body and fetch themselves again:
//   hx-trigger="tollgate:lead-lead_01J from:body, tollgate:refresh from:body"
// Names: lead-<id>, kind-<kind>, board (anything a card shows), changed, and refresh (fetch everything).
// Of all open tabs the one that holds the lock reads the stream and tells the others.
import { all, isTyping, on, one } from "./page.js";
import { serverNow } from "./countdown.js";
import { settle, standing } from "./glide.js";
import { heardOf, places, renewed, showHere, whereabouts } from "./here.js";

const url = document.body.dataset.liveUrl;
const ON_CARDS = /^(activity|criterion|deal|file|gate|lead|meeting|objection|promise|stakeholder|task)\./;
const QUICK = 150; // ms: changes of one deed are told together
const BUSY = 1000; // ms: the pause between two tellings doubles up to this while changes stream in
let good = serverNow();
let lost = false;
let stream = null;
let channel = null;

let people = 1;
let here = {};
let moving = 0;
let told = 0;
let pause = QUICK;
let waiting = null;

function changed(data) {
  good = serverNow();
  waiting ??= begin();
  if (data.kind === "many") waiting.add("refresh");
  if (ON_CARDS.test(data.kind)) waiting.add("board");
  for (const key of ["kind", "lead"]) if (data[key]) waiting.add(`${key}-${data[key]}`);
  waiting.add("changed");
}

// A lead's card follows its capture by a few tenths of a second, often just after the first telling.
function begin() {
  if (Date.now() - told > BUSY) pause = QUICK;
  setTimeout(flush, Math.max(QUICK, told + pause - Date.now()));
  return new Set();
}

function flush() {
  const names = waiting;
  waiting = null;
  told = Date.now();
  pause = Math.min(BUSY, 2 * pause);
  const detail = { leads: [...names].filter((name) => name.startsWith("lead-")).map((name) => name.slice(5)) };
  for (const name of names) document.body.dispatchEvent(new CustomEvent(`tollgate:${name}`, { detail }));
}

function show(state) {
  for (const place of all("[data-live-state]")) {
    place.dataset.live = state;
    const here = people > 1 ? `Live, ${people} people here` : "Live";
    one("[data-live-words]", place).textContent = state === "on" ? here : "Not live";
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
  if (message.change) changed(message.change);
  if (message.people) {
    people = message.people;
    good = serverNow();
    if (!lost) show("on");
    renewed().then((fresh) => fresh && stayed());
  }
  if (message.here) showHere((here = message.here));
  if (message.hello && stream) channel?.postMessage({ state: lost ? "off" : "on", people, here });
  if (message.where) channel?.postMessage({ at: whereabouts() });
  if (message.at && heardOf(message.at) && stream) moved();
  if (message.retry && stream) connect();
}

// Another tab of this browser went elsewhere: the stream says so by being opened again, once for all that do.
function moved() {
  clearTimeout(moving);
  moving = setTimeout(connect, QUICK);
}

function stayed() {
  if (stream) moved();
  else channel?.postMessage({ at: whereabouts() });
}

function tell(message) {
  receive(message);
  channel?.postMessage(message);
}

// The old stream ends when the new one is there, so that nothing is missed in between.
function connect() {
  const old = stream;
  const fresh = new EventSource([url, places()].filter(Boolean).join("?"), { withCredentials: true });
  stream = fresh;
  fresh.onopen = () => {
    old?.close();
    tell({ state: "on" });
  };
  fresh.addEventListener("hello", (event) => tell(JSON.parse(event.data)));
  fresh.addEventListener("change", (event) => tell({ change: JSON.parse(event.data) }));
  fresh.onerror = () => {
    old?.close();
    if (fresh !== stream) return;
    tell({ state: "off" });
    // A refused stream is closed for good by the browser; try again, slower.
    if (fresh.readyState === EventSource.CLOSED) setTimeout(connect, 5000);
  };
}

function start() {
  if (!("BroadcastChannel" in window && navigator.locks)) {
    connect();
    return;
  }
  channel = new BroadcastChannel(`live ${url}`);
  channel.onmessage = (event) => receive(event.data);
  channel.postMessage({ hello: true, at: whereabouts() });
  addEventListener("pagehide", () => channel.postMessage({ at: whereabouts(true) }));
  addEventListener("pageshow", ({ persisted }) => persisted && channel.postMessage({ at: whereabouts() }));
  navigator.locks.request(`live ${url}`, () => {
    connect();
    channel.postMessage({ where: true });
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

let before = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const cause = event.detail.requestConfig?.triggeringEvent?.type ?? "";
  before = null;
  if (!cause.startsWith("tollgate:")) return;
  if (!busy(event.detail.target)) {
    before = standing();
    return;
  }
  event.detail.shouldSwap = false;
  mark(event.detail.target, cause);
});
document.addEventListener("htmx:afterSwap", () => {
  if (before) settle(before);
  before = null;
});
on("click", "[data-live-retry]", () => (stream ? connect() : channel?.postMessage({ retry: true })));

if (url) start();
