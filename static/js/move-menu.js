// "Move to": the same move with a single pointer, or with M on the card in focus.
import { all, isTyping, one } from "./page.js";
import { answer, move } from "./board.js";

let menu = null;

function close(focusOpener = false) {
  if (!menu) return;
  const { element, opener } = menu;
  menu = null;
  element.remove();
  opener.setAttribute("aria-expanded", "false");
  if (focusOpener) opener.focus();
}

function item(card, column) {
  const button = document.createElement("button");
  const here = column === card.closest("[data-stage]");
  const { words } = answer(card, column.dataset.stage);
  button.type = "button";
  button.className = "menu-item";
  button.setAttribute("role", "menuitem");
  const stage = document.createElement("span");
  stage.textContent = one("h2", column).textContent.trim();
  const remark = document.createElement("span");
  remark.className = "small muted ml-auto";
  remark.textContent = here ? "is here" : words;
  button.append(stage, remark);
  if (here) button.setAttribute("aria-disabled", "true");
  else button.addEventListener("click", () => {
    close();
    move(card, column.dataset.stage);
  });
  return button;
}

function open(card) {
  const opener = one("[data-move-menu]", card);
  if (!opener) return;
  close();
  const element = document.createElement("div");
  element.className = "menu move-menu";
  element.setAttribute("role", "menu");
  element.setAttribute("aria-label", `Move ${card.dataset.name} to`);
  element.append(...all("[data-board] [data-stage]").map((column) => item(card, column)));
  one("article", card).append(element);
  opener.setAttribute("aria-expanded", "true");
  menu = { element, opener };
  (one("[role=menuitem]:not([aria-disabled])", element) ?? element).focus();
  element.scrollIntoView({ block: "nearest" });
}

function walk(key) {
  const items = all("[role=menuitem]", menu.element);
  const at = items.indexOf(document.activeElement);
  if (key === "Home" || key === "End") return items.at(key === "Home" ? 0 : -1).focus();
  items[(at + (key === "ArrowDown" ? 1 : -1) + items.length) % items.length].focus();
}

/** The menu of the board's cards. */
export function moveMenu() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-move-menu]");
    if (opener && !menu) open(opener.closest("[data-card]"));
    else if (!event.target.closest(".move-menu")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (menu && event.key === "Escape") close(true);
    else if (menu && event.key === "Tab") return close();
    else if (menu && ["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) walk(event.key);
    else if (!menu && event.key === "m" && !event.ctrlKey && !event.metaKey && !isTyping(event.target)) {
      const card = document.activeElement?.closest("[data-card]");
      if (!card || localStorage.getItem("single-keys-off")) return;
      open(card);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });
}
