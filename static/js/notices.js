// Notices outside of the page: their number in the tab's title, and on the desktop for who asked for that.
import { all, on, one } from "./page.js";
import { toast } from "./toasts.js";

function count() {
  const number = Number(one("#notifications")?.dataset.count ?? 0);
  const plain = document.title.replace(/^\(\d+\) /, "");
  document.title = number ? `(${number}) ${plain}` : plain;
}

// With several tabs open each hears of it; what has the same tag shows once.
function onDesktop({ text, url }) {
  const note = new Notification("Tollgate", { body: text, tag: url || text });
  note.addEventListener("click", () => {
    window.focus();
    if (url) location.assign(url);
  });
}

const may = () => "Notification" in window && Notification.permission === "granted";

async function ask(box) {
  if (!box.checked || may()) return;
  const answer = "Notification" in window ? await Notification.requestPermission() : "denied";
  if (answer === "granted") return;
  box.checked = false;
  toast({ text: "This browser keeps notices away. Allow them for this site in its settings, then try again.", kind: "error" });
}

document.addEventListener("htmx:afterSettle", count);
document.addEventListener("toast", ({ detail }) => {
  if (detail?.desktop && document.hidden && may()) onDesktop(detail);
});
on("change", "[data-desktop]", (_, box) => ask(box));
for (const box of all("[data-desktop]")) if (!("Notification" in window)) box.disabled = true;
