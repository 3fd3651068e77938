// What the page shows, painted into elements that are made once: each view takes a part of the model.

import { unitPicture, contributions, forward, templates, argmax } from "engine";
import { column } from "data";
import { drawInk, drawOutline, drawSigned, drawnShape, halfRange, rangeOf } from "pictures";
import { against, bars, ofHundred, signed, topTwo } from "model";

const RIVALS = 4; // fitted pictures shown of a class
const MAX_BARS = 10; // classes with bars

/**
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {...(string | Node)} children
 * @returns {any}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Set text where it differs, so that nothing moves and nothing is read out again. */
function say(element, text) { if (element.textContent !== text) element.textContent = text; }

/**
 * A picture of weights, with the drawing's outline above it.
 * @param {Shape} shape
 */
export function makePicture(shape) {
  const [height, width] = drawnShape(shape);
  const style = `aspect-ratio: ${width} / ${height}`;
  const canvas = make("canvas", { role: "img", style });
  const outline = make("canvas", { class: "outline", "aria-hidden": "true" });
  const element = make("div", { class: "weights", style }, canvas, outline);
  return {
    element,
    /** @param {{ map: Float32Array, half?: number, never: Uint8Array | null, x: Float32Array, label: string }} shown */
    render({ map, half, never, x, label }) {
      drawSigned(canvas, shape, map, half ?? rangeOf(map, never), never);
      drawOutline(outline, shape, x);
      canvas.setAttribute("aria-label", label);
    },
  };
}

/**
 * The rows: what each network says, what its one picture says, and what it used this time.
 * @param {HTMLElement} root
 * @param {Shape} shape
 * @param {string[]} names of classes
 */
export function makeTable(root, shape, names) {
  /** @type {{ network: Network, element: any, render(row: Row, isFirst: boolean, x: Float32Array): void }[]} */
  let rows = [];
  return {
    /** @param {Network[]} networks @param {(name: string) => void} remove */
    show(networks, remove) {
      rows = networks.map(network => makeRow(network, shape, names, networks.length > 1 ? remove : null));
      root.replaceChildren(...rows.map(row => row.element));
    },
    /** @param {Row[]} models @param {Float32Array} x */
    render(models, x) {
      models.forEach((model, n) => { rows[n].render(model, n === 0, x); });
    },
  };
}

function makeCell(kind, picture) {
  const big = make("b", { class: "big" });
  const small = make("span", { class: "small" });
  const element = make("div", { class: `cell ${kind}` }, make("div", { class: "words" }, big, small), ...(picture ? [picture.element] : []));
  return { element, big, small };
}

/** @param {Network} network */
function makeRow(network, shape, names, remove) {
  const [one, own] = [makePicture(shape), makePicture(shape)];
  const cells = [makeCell("says"), makeCell("one", one), makeCell("used", own)];
  const head = make("div", { class: "head" }, make("b", {}, network.label), make("span", { class: "small" },
    network.accuracy === null ? network.words : `${ofHundred(network.accuracy)} of 100 right`));
  if (remove) {
    const button = make("button", { type: "button", class: "remove", "aria-label": `Take away the row of ${network.label}` }, "×");
    button.addEventListener("click", () => remove(network.name));
    head.append(button);
  }
  const element = make("div", { class: "row", role: "group", "aria-label": network.label }, head, ...cells.map(cell => cell.element));
  return {
    network, element,
    /** @param {Row} row */
    render(row, isFirst, x) {
      const [says, picture, used] = cells;
      const name = row.isEmpty ? "" : names[row.answer];
      fill(says, name, row.isEmpty ? "" : row.sure);
      if (isFirst) says.big.setAttribute("data-answer", name);
      const share = row.share === null ? "" : row.isSame ? `, as on ${ofHundred(row.share)} of 100` : ` (${ofHundred(row.share)} of 100 same)`;
      const words = row.says === null ? "not on this page" : row.isSame ? `the same${share}` : `not the same${share}`;
      fill(picture, row.isEmpty || row.says === null ? "" : names[row.says], row.isEmpty ? "" : words);
      picture.element.classList.toggle("differs", !row.isEmpty && row.isSame === false);
      if (row.picture) one.render({ map: row.picture.map, never: network.never, x, label: `picture of ${names[row.says]} of ${network.label}` });
      fill(used, name, row.isEmpty || !row.used ? "" : network.isAffine ? `with ${row.total} points` : "how its score moves");
      if (row.used) own.render({ map: row.used.map, half: halfRange([row.used.map], network.never), never: network.never, x, label: `what ${network.label} used for ${name}` });
      element.classList.toggle("layerless", !network.layers.length);
    },
  };
}

