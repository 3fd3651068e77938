// The page: what is drawn or chosen goes through the engine, and what it says is shown.

import * as engine from "engine";
import { integers, network as read } from "data";
import { prepare } from "prepare";
import { drawInk, drawSigned, drawnShape, halfRange, setPalette } from "pictures";
import { SIZE, makeBoard } from "board";

const TOP = 3; // classes that are explained
const RIVALS = 4; // templates shown of a class

const DATA = JSON.parse(document.getElementById("data").textContent);
const SHAPE = DATA.shape;
const CHANNELS = SHAPE[2] ?? 1;
const INPUTS = SHAPE[0] * SHAPE[1] * CHANNELS;
const DRAWN = drawnShape(SHAPE);
const known = new Map(); // networks as arrays, read when first asked for
/** @type {(id: string) => any} An element of the page, of whichever kind. */
const $ = id => document.getElementById(id);
const percent = share => (share === null ? "–" : `${(100 * share).toFixed(1)} %`);
const signed = value => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
const state = { name: DATA.first, x: new Float32Array(INPUTS), step: null, drawn: null, unit: null, playing: null };

function networkOf(name) {
  if (!known.has(name)) {
    const packed = DATA.networks.find(n => n.name === name);
    if (!packed) throw new Error(`no network ${name}; there are ${DATA.networks.map(n => n.name).join(", ")}`);
    known.set(name, read(packed, DATA.classes.length));
  }
  return known.get(name);
}

/**
 * @param {string} tag
 * @param {Record<string, any>} attributes
 * @param {...(string | Node)} children
 * @returns {any}
 */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** A canvas with words for those who do not see it, under it a caption. */
function tile(draw, label, caption, className = "tile") {
  const canvas = make("canvas", { role: "img", "aria-label": label, style: `aspect-ratio: ${DRAWN[1]} / ${DRAWN[0]}` });
  draw(canvas);
  return make("figure", { class: className }, canvas, make("figcaption", {}, caption));
}

const signedTile = (weights, half, never, label, caption) =>
  tile(canvas => drawSigned(canvas, SHAPE, weights, half, never), label, caption);

// ---- what the present image gets

function update() {
  const network = networkOf(state.name);
  const empty = state.x.every(value => value === 0);
  document.body.classList.toggle("empty", empty);
  drawInk($("prepared"), SHAPE, state.x);
  const fitted = engine.templates(network.fitted, state.x);
  const zs = network.layers.length ? engine.forward(network, state.x) : null;
  const scores = zs ? engine.centred(zs.at(-1)) : engine.centred(fitted.scores);
  const composed = zs ? composedOf(network).map(({ map, bias }) => dot(state.x, map) + bias) : null;
  showAnswer(network, empty, scores, composed, fitted);
  showWhy(network, empty, zs, scores, fitted);
  showUnits(network, empty, zs, scores);
  showStep(network);
}

function dot(a, b) {
  let sum = 0;
  for (let n = 0; n < a.length; n++) if (a[n]) sum += a[n] * b[n];
  return sum;
}

function composedOf(network) {
  network.composed ??= DATA.classes.map((_, k) => engine.composedPicture(network, k));
  return network.composed;
}

function showAnswer(network, empty, scores, composed, fitted) {
  const answer = engine.argmax(scores);
  const odds = engine.softmax(scores);
  $("answer").textContent = empty ? "Draw, or choose an image" : DATA.classes[answer];
  $("sure").textContent = empty ? "" : network.layers.length
    ? `probability ${percent(odds[answer])}` : "by its fitted pictures: its own layers are not on this page";
  const rows = [...odds.keys()].sort((a, b) => odds[b] - odds[a]).slice(0, 10);
  $("odds").replaceChildren(...(empty ? [] : rows.map(k => make("li", {},
    make("span", { class: "name" }, DATA.classes[k]),
    make("span", { class: "bar", style: `--share: ${odds[k]}` }),
    make("span", { class: "share" }, percent(odds[k]))))));
  const says = [];
  if (composed && network.layers.length > 1) says.push(["composed pictures", engine.argmax(composed)]);
  if (network.layers.length) says.push(["fitted pictures", engine.argmax(fitted.scores)]);
  $("standins").replaceChildren(...(empty ? [] : says.map(([who, k]) => make("li",
    { class: k === answer ? "same" : "differs" },
    k === answer ? `The ${who} answer the same.` : `The ${who} answer ${DATA.classes[k]}: here they are not the network.`))));
}

