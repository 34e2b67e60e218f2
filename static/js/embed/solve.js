// Finds the number behind a puzzle (leads/puzzle.py). SHA-256 by hand, because crypto.subtle is missing on plain http.
const HARDEST = 60000;
const AT_A_TIME = 1500; // then the page may breathe
const K = [];
const H = [];
const fraction = (value) => ((value - Math.floor(value)) * 2 ** 32) | 0;
for (let n = 2; K.length < 64; n++) {
  let prime = true;
  for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
  if (!prime) continue;
  if (H.length < 8) H.push(fraction(Math.sqrt(n)));
  K.push(fraction(Math.cbrt(n)));
}
const turn = (x, by) => (x >>> by) | (x << (32 - by));

// Of ASCII text below 56 characters: one block.
export function sha256(text) {
  const w = new Int32Array(64);
  for (let i = 0; i < text.length; i++) w[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
  w[text.length >> 2] |= 0x80 << (24 - 8 * (text.length & 3));
  w[15] = text.length * 8;
  for (let i = 16; i < 64; i++) {
    const low = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >>> 3);
    const high = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >>> 10);
    w[i] = (w[i - 16] + low + w[i - 7] + high) | 0;
  }
  let [a, b, c, d, e, f, g, h] = H;
  for (let i = 0; i < 64; i++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  return [a, b, c, d, e, f, g, h].map((part, i) => ((part + H[i]) >>> 0).toString(16).padStart(8, "0")).join("");
}

export async function solve(signed) {
  const [salt, wanted] = signed.split(".");
  for (let number = 0; number < HARDEST; number++) {
    if (sha256(salt + number) === wanted) return `${signed}~${number}`;
    if (number % AT_A_TIME === 0) await new Promise((next) => setTimeout(next));
  }
  return "";
}

// Fills the puzzle of a form while its person still writes; resolves when it is filled.
export async function fill(form) {
  const input = form.querySelector("[data-puzzle]");
  if (input) input.value = await solve(input.dataset.puzzle);
}
