// The intake queue: fresh by itself, but never while somebody has rows chosen.
import { all, one } from "./page.js";

const KINDS = ["captured", "repeated", "quarantined", "put_aside", "assigned", "reopened", "merged", "deleted"];
const boxes = () => all("#intake [name=chosen]");

for (const kind of KINDS) {
  document.body.addEventListener(`tollgate:kind-lead.${kind}`, () => {
    if (!boxes().some((box) => box.checked) && !one("#intake dialog[open]")) {
      one("#intake")?.dispatchEvent(new CustomEvent("tollgate:intake"));
    }
  });
}
