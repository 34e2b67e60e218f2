// Page views, time on a page and downloads of a website's visitor. Nothing is kept or sent before the page calls
// tollgate("consent"); tollgate("withdraw") forgets. `given.to` is the address for signals; scoring/tracking.py sets it.
const KEPT = "tollgate";
const LASTS = 180 * 24 * 3600 * 1000;
const FILES = /\.(pdf|docx?|xlsx?|pptx?|zip|csv|epub)$/i;
let began = 0;
let ticket = arrivedWith("tg"); // from a link in one of our mails: whose browser this is (scoring/tickets.py)

function arrivedWith(name) {
  const address = new URL(location.href);
  const value = address.searchParams.get(name) ?? "";
  if (value) {
    address.searchParams.delete(name); // out of the address, before anybody copies it
    history.replaceState(history.state, "", address);
  }
  return value;
}

const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT));
    return kept?.until > Date.now() ? kept.visitor : "";
  } catch {
    return "";
  }
}

function send(kind, more = {}) {
  const signal = { kind, visitor: tollgate.visitor, url: location.href.slice(0, 500), id: random(), ...more };
  fetch(given.to, { method: "POST", mode: "no-cors", credentials: "omit", keepalive: true, body: JSON.stringify([signal]) }).catch(() => {});
}

function begin(visitor) {
  if (began) return;
  began = Date.now();
  tollgate.visitor = visitor;
  for (const form of document.querySelectorAll("input[name=visitor]")) form.value = visitor;
  send("page_view", ticket ? { ticket } : {});
  ticket = "";
}

function tollgate(word) {
  if (word === "consent") {
    const visitor = remembered() || random();
    localStorage.setItem(KEPT, JSON.stringify({ visitor, until: Date.now() + LASTS }));
    begin(visitor);
  }
  if (word === "withdraw") {
    localStorage.removeItem(KEPT);
    tollgate.visitor = "";
    began = 0;
  }
}

document.addEventListener("visibilitychange", () => {
  const seconds = Math.round((Date.now() - began) / 1000);
  if (began && document.visibilityState === "hidden" && seconds > 0) send("custom", { seconds: Math.min(seconds, 86400) });
});
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  if (began && link && (link.hasAttribute("download") || FILES.test(link.pathname))) send("download", { url: link.href.slice(0, 500) });
});
window.tollgate = tollgate;
if (remembered()) begin(remembered());
