// Puts a form into the page of somebody else: no frame, no inline style or script, so that a strict policy lets it be.
// `form` and the functions of solve.js stand above; leads/embed.py puts them there.
const script = document.currentScript;
const place =
  document.querySelector(`[data-tollgate-form="${form.id}"]`) ??
  script.insertAdjacentElement("beforebegin", document.createElement("div"));
const shadow = place.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
sheet.replaceSync(form.css);
shadow.adoptedStyleSheets = [sheet];
shadow.innerHTML = form.html;
const here = shadow.querySelector("form");
const button = here.querySelector("button");
const note = here.querySelector(".note");
const solved = fill(here);

function hide(name, value) {
  if (!value || here.elements[name]) return;
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name, value: String(value).slice(0, 500) });
  here.append(input);
}

function values() {
  const found = {};
  for (const [name, value] of new FormData(here)) {
    found[name] = name in found ? [].concat(found[name], value) : value;
  }
  return found;
}

function complain(problem) {
  for (const { pointer, detail } of problem.errors ?? []) {
    const input = here.elements[pointer?.slice(1)];
    const first = input?.closest ? input : input?.[0]; // of several boxes
    const field = first?.closest(".field, .form-wide");
    if (!field) continue;
    const said = Object.assign(document.createElement("p"), { className: "field-error", textContent: detail });
    said.id = `${first.name}-error`;
    field.append(said);
    first.setAttribute("aria-invalid", "true");
    first.setAttribute("aria-describedby", said.id);
  }
  note.textContent = here.querySelector(".field-error") ? "Please look at this again." : problem.detail;
  note.hidden = false;
  (here.querySelector("[aria-invalid=true]") ?? button).focus();
}

function thank(said) {
  if (said.redirect) {
    location.assign(said.redirect);
    return;
  }
  const thanks = document.createElement("p");
  Object.assign(thanks, { className: "thanks", tabIndex: -1, textContent: said.thanks || form.thanks });
  thanks.setAttribute("role", "status");
  here.replaceWith(thanks);
  thanks.focus();
}

async function send() {
  for (const old of here.querySelectorAll(".field-error")) old.remove();
  for (const old of here.querySelectorAll("[aria-invalid]")) old.removeAttribute("aria-invalid");
  note.hidden = true;
  button.disabled = true;
  hide("visitor", window.tollgate?.visitor);
  await solved;
  try {
    const answer = await fetch(here.action, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(values()),
      credentials: "omit",
    });
    const said = await answer.json();
    button.disabled = false;
    if (answer.ok) thank(said);
    else complain(said);
  } catch {
    here.submit(); // the page's policy, or our list of origins, forbids asking; a plain form it does not
  }
}

hide("landing_page", location.href);
hide("referrer", document.referrer);
for (const [name, value] of new URLSearchParams(location.search)) {
  if (form.clicks.includes(name)) hide(name, value);
}
here.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