function fill(cell, big, small) {
  say(cell.big, big);
  cell.big.title = big;
  cell.big.classList.toggle("long", big.length > 3);
  say(cell.small, small);
}

/**
 * What each moment's picture would have said of this drawing: a chip per moment, one stop for the keyboard.
 * @param {HTMLElement} root
 * @param {string[]} names
 * @param {(updates: number | null) => void} choose
 */
export function makeMoments(root, names, choose) {
  /** @type {HTMLButtonElement[][]} */
  let chips = [];
  let updates = [];
  root.addEventListener("keydown", event => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const row = chips.find(some => some.includes(/** @type {HTMLButtonElement} */ (document.activeElement)));
    if (!step || !row) return;
    event.preventDefault();
    event.stopPropagation();
    let at = row.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement)) + step;
    while (row[at]?.disabled) at += step;
    row[at]?.focus();
    row[at]?.click();
  });
  return {
    /** @param {Network[]} networks @param {number[]} all */
    show(networks, all) {
      updates = all;
      const head = make("tr", {}, make("th", { scope: "col" }, "steps"), ...all.map(u => make("th", { scope: "col" }, u.toLocaleString("en"))));
      chips = networks.map(() => all.map(u => {
        const chip = make("button", { type: "button", class: "chip", tabindex: "-1" });
        chip.addEventListener("click", () => choose(u === all.at(-1) ? null : u));
        return chip;
      }));
      const body = networks.map((network, n) => make("tr", network.film ? {} : { hidden: "" }, make("th", { scope: "row" }, network.label), ...chips[n].map(chip => make("td", {}, chip))));
      root.replaceChildren(make("thead", {}, head), make("tbody", {}, ...body));
    },
    /** @param {(number | null)[][]} said @param {Row[]} rows @param {number | null} moment */
    render(said, rows, moment) {
      const longest = said.findIndex(row => row.every(k => k !== null));
      const at = updates.indexOf(moment ?? updates.at(-1));
      for (const [n, row] of said.entries()) for (const [place, k] of row.entries()) {
        const chip = chips[n][place];
        const isShown = k !== null && !rows[n].isEmpty;
        say(chip, isShown ? names[k] : "");
        chip.disabled = k === null;
        chip.classList.toggle("differs", isShown && k !== rows[n].answer);
        const isChosen = k !== null && place <= at && row.slice(place + 1, at + 1).every(later => later === null);
        chip.setAttribute("aria-pressed", String(isChosen));
        chip.tabIndex = isChosen && n === longest ? 0 : -1; // one stop for Tab; arrows go on
        chip.setAttribute("aria-label", `${rows[n].network.label}, ${updates[place].toLocaleString("en")} steps: ${isShown ? names[k] : "nothing"}`);
      }
    },
    /** One step to the left or right, for the arrow keys. @param {number | null} moment @param {number} step */
    neighbour(moment, step) {
      const at = updates.indexOf(moment ?? updates.at(-1)) + step;
      const next = updates[Math.max(0, Math.min(updates.length - 1, at))];
      return next === undefined || next === updates.at(-1) ? null : next;
    },
  };
}

const COLOURS = { "own map": "var(--accent)", "one picture": "var(--ink)", "at random": "var(--quiet)" };

const PLOT = { left: 62, width: 356, zero: 52 }; // of the curves, in the drawing's own units

/** An element of a drawing. @param {string} tag @param {Record<string, string | number>} attributes @param {string} [words] */
function shape(tag, attributes, words = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = words;
  return element;
}

/**
 * Three curves of the answer's lead while ink is taken away.
 * @param {HTMLElement} root
 * @param {HTMLElement} words
 */
