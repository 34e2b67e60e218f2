// <details data-menu> behaves like a menu: Esc, what was chosen and a click elsewhere close it, one is open at a time.
import { all } from "./page.js";

const opened = () => all("details[data-menu][open]");

document.addEventListener("click", (event) => {
  const chosen = event.target.closest("button.menu-item, a.menu-item");
  for (const menu of opened()) {
    if (!menu.contains(event.target)) menu.open = false;
    else if (chosen) setTimeout(() => { menu.open = false; }); // a form is sent by the button that has the focus
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of opened()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// What is drawn anew from outside closes nothing that is open.
const morphing = window.Idiomorph?.defaults.callbacks;
if (morphing) morphing.beforeAttributeUpdated = (name, element, kind) => !(name === "open" && kind === "remove" && element.matches("details, dialog"));
