// Native dialogs: they take the focus (first field that needs something) and give it back to who opened them.
import { all, on, one } from "./page.js";
import { giveTo, opens } from "./focus.js";

/** Open a dialog; when it closes, focus returns to `opener`. */
export function open(dialog, opener = document.activeElement) {
  if (!dialog || dialog.open) return;
  opens(dialog, opener);
  dialog.showModal();
  const first = one("[aria-invalid=true], [autofocus], .unmet :is(input, select, textarea, button)", dialog);
  (first ?? one("input:not([type=hidden]), select, textarea", dialog) ?? one("button", dialog))?.focus();
}

document.addEventListener("close", (event) => {
  giveTo(one("button, input, select, textarea", event.target) ?? event.target); // nobody types into what is closed
  event.target.dispatchEvent(new CustomEvent("tollgate:closed", { bubbles: true }));
}, true);

on("click", "[data-dialog]", (event, button) => {
  event.preventDefault();
  open(one(button.dataset.dialog), button);
});
on("click", "[data-close]", (_, button) => button.closest("dialog")?.close());
on("click", "dialog", (event, dialog) => {
  if (event.target === dialog) dialog.close();
});

// What unfolds in a long dialog comes into sight.
document.addEventListener("toggle", ({ target }) => {
  if (target.open && target.matches("dialog details")) target.scrollIntoView({ block: "nearest" });
}, true);

/** Open what asks for it, once: on load, or after htmx put it in. What was closed since stays so. */
function openWhatAsks(within) {
  for (const dialog of all("dialog[data-open-now]", within)) {
    delete dialog.dataset.openNow;
    open(dialog);
  }
}
document.addEventListener("htmx:afterSettle", () => openWhatAsks(document));
openWhatAsks(document);
