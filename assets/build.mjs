// Builds what is committed under static/: the compiled CSS, the icon sprite, the fonts and the vendored scripts.
// bin/css runs it; tests/test_css.py checks without Node that nothing is stale.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const LOOK = "static/css/tollgate.css";
const FONT = "node_modules/@fontsource-variable/hanken-grotesk/files/hanken-grotesk";
const VENDOR = {
  "htmx.org": ["dist/htmx.min.js", "htmx.js"],
  idiomorph: ["dist/idiomorph-ext.min.js", "idiomorph.js"],
  sortablejs: ["Sortable.min.js", "sortable.js"],
};

const text = (path) => readFileSync(path, "utf8");
const digest = (...parts) => parts.reduce((sum, part) => sum.update(part).update("\0"), createHash("sha256")).digest("hex").slice(0, 32);

function inputs() {
  const own = readdirSync("assets", { recursive: true }).map((name) => `assets/${name}`).filter((name) => /\.\w+$/.test(name));
  return [...own, "package.json", "package-lock.json"].sort();
}

function look() {
  execFileSync("node_modules/.bin/tailwindcss", ["-i", "assets/css/tollgate.css", "-o", LOOK, "--minify"], { stdio: ["ignore", "ignore", "inherit"] });
  const body = text(LOOK).trimEnd() + "\n";
  const from = digest(...inputs().flatMap((name) => [name, text(name)]));
  writeFileSync(LOOK, `/* Made by bin/css. inputs ${from} body ${digest(body)} */\n${body}`);
}

function symbol(name) {
  const drawing = text(`node_modules/lucide-static/icons/${name}.svg`).replace(/<!--.*?-->/s, "");
  const inner = drawing.slice(drawing.indexOf(">") + 1, drawing.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s+/g, " ").replaceAll(" />", "/>").trim()}</symbol>`;
}

// Four rising bars; those a tier doesn't reach are pale.
function tier(name, reached) {
  const bars = [0, 1, 2, 3].map((bar) => {
    const height = 3.5 + bar * 2.5;
    const pale = bar < reached ? "" : ' fill-opacity=".28"';
    return `<rect x="${0.25 + bar * 3}" y="${11.5 - height}" width="2.25" height="${height}" rx=".6"${pale}/>`;
  });
  return `<symbol id="tier-${name}" viewBox="0 0 12 12">${bars.join("")}</symbol>`;
}

function sprite() {
  const names = text("assets/icons.txt").split("\n").filter(Boolean);
  const tiers = [tier("urgent", 4), tier("high", 3), tier("medium", 2), tier("low", 1)];
  const note = "<!-- Icons: Lucide (ISC, https://lucide.dev/license). Made by bin/css from assets/icons.txt. -->";
  mkdirSync("static/img", { recursive: true });
  writeFileSync("static/img/icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${note}\n${[...names.map(symbol), ...tiers].join("\n")}\n</svg>\n`);
}

function vendored() {
  mkdirSync("static/font", { recursive: true });
  copyFileSync(`${FONT}-latin-wght-normal.woff2`, "static/font/hanken-grotesk-latin.woff2");
  copyFileSync(`${FONT}-latin-ext-wght-normal.woff2`, "static/font/hanken-grotesk-latin-ext.woff2");
  copyFileSync("node_modules/@fontsource-variable/hanken-grotesk/LICENSE", "static/font/LICENSE");
  rmSync("static/js/vendor", { recursive: true, force: true });
  mkdirSync("static/js/vendor", { recursive: true });
  for (const [name, [from, to]] of Object.entries(VENDOR)) {
    const { version, license } = JSON.parse(text(`node_modules/${name}/package.json`));
    writeFileSync(`static/js/vendor/${to}`, `/*! ${name} ${version}, ${license} */\n${text(`node_modules/${name}/${from}`).trimEnd()}\n`);
  }
}

mkdirSync("static/css", { recursive: true });
vendored();
sprite();
look();
