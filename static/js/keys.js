// Keyboard: single keys are silent in fields and can be switched off (kept in this browser); only keys that do something here act.
import { all, isTyping, on, one } from "./page.js";
import { open } from "./dialogs.js";

const OFF = "single-keys-off";
let going = 0;

function step(by) {
  const rows = all("[data-row], [data-card]").filter((row) => row.offsetParent);
  const at = rows.indexOf(document.activeElement?.closest("[data-row], [data-card]"));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
  if (next) (one("[data-open]", next) ?? next).focus();
  return Boolean(next);
}

function go(key) {
  const page = one(`[data-go="${key}"]`);
  page?.click();
  return Boolean(page);
}

// Keys written on the page (data-key): those of the row in focus first, then the first visible.
function press(key) {
  const row = document.activeElement?.closest("[data-row], [data-card]");
  const named = [...(row ? all(`[data-key="${key}"]`, row) : []), ...all(`[data-key="${key}"]`)];
  // What waits in a closed menu is meant too, if nothing in sight is.
  const found = named.find((element) => element.offsetParent) ?? named.find((element) => element.closest("[data-menu], [data-composer]"));
  if (!found) return false;
  if (found.closest("[data-composer]")) write(found);
  else if (isTyping(found)) found.focus();
  else found.click();
  return true;
}

// A kind or an outcome of the composer is chosen, and one goes on in its text.
function write(choice) {
  const kind = choice.closest("[data-for-kind]")?.dataset.forKind;
  if (kind) one(`[name=kind][value=${kind}]`, choice.form).click();
  choice.click();
  one("textarea", choice.form).focus();
}

function act(key) {
  if (Date.now() - going < 1500) {
    going = 0;
    return go(key);
  }
  if (key === "g") {
    going = Date.now();
    return true;
  }
  if (key === "j") return step(1) || press(key);
  if (key === "k") return step(-1) || press(key);
  if (key === "?") {
    open(one("#keys"));
    return true;
  }
  return press(key);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest?.("form");
    if (form) {
      event.preventDefault();
      form.requestSubmit();
    }
    return;
  }
  if (event.key === "ArrowDown" && event.target.matches?.("[data-key='/']") && step(1)) return event.preventDefault(); // to what it found
  const silent = event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target);
  if (silent || localStorage.getItem(OFF) || one("dialog[open]")) return;
  if (event.key.length === 1 && event.key !== " " && act(event.key.toLowerCase())) event.preventDefault();
});

const box = one("[data-keys-switch]");
if (box) box.checked = !localStorage.getItem(OFF);
on("change", "[data-keys-switch]", (_, chosen) => (chosen.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
