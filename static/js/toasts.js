// Toasts: 6 s (errors stay), at most three. From the server by messages, or the HX-Trigger header: {"toast": {"text", "kind", "url", "act", "undo"}}.
import { all, icon, on, one } from "./page.js";

const region = one("#toasts");

function leaveLater(card) {
  if (card.dataset.toast !== "error") setTimeout(() => card.remove(), 6000);
}

/** Show a toast. `kind` "error" stays until closed; `url` and `act` make one action; `undo` is where to post to take it back. */
export function toast({ text, kind = "", url = "", act = "Open", undo = "" }) {
  if (!region) return;
  const card = document.createElement("div");
  card.className = "toast-card";
  card.dataset.toast = kind;
  const words = document.createElement("p");
  words.textContent = text;
  card.append(icon(kind === "error" ? "circle-alert" : "check"), words);
  if (url) card.append(action(url, act));
  if (undo) card.append(undoer(undo));
  card.append(closer());
  region.append(card);
  for (const old of all("[data-toast]", region).slice(0, -3)) old.remove();
  if (undo) window.htmx?.process(card);
  leaveLater(card);
}

function undoer(url) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "toast-act";
  button.dataset.toastUndo = "";
  button.dataset.key = "z";
  button.textContent = "Undo";
  button.setAttribute("hx-post", url);
  button.setAttribute("hx-swap", "none");
  button.setAttribute("hx-sync", "this:drop");
  return button;
}

function action(url, words) {
  const link = document.createElement("a");
  link.className = "toast-act";
  link.href = url;
  link.textContent = words;
  return link;
}

function closer() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "toast-act toast-close";
  button.dataset.toastClose = "";
  button.setAttribute("aria-label", "Close");
  button.append(icon("x"));
  return button;
}

document.addEventListener("htmx:afterRequest", ({ target }) => target.closest?.("[data-toast-undo]")?.closest("[data-toast]").remove());
on("click", "[data-toast-close]", (_, button) => button.closest("[data-toast]").remove());
document.addEventListener("toast", (event) => toast(typeof event.detail?.value === "string" ? { text: event.detail.value } : event.detail));
// What loads by itself says in its own place that it didn't.
const saysSo = ({ target }) => Boolean(target.closest?.("[data-more], [data-panel]"));
document.addEventListener("htmx:sendError", (event) => {
  if (!saysSo(event)) toast({ text: "The server can't be reached. What you typed is still here.", kind: "error" });
});
document.addEventListener("htmx:responseError", (event) => {
  if (saysSo(event)) return;
  const request = event.detail.xhr;
  const reference = request.getResponseHeader("X-Request-ID");
  const what = request.status >= 500 ? "That didn't work on our side. What you typed is still here." : "That wasn't possible.";
  toast({ text: reference ? `${what} Reference ${reference.slice(0, 8)}` : what, kind: "error" });
});
for (const card of all("[data-toast]")) leaveLater(card);
