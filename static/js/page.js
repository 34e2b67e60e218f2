// Small words the other modules share.
export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/** Listen on the document for events on elements that match, now or later. */
export function on(event, selector, act) {
  document.addEventListener(event, (happened) => {
    const target = happened.target instanceof Element ? happened.target.closest(selector) : null;
    if (target) act(happened, target);
  });
}

/** Say something to a screen reader, politely. */
export function say(words) {
  const said = one("#said");
  if (said) said.textContent = words;
}

export const isTyping = (element) =>
  element instanceof HTMLElement && (element.isContentEditable || element.matches("input:not([type=checkbox], [type=radio]), textarea, select"));

/** An icon from the sprite, whose address the page already knows. */
export function icon(name) {
  const sprite = one("use")?.getAttribute("href").split("#")[0] ?? "/static/img/icons.svg";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}
