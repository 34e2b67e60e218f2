// The hosted form's puzzle against machines: solved on the side; a form sent too early waits for it.
import { fill } from "./embed/solve.js";

for (const input of document.querySelectorAll("[data-puzzle]")) {
  const { form } = input;
  const solved = fill(form);
  form.addEventListener("submit", async (event) => {
    if (input.value) return;
    event.preventDefault();
    await solved;
    form.submit();
  });
}
