// After an @ the names of colleagues: a list to choose from by arrows and Enter, or a tap.
import { all, on, one, say } from "./page.js";

const LIST = "mention-list";
const typed = (box) => box.value.slice(0, box.selectionStart).match(/(?:^|\s)@([^@\n]{0,40})$/)?.[1];

function close() {
  const list = one(`#${LIST}`);
  const box = one(`[aria-controls=${LIST}]`);
  list?.remove();
  for (const name of ["aria-controls", "aria-activedescendant", "aria-autocomplete"]) box?.removeAttribute(name);
}

function show(box) {
  const begun = typed(box);
  const names = begun === undefined ? [] : (one("[data-colleagues]")?.dataset.colleagues ?? "").split("|").filter((name) => name && name.toLowerCase().startsWith(begun.toLowerCase()) && name !== begun);
  close();
  if (!names.length) return;
  const list = document.createElement("ul");
  list.id = LIST;
  list.className = "menu mention-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Colleagues");
  names.slice(0, 8).forEach((name, number) => {
    const line = document.createElement("li");
    line.id = `${LIST}-${number}`;
    line.className = "menu-item";
    line.dataset.mention = name;
    line.setAttribute("role", "option");
    line.textContent = name;
    list.append(line);
  });
  box.after(list);
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", LIST);
  choose(box, 0);
  say(`${names.length} colleagues`);
}

function choose(box, number) {
  const lines = all("[data-mention]");
  const at = (number + lines.length) % lines.length;
  lines.forEach((line, index) => line.setAttribute("aria-selected", index === at));
  box.setAttribute("aria-activedescendant", lines[at].id);
}

function take(box, name) {
  const before = box.value.slice(0, box.selectionStart);
  const start = before.length - typed(box).length;
  box.setRangeText(`${name} `, start, box.selectionStart, "end");
  close();
  box.focus();
}

on("input", "[data-mentions]", (_, box) => show(box));
on("focusout", "[data-mentions]", () => setTimeout(() => document.activeElement?.matches("[data-mentions]") || close(), 150));
on("pointerdown", "[data-mention]", (event, line) => {
  event.preventDefault();
  take(one(`[aria-controls=${LIST}]`), line.dataset.mention);
});
document.addEventListener("keydown", (event) => {
  const box = event.target instanceof Element ? event.target.closest(`[aria-controls=${LIST}]`) : null;
  if (!box || event.ctrlKey || event.metaKey) return;
  const lines = all("[data-mention]");
  const at = lines.findIndex((line) => line.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") choose(box, at + 1);
  else if (event.key === "ArrowUp") choose(box, at - 1);
  else if (event.key === "Enter" || event.key === "Tab") take(box, lines[at].dataset.mention);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);