export function makeTakeAway(root, words) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 420 96");
  svg.setAttribute("role", "img");
  const lines = Object.keys(COLOURS).map((by, n) => shape("polyline", {
    fill: "none", style: `stroke: ${COLOURS[by]}; stroke-width: ${n ? 1.6 : 2.4}; stroke-dasharray: ${["none", "6 3", "2 3"][n]}`,
  }));
  const zero = shape("line", { x1: PLOT.left, x2: PLOT.left + PLOT.width, y1: PLOT.zero, y2: PLOT.zero, style: "stroke: var(--line)" });
  const [holds, falls] = [PLOT.zero - 24, PLOT.zero + 18].map(y => shape("text", { x: 0, y }));
  const ends = [["start", "all its ink"], ["middle", "half removed"], ["end", "none left"]].map(([anchor, said], n) =>
    shape("text", { x: PLOT.left + n * PLOT.width / 2, y: 94, "text-anchor": anchor }, said));
  svg.append(zero, holds, falls, ...ends, ...lines);
  root.replaceChildren(svg);
  return {
    /** @param {Fall[] | null} taken @param {string} name of the answer @param {string} label of the network */
    render(taken, name, label) {
      svg.style.visibility = taken ? "visible" : "hidden";
      if (!taken) { words.textContent = "Draw, and see how much ink has to go before the network answers otherwise."; return; }
      const top = Math.max(...taken.map(fall => fall.leads[0]), 1e-9);
      taken.forEach((fall, n) => {
        const height = lead => Math.max(1, Math.min(78, PLOT.zero - (PLOT.zero - 4) * lead / top));
        const points = fall.leads.map((lead, step) => `${(PLOT.left + PLOT.width * fall.gone[step]).toFixed(1)},${height(lead).toFixed(1)}`);
        lines[n].setAttribute("points", points.join(" "));
      });
      holds.textContent = `says ${name.length > 9 ? "it" : name}`;
      falls.textContent = "another";
      const share = fall => (fall.falls >= 1 ? "never" : `after ${Math.round(100 * fall.falls)} %`);
      say(words, `${label}: the network stops saying ${name} ${share(taken[0])} of the ink is removed in the order of its picture for this drawing (line), ${share(taken[1])} in that of its one picture (dashes), ${share(taken[2])} at random (dots).`);
      svg.setAttribute("aria-label", words.textContent);
    },
  };
}

/**
 * What every row says, in a line each, for who draws on a phone and does not see the rows.
 * @param {HTMLElement} root
 * @param {string[]} names
 */
export function makeBar(root, names) {
  return {
    /** @param {Row[]} rows */
    render(rows) {
      while (root.children.length < rows.length) root.append(make("div"));
      [...root.children].forEach((line, n) => {
        const row = rows[n];
        const picture = row?.says == null ? "" : `, its picture ${names[row.says]}`;
        say(line, !row ? "" : row.isEmpty ? (n ? "" : "Draw") : `${row.network.label}: ${names[row.answer]}${picture}`);
        line.classList.toggle("differs", row?.isSame === false && !row.isEmpty);
      });
    },
  };
}

/** All scores: two bars per class, network and picture, each on a scale of its own. */
export function makeScores(root, names) {
  return {
    /** @param {Row} row @param {Float32Array} x */
    render(row, x) {
      if (row.isEmpty) { root.replaceChildren(); return; }
      const rows = bars(row, MAX_BARS).map(({ k, network, picture, score, points }) => make("tr", {},
        make("th", { scope: "row" }, names[k]),
        make("td", {}, bar(network, "network"), make("span", {}, signed(score))),
        ...(picture === null ? [] : [make("td", {}, bar(picture, "picture"), make("span", {}, signed(points)))])));
      const sums = [];
      if (row.network.layers.length && row.network.isAffine) {
        const [one, other] = topTwo(row.scores);
        const { parts, total } = against(row.network, x, one, other);
        sums.push(make("p", { class: "sum", "data-total": total }, `${names[one]} against ${names[other]}: ink for ${signed(parts[0])}, ink against ${signed(parts[1])}, bias ${signed(parts[2])} = ${signed(total)}.`));
      }
      root.replaceChildren(make("p", {}, `${row.network.label}: points of the network, and of its one picture.`), make("table", { class: "bars" }, ...rows), ...sums);
    },
  };
}

const bar = (value, kind) => make("span", { class: `bar ${kind} ${value < 0 ? "minus" : ""}`, style: `--size: ${Math.min(1, Math.abs(value))}` });

/** The fitted pictures of a class: the one that speaks for it, and its rivals. */
export function makeFitted(root, shape, names) {
  return {
    /** @param {Network} network @param {Float32Array} x */
    render(network, x) {
      if (!network.fitted) { root.replaceChildren(make("p", {}, "This network has no fitted pictures on the page.")); return; }
      const { pictureScores, scores } = templates(network.fitted, x);
      const k = argmax(scores);
      const order = network.fitted.classOf.flatMap((of, n) => (of === k ? [n] : []))
        .sort((a, b) => pictureScores[b] - pictureScores[a]).slice(0, RIVALS);
      const columns = order.map(n => column(network.fitted, n));
      const half = halfRange(columns, null);
      root.replaceChildren(make("p", {}, `${network.label}: of all its fitted pictures one of ${names[k]} gets most points; it, and its rivals.`),
        make("div", { class: "tiles" }, ...columns.map((map, n) => {
          const picture = makePicture(shape);
          picture.render({ map, half, never: network.never, x, label: `fitted picture ${n + 1} of ${names[k]}` });
          return make("figure", {}, picture.element, make("figcaption", {}, signed(pictureScores[order[n]])));
        })));
    },
  };
}

