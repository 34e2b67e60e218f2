// The hosted form's puzzle against machines: solved on the side; a form sent too early waits for it.
import { fill } from "./embed/solve.js";

for (const input of document.querySelectorAll("[data-puzzle]")) {
  const { form } = input;
  let solved = fill(form);
  form.addEventListener("submit", async (event) => {
    if (input.value) return;
    event.preventDefault();
    await solved;
    form.submit();
  });
  // Back from the thanks a browser may show this very page, whose puzzle has counted already.
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) solved = renew(input);
  });
}

async function renew(input) {
  input.value = "";
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  input.dataset.puzzle = page.querySelector("[data-puzzle]").dataset.puzzle;
  await fill(input.form);
}
