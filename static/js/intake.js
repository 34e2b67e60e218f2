// The intake queue: fresh by itself, but never while somebody has rows chosen; and one box for all of them.
import { all, on, one } from "./page.js";

const KINDS = ["captured", "repeated", "quarantined", "put_aside", "assigned", "reopened", "deleted"];
const boxes = () => all("#intake [name=chosen]");

for (const kind of KINDS) {
  document.body.addEventListener(`tollgate:kind-lead.${kind}`, () => {
    if (!boxes().some((box) => box.checked) && !one("#intake dialog[open]")) {
      one("#intake")?.dispatchEvent(new CustomEvent("tollgate:intake"));
    }
  });
}
on("change", "[data-choose-all]", (_, chief) => {
  for (const box of boxes()) box.checked = chief.checked;
});