function showWhy(network, empty, zs, scores, fitted) {
  const place = $("classes");
  $("why").hidden = empty;
  if (empty) { place.replaceChildren(); return; }
  const answer = engine.argmax(scores);
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a]).slice(0, TOP);
  const maps = zs ? order.map(k => engine.exactMap(network, zs, k)) : [];
  const adds = maps.map(({ map }) => map.map((weight, n) => weight * state.x[n]));
  const halves = zs ? [halfRange(maps.map(m => m.map), null), halfRange(adds, null)] : [];
  place.replaceChildren(...order.map((k, n) => {
    const name = DATA.classes[k];
    const tiles = [];
    if (zs && network.layers.length > 1) {
      const { map, bias } = composedOf(network)[k];
      tiles.push(signedTile(map, halfRange([map], network.never), network.never, `composed picture of ${name}`,
        `composed picture: would say ${signed(dot(state.x, map) + bias)}`));
    }
    if (zs) {
      const sum = adds[n].reduce((a, b) => a + b, 0);
      tiles.push(signedTile(maps[n].map, halves[0], network.never, `exact map for ${name}`,
        network.isAffine ? "exact map: what it used for this image" : "Jacobian: how its score moves with each pixel"));
      const equals = make("span", { class: "sum", "data-class": k, "data-sum": sum, "data-bias": maps[n].bias, "data-logit": scores[k] },
        `${signed(sum)} ${signed(maps[n].bias)} = ${signed(sum + maps[n].bias)}`);
      tiles.push(signedTile(adds[n], halves[1], null, `what each pixel adds for ${name}`,
        make("span", {}, "image × map, its sum with the bias: ", network.isAffine ? equals : signed(sum))));
    }
    tiles.push(...templateTiles(network, fitted, k));
    return make("section", { class: "class" },
      make("h3", {}, `${name} `, make("span", { class: "score" }, `${signed(scores[k])}${k === answer ? ", its answer" : ""}`)),
      make("div", { class: "tiles" }, ...tiles));
  }));
}

/** The winning template of a class, large, and its rivals, each with what it says. */
function templateTiles(network, fitted, k) {
  const ofClass = network.fitted.classOf.flatMap((of, n) => (of === k ? [n] : []));
  const order = ofClass.sort((a, b) => fitted.pictureScores[b] - fitted.pictureScores[a]).slice(0, RIVALS);
  const columns = order.map(n => column(network.fitted, n));
  const half = halfRange(columns, null);
  const [first, ...rest] = order.map((n, place) => signedTile(columns[place], half, network.never,
    `fitted picture ${place + 1} of ${DATA.classes[k]}`, place ? signed(fitted.pictureScores[n]) : `strongest fitted picture: ${signed(fitted.pictureScores[n])}`));
  return [first, make("div", { class: "rivals", "aria-label": "its rivals" }, ...rest)];
}

const column = ({ weights, inputs, units }, unit) => Float32Array.from({ length: inputs }, (_, i) => weights[i * units + unit]);

// ---- hidden units

