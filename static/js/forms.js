// Forms: what was typed survives a failure (htmx leaves it), the first wrong field gets the focus, page changes focus the heading.
import { all, on, one } from "./page.js";

on("change", "[data-composer] [name=kind]", (_, kind) => {
  const form = kind.closest("form");
  for (const part of all("[data-for-kind]", form)) {
    part.hidden = part.dataset.forKind !== kind.value;
    part.disabled = part.hidden;
  }
  for (const part of all("[data-not-for-kind]", form)) part.hidden = part.disabled = part.dataset.notForKind.split(" ").includes(kind.value);
  const words = one("[data-save-words]", form);
  const verb = kind.value === "comment" ? "Add" : "Log";
  if (words) words.textContent = `${verb} ${kind.closest("label").textContent.trim().toLowerCase()}`;
});
function showChosen() {
  for (const kind of all("[data-composer] [name=kind]:checked")) kind.dispatchEvent(new Event("change", { bubbles: true }));
}
showChosen();

// One box for all of a form.
on("change", "[data-choose-all]", (_, chief) => {
  for (const box of all("[name=chosen]", chief.closest("form"))) box.checked = chief.checked;
});

function focusFirstWrong(within) {
  one("[aria-invalid=true]", within)?.focus();
}
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.closest("[data-composer]")) showChosen();
  focusFirstWrong(event.target);
});
focusFirstWrong(document);