/** Hidden units: what each adds to the answer, and the picture of the one chosen. */
export function makeUnits(root, shape, names) {
  const state = { layer: 0, place: null };
  let shown = null;
  function choose(layer, place) { state.layer = layer; state.place = place; render(shown.network, shown.x, shown.answer); }
  function render(network, x, answer) {
    shown = { network, x, answer };
    if (!network.units.length) { root.replaceChildren(make("p", {}, "This network has no hidden layer, or none on the page.")); return; }
    const zs = forward(network, x);
    if (state.layer >= network.units.length) { state.layer = 0; state.place = null; }
    const strips = network.units.map(({ influence }, l) => {
      const order = [...influence.keys()].sort((a, b) => influence[b] - influence[a]);
      const adds = contributions(network, zs, l, answer);
      return { l, order, adds, most: order.reduce((best, u, n) => (adds[u] > adds[order[best]] ? n : best), 0) };
    });
    const { order, adds, most } = strips[state.layer];
    const place = state.place ?? most;
    const unit = order[place];
    const picture = makePicture(shape);
    const map = unitPicture(network, state.layer, unit);
    picture.render({ map, never: network.never, x, label: `picture of unit ${place + 1} of layer ${state.layer + 1}` });
    const how = state.layer ? `Its picture explains ${network.units[state.layer].explained[unit].toFixed(2)} of what drives it.` : "Its picture is its weights.";
    root.replaceChildren(...strips.map(strip => makeStrip(strip, names[answer], state, choose)),
      make("figure", { class: "unit" }, picture.element, make("figcaption", {}, `Unit ${place + 1} of layer ${state.layer + 1} adds ${signed(adds[unit])} to ${names[answer]} here. ${how}`)));
  }
  return { render };
}

function makeStrip({ l, order, adds }, name, state, choose) {
  const canvas = make("canvas", { class: "strip", role: "slider", tabindex: 0, "aria-label": `units of layer ${l + 1}`, "aria-valuemin": 1,
    "aria-valuemax": order.length, "aria-valuenow": (state.layer === l ? state.place ?? 0 : 0) + 1,
    "aria-valuetext": `unit ${(state.layer === l ? state.place ?? 0 : 0) + 1} of ${order.length}` });
  drawSigned(canvas, [1, order.length], order.map(u => adds[u]), halfRange([adds], null), null);
  canvas.addEventListener("click", event => choose(l, Math.floor(event.offsetX / canvas.clientWidth * order.length)));
  canvas.addEventListener("keydown", event => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    choose(l, Math.max(0, Math.min(order.length - 1, (state.layer === l ? state.place ?? 0 : 0) + step)));
  });
  return make("div", {}, make("p", {}, `Layer ${l + 1}: ${order.length} units, the most influential first; red adds to ${name}, blue takes away.`), canvas);
}

/** The ladder of a network: everything used in its place. */
export function makeNumbers(root) {
  const percent = share => (share === null ? "–" : `${(100 * share).toFixed(1)} %`);
  const decimal = value => (value === null ? "–" : value.toFixed(2).replace("-", "−"));
  return {
    /** @param {Network} network */
    render(network) {
      const rows = network.ladder.map(rung => make("tr", {}, make("th", { scope: "row" }, rung.words),
        ...[decimal(rung.explained), percent(rung.agreement), percent(rung.errors)].map(text => make("td", {}, text))));
      root.replaceChildren(make("p", {}, `${network.label} (${network.name}): ${network.words}. What is used in its place, the share of its scores that this explains, how often it gives the same answer, and how often where the network errs.`),
        make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Table of what is used in the network's place" },
          make("table", {}, make("thead", {}, make("tr", {}, ...["in its place", "explained", "same answer", "on errors"].map(text => make("th", { scope: "col" }, text)))), make("tbody", {}, ...rows))));
    },
  };
}

/** A thumbnail of an image as a button. */
export function makeThumbnail(shape, x, label) {
  const canvas = make("canvas", { style: `aspect-ratio: ${shape[1]} / ${shape[0]}` });
  drawInk(canvas, shape, x);
  return make("button", { type: "button", class: "thumbnail", "aria-label": label, title: label, "aria-pressed": "false" }, canvas);
}