function showUnits(network, empty, zs, scores) {
  $("hidden").hidden = empty || !zs || network.layers.length < 2;
  if ($("hidden").hidden) return;
  const k = engine.argmax(scores);
  const strips = network.units.map((layer, l) => {
    const order = [...layer.influence.keys()].sort((a, b) => layer.influence[b] - layer.influence[a]);
    const adds = engine.contributions(network, zs, l, k);
    return { l, order, adds, half: halfRange([adds], null) };
  });
  $("strips").replaceChildren(...strips.map(strip => heatStrip(network, strip, k)));
  state.unit = state.unit && state.unit.l < strips.length ? state.unit : { l: 0, place: 0 };
  showUnit(network, strips[state.unit.l], state.unit.place, k);
  mark();
}

/** Where the chosen unit is in its strip. */
function mark() {
  /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".mark")).forEach((arrow, l) => {
    arrow.hidden = l !== state.unit.l;
    const { units } = networkOf(state.name);
    arrow.style.setProperty("--at", String((state.unit.place + 0.5) / units[l].influence.length));
  });
}

function heatStrip(network, { l, order, adds, half }, k) {
  const canvas = make("canvas", { role: "slider", tabindex: 0, "aria-label": `units of layer ${l + 1}`,
    "aria-valuemin": 1, "aria-valuemax": order.length, class: "strip",
    "aria-valuenow": state.unit?.l === l ? state.unit.place + 1 : 1 });
  drawSigned(canvas, [1, order.length], order.map(u => adds[u]), half, null);
  const choose = place => {
    state.unit = { l, place: Math.max(0, Math.min(order.length - 1, place)) };
    canvas.setAttribute("aria-valuenow", state.unit.place + 1);
    showUnit(network, { l, order, adds }, state.unit.place, k);
    mark();
  };
  canvas.addEventListener("click", event => choose(Math.floor(event.offsetX / canvas.clientWidth * order.length)));
  canvas.addEventListener("keydown", event => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (!step) return;
    choose((state.unit.l === l ? state.unit.place : 0) + step);
    event.preventDefault();
  });
  return make("div", {}, make("p", {}, `Layer ${l + 1}: ${order.length} units, the most influential first; red adds to ${DATA.classes[k]}, blue takes away.`), canvas,
    make("div", { class: "mark", "aria-hidden": "true" }, "▲"));
}

function showUnit(network, { l, order, adds }, place, k) {
  const unit = order[place];
  const picture = engine.unitPicture(network, l, unit);
  const explained = network.units[l].explained[unit];
  $("unit").replaceChildren(signedTile(picture, halfRange([picture], network.never), network.never,
    `picture of unit ${place + 1} of layer ${l + 1}`,
    `Unit ${place + 1} of layer ${l + 1} adds ${signed(adds[unit])} to ${DATA.classes[k]} here. ` + (l === 0
      ? "Its picture is its own weights: with a bias, all that drives it."
      : `Its picture is composed, and explains ${explained.toFixed(2)} of what drives it.`)));
}

// ---- the film

function setUpFilm(network) {
  $("film").hidden = !network.film;
  if (!network.film) return;
  const slider = $("step");
  slider.max = network.film.steps.length - 1;
  if (state.step === null || state.step > +slider.max) state.step = +slider.max;
  slider.value = state.step;
}

function showStep(network) {
  if (!network.film) return;
  const step = network.film.steps[state.step];
  step.pictures ??= DATA.classes.map((_, k) => column(step, k));
  const scores = step.pictures.map((picture, k) => dot(state.x, picture) + step.bias[k]);
  const empty = state.x.every(value => value === 0);
  const answer = engine.argmax(scores);
  $("step").setAttribute("aria-valuetext", `${step.updates} updates`);
  $("facts").textContent = `After ${step.updates.toLocaleString("en")} updates: right on ${percent(step.accuracy)}, its composed pictures agree `
    + `with it on ${percent(step.agreement)} and, balanced, explain ${step.explained.toFixed(2)}.`
    + (empty ? "" : ` Of this image they say ${DATA.classes[answer]}.`);
  if (state.drawn !== step) drawStep(network, step);
  [...$("pictures").children].forEach((figure, k) => { figure.classList.toggle("chosen", !empty && k === answer); });
}

