// Search or do: Ctrl-K opens it; the server finds, arrows choose, Enter opens.
import { all, on, one } from "./page.js";
import { open } from "./dialogs.js";

const box = one("#palette-input");

function show() {
  open(one("#palette"));
  box.select();
  box.dispatchEvent(new CustomEvent("tollgate:palette"));
}

const options = () => all("#palette-list [role=option]");
const chosen = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");

function choose(at) {
  const found = options();
  found.forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
  const option = found[at];
  if (option) {
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else box.removeAttribute("aria-activedescendant");
}

if (box) {
  on("click", "[data-palette]", show);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      show();
    }
  });
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const count = options().length;
    if (step && count) choose((chosen() + step + count) % count);
    else if (event.key === "Enter") options()[Math.max(chosen(), 0)]?.click();
    else return;
    event.preventDefault();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "palette-list") choose(0);
  });
}
