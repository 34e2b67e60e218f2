// The filters of a list: on a phone they are behind a button, and each that is on can be taken off by itself.
import { all, on } from "./page.js";

let open = false;

function show() {
  for (const button of all("[data-filters]")) {
    button.setAttribute("aria-expanded", String(open));
    button.closest("form").toggleAttribute("data-filters-open", open);
  }
}

on("click", "[data-filters]", () => {
  open = !open;
  show();
});
on("click", "[data-filter-clear]", (event, button) => {
  const select = document.getElementById(button.dataset.filterClear);
  select.value = "";
  select.focus();
  select.dispatchEvent(new Event("change", { bubbles: true }));
});
// The answer to a filter brings the filters again, closed.
document.addEventListener("htmx:afterSettle", show);
