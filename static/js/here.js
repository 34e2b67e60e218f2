// Who else has this page open, as the live stream says it: faces in [data-here], whose value is the ticket for the place.
import { all } from "./page.js";

const MOST = 3;
const RENEW = 8 * 60 * 60 * 1000; // ms: a ticket is good for a day
const tab = Math.random().toString(36).slice(2);
const elsewhere = new Map(); // the tickets of this browser's other tabs
let here = {};
let got = Date.now();

const ticket = () => document.querySelector("[data-here]")?.dataset.here ?? "";

/** What this tab tells the others about itself; nothing as it goes. */
export const whereabouts = (goes = false) => ({ tab, ticket: goes ? "" : ticket() });

/** Another tab came, went or said where it is. Returns whether the stream has to say so. */
export function heardOf({ tab: other, ticket: its }) {
  const before = places();
  if (its) elsewhere.set(other, its);
  else elsewhere.delete(other);
  return places() !== before;
}

/** The places of all tabs of this browser, for the address of the stream. */
export function places() {
  const tickets = new Set([ticket(), ...elsewhere.values()].filter(Boolean));
  return [...tickets].sort().map((one) => `at=${encodeURIComponent(one)}`).join("&");
}

/** Ask this page's own address for a new ticket where the old one has been here for hours; whether there is one. */
export async function renewed() {
  if (!ticket() || Date.now() - got < RENEW) return false;
  got = Date.now();
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-here]");
  if (fresh) for (const list of all("[data-here]")) list.dataset.here = fresh.dataset.here;
  return Boolean(fresh);
}

function face({ name, initials, hue }) {
  const shown = document.createElement("li");
  shown.className = `avatar avatar-${hue}`;
  shown.title = name;
  shown.innerHTML = '<span aria-hidden="true"></span><span class="sr-only"></span>';
  shown.firstChild.textContent = initials;
  shown.lastChild.textContent = name;
  return shown;
}

function more(faces) {
  const names = faces.map(({ name }) => name).join(", ");
  return face({ name: names, initials: `+${faces.length}`, hue: "more" });
}

/** Show who is where: faces by place. */
export function showHere(said = here) {
  here = said;
  for (const list of all("[data-here]")) {
    const faces = here[list.dataset.here.split(":")[0]] ?? [];
    const few = faces.length > MOST + 1 ? faces.slice(0, MOST) : faces;
    list.replaceChildren(...few.map(face), ...(few === faces ? [] : [more(faces.slice(MOST))]));
    list.hidden = !faces.length;
  }
}

// A filter brings the page's head again, without its faces.
document.addEventListener("htmx:afterSettle", () => showHere());
