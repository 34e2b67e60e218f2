// "Move to": the same move with a single pointer, or with M on the card in focus.
import { all, isTyping, one } from "./page.js";
import { answer, beside, byHand, lose, move, rank } from "./board.js";
import { choose } from "./choosing.js";

let menu = null;

function close(focusOpener = false) {
  if (!menu) return;
  const { element, opener } = menu;
  menu = null;
  element.remove();
  opener.setAttribute("aria-expanded", "false");
  if (focusOpener) opener.focus();
}

function item(words, remark, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "menu-item";
  button.setAttribute("role", "menuitem");
  const said = document.createElement("span");
  said.textContent = words;
  const aside = document.createElement("span");
  aside.className = "small muted";
  aside.textContent = remark;
  button.append(said, aside);
  if (!act) button.setAttribute("aria-disabled", "true");
  else button.addEventListener("click", () => {
    close();
    act();
  });
  return button;
}

function stage(card, column) {
  const name = one("h2", column).textContent.trim();
  if (column === card.closest("[data-stage]")) return item(name, "is here", null);
  return item(name, answer(card, column.dataset.stage).words, () => move(card, column.dataset.stage));
}

// What one does to a card by dragging within its column, with a single pointer.
function places(card) {
  const { before, after } = beside(card);
  const higher = item("Higher", "", after ? () => rank(card, { before: after }) : null);
  const lower = item("Lower", "", before ? () => rank(card, { after: before }) : null);
  return byHand() ? [higher, lower] : [];
}

function open(card) {
  const opener = one("[data-move-menu]", card);
  if (!opener) return;
  close();
  const element = document.createElement("div");
  element.className = "menu move-menu";
  element.setAttribute("role", "menu");
  element.setAttribute("aria-label", `Move ${card.dataset.name} to`);
  element.append(...all("[data-board] [data-stage]").map((column) => stage(card, column)), ...places(card));
  if (one("[data-lose]")) element.append(item("Lose it", "", () => lose(card)));
  if (one("[data-choose]", card)) element.append(item("Choose", "X", () => choose(card)));
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
