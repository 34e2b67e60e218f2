// Light, dark, or as the system has it; remembered in this browser.
import { all, on } from "./page.js";

const ORDER = ["system", "tollgate", "tollgate-dark"];
const WORDS = { system: "As the system", tollgate: "Light", "tollgate-dark": "Dark" };
const root = document.documentElement;

function show() {
  const now = root.dataset.theme ?? "system";
  for (const words of all("[data-theme-words]")) words.textContent = WORDS[now];
}

on("click", "[data-theme-toggle]", () => {
  const next = ORDER[(ORDER.indexOf(root.dataset.theme ?? "system") + 1) % ORDER.length];
  if (next === "system") {
    delete root.dataset.theme;
    localStorage.removeItem("theme");
  } else {
    root.dataset.theme = next;
    localStorage.setItem("theme", next);
  }
  show();
});
show();