function drawStep(network, step) {
  const half = halfRange(step.pictures, null);
  $("pictures").replaceChildren(...step.pictures.map((picture, k) => signedTile(picture, half, network.never,
    `composed picture of ${DATA.classes[k]} after ${step.updates} updates`, DATA.classes[k])));
  state.drawn = step;
}

function play() {
  const network = networkOf(state.name);
  if (state.playing) { clearInterval(state.playing); state.playing = null; $("play").textContent = "Play"; return; }
  const last = network.film.steps.length - 1;
  if (state.step === last) moveTo(0);
  $("play").textContent = "Stop";
  state.playing = setInterval(() => { if (state.step >= last) play(); else moveTo(state.step + 1); }, 600);
}

function moveTo(step) {
  state.step = step;
  $("step").value = step;
  showStep(networkOf(state.name));
}

// ---- choosing

function choose(name) {
  if (state.playing) play();
  state.name = name;
  state.unit = null;
  const network = networkOf(name);
  $("network").value = name;
  $("is").textContent = `${network.architecture === "none" ? "No hidden layer" : `${network.isDense ? "Hidden layers" : "Layers"} ${network.architecture}`}; ${network.words}. Right on `
    + `${percent(network.accuracy)} of the test images; its composed pictures give ${percent(network.agreement)} of its answers.`;
  $("rungs").replaceChildren(...network.ladder.map(rung => make("tr", {},
    make("th", { scope: "row" }, rung.words),
    ...[rung.explained === null ? "–" : rung.explained.toFixed(2), percent(rung.agreement), percent(rung.errors)].map(text => make("td", {}, text)))));
  setUpFilm(network);
  update();
}

function setUpStrip(board) {
  const pixels = integers(DATA.strip.images);
  $("strip").replaceChildren(...DATA.strip.labels.map((label, n) => {
    const image = Float32Array.from(pixels.subarray(n * INPUTS, (n + 1) * INPUTS), value => value / 255);
    const name = DATA.classes[label];
    const canvas = make("canvas", { style: `aspect-ratio: ${SHAPE[1]} / ${SHAPE[0]}` });
    drawInk(canvas, SHAPE, image);
    const button = make("button", { type: "button", "aria-label": `test image ${DATA.strip.numbers[n]}, ${name}`, title: name }, canvas);
    button.addEventListener("click", () => { board.forget(); state.x = image; update(); });
    return button;
  }));
}

/** A grey image with as many equal channels as the data's images have. */
const inAllChannels = grey => Float32Array.from({ length: INPUTS }, (_, n) => grey[Math.floor(n / CHANNELS)]);

function start() {
  setPalette(integers(DATA.palette));
  const longest = Math.max(...DATA.classes.map(name => name.length));
  document.body.style.setProperty("--name", `${Math.min(longest, 14) + 1}ch`);
  const board = makeBoard($("board"), ink => {
    state.x = ink ? inAllChannels(prepare(ink, SIZE, SHAPE, DATA.box)) : new Float32Array(INPUTS);
    update();
  });
  $("undo").addEventListener("click", () => board.undo());
  $("clear").addEventListener("click", () => board.clear());
  $("network").replaceChildren(...DATA.networks.map(n => make("option", { value: n.name }, n.name)));
  $("network").addEventListener("change", event => choose(event.target.value));
  $("step").addEventListener("input", event => moveTo(+event.target.value));
  $("play").addEventListener("click", play);
  setUpStrip(board);
  choose(DATA.first);
}

start();

/** For tests and tinkerers: the page's own logits, of pixels 0…1 row by row. */
window.lookingFor = {
  networks: DATA.networks.filter(n => n.layers.length).map(n => n.name),
  logits: (name, pixels) => engine.logits(networkOf(name), Float32Array.from(pixels)),
};
