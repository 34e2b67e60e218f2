// Parts that load by themselves fail by themselves: the shape of what was loading gives way to <template id="panel-failure">.
import { all, one, on } from "./page.js";

function fail(event) {
  const panel = event.detail.target?.closest?.("[data-panel]");
  const body = panel && one("[data-panel-body]", panel);
  const failure = one("#panel-failure");
  if (body && failure) body.replaceChildren(failure.content.cloneNode(true));
}

document.addEventListener("htmx:responseError", fail);
document.addEventListener("htmx:sendError", fail);
on("click", "[data-panel-retry]", (_, button) => {
  const panel = button.closest("[data-panel]");
  for (const body of all("[data-panel-body]", panel)) body.setAttribute("aria-busy", "true");
  window.htmx.trigger(panel, "retry");
});
