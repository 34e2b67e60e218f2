// A panel that did not arrive says so, and can be asked again; the others go on.
import { on, one } from "./page.js";

for (const kind of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, (event) => {
    const body = event.target.matches?.("[data-panel]") && one("[data-panel-body]", event.target);
    const failure = one("#panel-failure");
    if (body && failure) body.replaceChildren(failure.content.cloneNode(true));
  });
}
on("click", "[data-panel-retry]", (_, button) => button.closest("[data-panel]").dispatchEvent(new CustomEvent("retry")));

// What the address points at may come with a panel: then one is taken there once it is there.
let wanted = location.hash.slice(1);
document.addEventListener("htmx:afterSettle", () => {
  const place = wanted && document.getElementById(wanted);
  if (!place) return;
  wanted = "";
  place.scrollIntoView({ block: "center" });
});
