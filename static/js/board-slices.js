// The next cards of a column, when they don't come: the column says so, and tries again when told.
import { on, one } from "./page.js";

function failed(event) {
  const place = event.detail.elt;
  const words = one("#slice-failure");
  if (!words || !place.matches("[data-more]")) return;
  place.replaceChildren(document.importNode(words.content, true));
  const reference = event.detail.xhr?.getResponseHeader("X-Request-ID");
  const said = one("[data-reference]", place);
  said.hidden = !reference;
  said.textContent = `Reference ${(reference ?? "").slice(0, 8)}`;
}

document.addEventListener("htmx:responseError", failed);
document.addEventListener("htmx:sendError", failed);
on("click", "[data-load-again]", (_, button) => {
  const place = button.closest("[data-more]");
  window.htmx.ajax("GET", place.getAttribute("hx-get"), { source: place, target: place, swap: "outerHTML" });
});
