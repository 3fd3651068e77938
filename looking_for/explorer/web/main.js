// The page's wiring: what is drawn, chosen or dropped becomes a state, once a frame the state a model, the model views.

import * as address from "address";
import { alike, chainLayers, tryReadings } from "chain";
import { integers, network as unpack, unpackImages } from "data";
import { argmax, logits } from "engine";
import { describeRow, judge, moments as momentsOf, ofHundred, sentence, takeAway } from "model";
import { drawInk, setPalette } from "pictures";
import { inkStrokes, prepare } from "prepare";
import { makeBoard } from "board";
import { make, makeBar, makeFitted, makeMoments, makeNumbers, makeScores, makeTable, makeTakeAway, makeThumbnail, makeUnits } from "views";
import { Refused } from "refusal";
import { inflate, readWeights } from "weights";

const DATA = JSON.parse(document.getElementById("data").textContent);
const SHAPE = /** @type {Shape} */ (DATA.shape);
const CHANNELS = SHAPE[2] ?? 1;
const INPUTS = SHAPE[0] * SHAPE[1] * CHANNELS;
const NAMES = DATA.classes;
const CALM = 150; // milliseconds after a stroke, before ink is taken away

/** @type {(id: string) => any} An element of the page, of whichever kind. */
const $ = id => document.getElementById(id);
/** @type {Map<string, Network>} networks as arrays, read when they are first asked for; those dropped on the page, too */
const known = new Map();
const state = {
  shown: /** @type {string[]} */ (DATA.rows),
  test: /** @type {number | null} */ (null),
  moment: /** @type {number | null} */ (null),
  mode: "",
};

function networkOf(name) {
  const before = known.get(name);
  if (before) return before;
  const packed = DATA.networks.find(n => n.name === name);
  if (!packed) throw new Error(`no network ${name}; there are ${DATA.networks.map(n => n.name).join(", ")}`);
  const network = unpack(packed, NAMES.length);
  known.set(name, network);
  return network;
}
const shownNetworks = () => state.shown.map(networkOf);

// ---- the image

const strip = integers(DATA.strip.images);
/** @type {Map<number, { x: Float32Array, label: number }>} test images by their numbers */
const tests = new Map(DATA.strip.numbers.map((number, n) => [number,
  { x: Float32Array.from(strip.subarray(n * INPUTS, (n + 1) * INPUTS), value => value / 255), label: DATA.strip.labels[n] }]));
/** A grey image with as many equal channels as the data's images have. */
const inAllChannels = grey => (CHANNELS === 1 ? grey : Float32Array.from({ length: INPUTS }, (_, n) => grey[Math.floor(n / CHANNELS)]));

function currentImage() {
  const test = state.test === null ? null : tests.get(state.test);
  const { strokes } = board;
  if (!test) return inAllChannels(prepare(strokes, SHAPE, DATA.box));
  if (!strokes.length) return test.x;
  const over = inAllChannels(inkStrokes(strokes, SHAPE)); // on a test image strokes lie where they are drawn
  return test.x.map((value, n) => Math.max(value, over[n]));
}

// ---- painting, once a frame

const board = makeBoard($("board"), isOver => { refresh(); if (isOver) settle(); });
const views = {
  table: makeTable($("rows"), SHAPE, NAMES),
  moments: makeMoments($("chips"), NAMES, updates => { state.moment = updates; refresh(); settle(); }),
  away: makeTakeAway($("curves"), $("falls")),
  scores: makeScores($("scores"), NAMES),
  fitted: makeFitted($("fitted"), SHAPE, NAMES),
  units: makeUnits($("units"), SHAPE, NAMES),
  numbers: makeNumbers($("numbers")),
  bar: makeBar($("bar"), NAMES),
};
let isDue = false;
let calm = 0;

function refresh() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => { isDue = false; paint(); });
}

function paint() {
  const x = currentImage();
  const rows = shownNetworks().map(network => describeRow(network, x, state.moment));
  document.body.classList.toggle("empty", rows[0].isEmpty);
  drawInk($("seen"), SHAPE, x);
  views.table.render(rows, x);
  $("when").textContent = state.moment === null ? `its weights multiplied; shown, the strongest of ${NAMES.length}` : `its weights multiplied, after ${state.moment.toLocaleString("en")} steps`;
  const label = state.test !== null && !board.strokes.length ? tests.get(state.test)?.label ?? null : null;
  const words = sentence(rows, NAMES, label);
  if ($("sentence").textContent !== words) $("sentence").textContent = words;
  views.bar.render(rows);
  views.moments.render(momentsOf(shownNetworks(), x).rows, rows, state.moment);
  if ($("more-scores").open) views.scores.render(rows.at(-1), x);
  if ($("more-fitted").open) views.fitted.render(rows.at(-1).network, x);
  if ($("more-units").open) views.units.render(rows.at(-1).network, x, rows.at(-1).answer);
  return { x, rows };
}

/** What follows a stroke's end: ink is taken away, the address is written, and it is said aloud. */
function settle() {
  clearTimeout(calm);
  calm = setTimeout(() => {
    const { x, rows } = paint();
    const able = rows.filter(row => row.network.layers.length && !row.isEmpty);
    const lead = able.find(row => row.isSame === false) ?? able.at(-1);
    views.away.render(lead ? takeAway(lead.network, x) : null, lead ? NAMES[lead.answer] : "", lead?.network.label ?? "");
    $("aloud").textContent = rows[0].isEmpty ? "" : rows.map(row => `${row.network.label}: ${NAMES[row.answer]}, ${row.sure}${row.says === null ? "" : `; its one picture says ${NAMES[row.says]}`}`).join(". ");
    history.replaceState(null, "", `#${addressOf()}`);
  }, CALM);
}

const addressOf = () => address.writeAddress({
  mode: state.mode, networks: state.shown.join() === DATA.rows.join() ? [] : state.shown.filter(name => DATA.networks.some(n => n.name === name)),
  test: state.test ?? undefined, strokes: board.strokes, moment: state.moment ?? undefined,
});

// ---- choosing

function showNetworks(names) {
  state.shown = names;
  const networks = shownNetworks();
  views.table.show(networks, name => showNetworks(state.shown.filter(other => other !== name)));
  views.moments.show(networks, momentsOf(networks, new Float32Array(INPUTS)).updates);
  $("moments").hidden = !networks.some(network => network.film);
  if (state.moment !== null && !networks.some(n => n.film?.steps.some(step => step.updates === state.moment))) state.moment = null;
  const others = [...DATA.networks.map(n => n.name), ...known.keys()].filter((name, n, all) => all.indexOf(name) === n && !names.includes(name));
  $("add").replaceChildren(make("option", { value: "" }, "Add a network…"), ...others.map(name => make("option", { value: name }, known.get(name)?.label ?? DATA.networks.find(n => n.name === name).label)));
  $("add").hidden = !others.length;
  views.numbers.render(networks.at(-1));
  refresh();
  settle();
}

function showTest(number) {
  const test = tests.get(number);
  if (!test) return;
  const under = document.createElement("canvas");
  drawInk(under, SHAPE, test.x);
  state.test = number;
  board.show([], under);
  mark();
  refresh();
  settle();
}

function showStrokes(strokes) {
  state.test = null;
  board.show(strokes, null);
  mark();
  refresh();
  settle();
}

function clear() { showStrokes([]); }

/** Which example and which thumbnail are on the board. */
function mark() {
  for (const button of document.querySelectorAll("[data-test]")) {
    button.setAttribute("aria-pressed", String(state.test !== null && Number(button.getAttribute("data-test")) === state.test));
  }
}

function showExample(example) {
  state.moment = null;
  if (example.image !== undefined) showTest(example.image); else showStrokes(example.strokes);
}

function setUpExamples() {
  $("try").append(...DATA.examples.map(example => {
    const button = make("button", { type: "button", "aria-pressed": "false", ...(example.image === undefined ? {} : { "data-test": example.image }) }, example.words);
    button.addEventListener("click", () => showExample(example));
    return button;
  }), (() => {
    const button = make("button", { type: "button" }, "Draw your own ✎");
    button.addEventListener("click", () => { state.moment = null; clear(); $("board").focus(); });
    return button;
  })());
  $("thumbnails").replaceChildren(...DATA.strip.numbers.map((number, n) => {
    const { x, label } = tests.get(number);
    const button = makeThumbnail(SHAPE, x, `test image ${number}, ${NAMES[label]}`);
    button.setAttribute("data-test", number);
    button.tabIndex = n ? -1 : 0;
    button.addEventListener("click", () => showTest(number));
    return button;
  }));
  for (const id of ["try", "thumbnails"]) roam($(id));
  $("try").querySelectorAll("button").forEach((button, n) => { button.tabIndex = n ? -1 : 0; });
}

/** A group of buttons is one stop for Tab; arrows go through it. */
function roam(group) {
  group.addEventListener("keydown", event => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const buttons = [...group.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    const next = buttons[Math.max(0, Math.min(buttons.length - 1, at + step))];
    buttons.forEach(button => { button.tabIndex = button === next ? 0 : -1; });
    next.focus();
  });
}

// ---- a network of your own

async function judged() {
  const packed = await inflate(integers(DATA.judged.images), DATA.judged.bytes);
  return { images: unpackImages(packed, INPUTS).slice(0, DATA.judged.labels.length), labels: DATA.judged.labels };
}

/** @param {File} file */
async function drop(file) {
  $("dropped").textContent = `Reading ${file.name}…`;
  try {
    const tensors = await readWeights(await file.arrayBuffer());
    const layers = chainLayers(tensors, INPUTS, NAMES.length);
    const { images, labels } = await judged();
    take(file.name, tryReadings(layers, images, labels), images, labels);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    $("dropped").textContent = `${file.name}: ${error.message}.`;
  }
}

/** @param {Reading[]} readings */
function take(label, readings, images, labels) {
  const [best, ...rest] = alike(readings);
  const add = (/** @type {Reading} */ reading) => {
    const network = dropped(label, reading);
    const { right, same } = judge(network, images, labels);
    network.accuracy = right.share;
    network.agreement = same.share;
    known.set(label, network);
    showNetworks([...state.shown.filter(name => name !== label), label]);
    const units = [INPUTS, ...reading.layers.map(layer => layer.units)].join("-");
    $("dropped").textContent = `${label}: ${units}, read as ${reading.activation.replace(/_/g, " ")} on ${reading.scaling}. Of ${images.length.toLocaleString("en")} test images it gets `
      + `${ofHundred(right.share)} % right (±${(100 * right.half).toFixed(1)}); its one picture gives ${ofHundred(same.share)} % of its answers (±${(100 * same.half).toFixed(1)}).`
      + (rest.length ? ` Nearly as right as ${rest.map(r => `${r.activation.replace(/_/g, " ")} on ${r.scaling}`).join(", or ")}.` : "");
  };
  $("reading").hidden = false;
  $("reading").replaceChildren(...readings.map((reading, n) => make("option", { value: n }, `${reading.activation.replace(/_/g, " ")}, ${reading.scaling}: ${ofHundred(reading.right)} % right`)));
  $("reading").onchange = event => add(readings[Number(event.target.value)]);
  add(best);
}

/** @returns {Network} */
function dropped(label, { activation, layers }) {
  const isAffine = layers.length === 1 || /relu|linear/.test(activation);
  return { name: label, label: label.replace(/\.\w+$/, ""), activation, architecture: layers.slice(0, -1).map(layer => layer.units).join("-") || "none", words: "your own",
    accuracy: null, agreement: null, isAffine, isDense: true, classes: NAMES.length, layers, fitted: null, never: new Uint8Array(INPUTS), units: [], ladder: [] };
}

// ---- presenting

function setMode(mode) {
  state.mode = mode;
  document.body.classList.toggle("present", mode === "present");
  document.body.classList.toggle("embed", mode === "embed");
  settle();
}

function keys(event) {
  if (event.target.closest("input, select, summary, #board") || event.ctrlKey || event.metaKey || event.altKey) {
    if ((event.ctrlKey || event.metaKey) && event.key === "z") { event.preventDefault(); undo(); }
    return;
  }
  const number = Number(event.key);
  if (number >= 1 && number <= DATA.examples.length) showExample(DATA.examples[number - 1]);
  else if (event.key === "Escape") { if (document.body.classList.contains("guess")) document.body.classList.remove("guess"); else setMode(""); }
  else if (state.mode !== "present") return;
  else if (event.key === "ArrowLeft" || event.key === "ArrowRight") { state.moment = views.moments.neighbour(state.moment, event.key === "ArrowLeft" ? -1 : 1); refresh(); settle(); }
  else if (event.key === "g") document.body.classList.toggle("guess");
  else if (event.key === " ") document.body.classList.remove("guess");
  else if (event.key === "n") { const names = DATA.networks.map(n => n.name); showNetworks([names[(names.indexOf(state.shown[0]) + 1) % names.length]]); }
  else if (event.key === "e") erase();
  else return;
  event.preventDefault();
}

function undo() {
  const before = board.undo();
  if (!before) return;
  if (!before.under) state.test = null;
  mark();
  refresh();
}

function erase() {
  board.setErasing(!board.isErasing);
  $("erase").setAttribute("aria-pressed", String(board.isErasing));
}

async function copyLink() {
  const link = location.href;
  try { await navigator.clipboard.writeText(link); $("copied").textContent = "Link copied."; } catch { $("copied").textContent = link; }
}

function play() {
  const said = [...document.querySelectorAll("#chips thead th")].slice(1).map(th => Number(th.textContent.replace(/,/g, "")));
  let at = 0;
  clearInterval(playing);
  if ($("play").textContent === "Stop") { stop(); return; }
  $("play").textContent = "Stop";
  playing = setInterval(() => {
    state.moment = at + 1 < said.length ? said[at] : null;
    refresh();
    at += 1;
    if (at >= said.length) stop();
  }, 700);
}
let playing = 0;
function stop() { clearInterval(playing); $("play").textContent = "Play"; settle(); }

// ---- start

function start() {
  setPalette(integers(DATA.palette));
  setUpExamples();
  $("undo").addEventListener("click", undo);
  $("clear").addEventListener("click", clear);
  $("erase").addEventListener("click", erase);
  $("copy").addEventListener("click", copyLink);
  $("present").addEventListener("click", () => setMode(state.mode ? "" : "present"));
  $("play").addEventListener("click", play);
  $("outlines").addEventListener("change", event => document.body.classList.toggle("plain", !event.target.checked));
  $("add").addEventListener("change", event => { if (event.target.value) showNetworks([...state.shown, event.target.value]); });
  $("file").addEventListener("change", event => { if (event.target.files[0]) drop(event.target.files[0]); event.target.value = ""; });
  for (const details of document.querySelectorAll("details")) details.addEventListener("toggle", refresh);
  document.addEventListener("keydown", keys);
  document.addEventListener("dragover", event => event.preventDefault());
  document.addEventListener("drop", event => { event.preventDefault(); if (event.dataTransfer.files[0]) drop(event.dataTransfer.files[0]); });
  addEventListener("hashchange", () => { if (location.hash.slice(1) !== addressOf()) restore(); });
  showNetworks(DATA.rows);
  restore();
  document.body.classList.add("started");
}

/** Show what the address says; without a drawing in it the first example: the page is never blank. */
function restore() {
  const wished = address.readAddress(location.hash);
  const networks = (wished.networks ?? []).filter(name => DATA.networks.some(n => n.name === name));
  if (networks.length) showNetworks(networks);
  setMode(wished.mode ?? "");
  state.moment = wished.moment ?? null;
  if (wished.test !== undefined && tests.has(wished.test)) { showTest(wished.test); if (wished.strokes) board.strokes.push(...wished.strokes); }
  else if (wished.strokes?.length) showStrokes(wished.strokes);
  else if (DATA.examples.length) showExample(DATA.examples[0]);
  else refresh();
}

start();

/** For tests and tinkerers: the page's own logits, of pixels 0…1 row by row. */
window.lookingFor = {
  networks: DATA.networks.filter(n => n.layers.length).map(n => n.name),
  logits: (name, pixels) => logits(networkOf(name), Float32Array.from(pixels)),
  answer: (name, pixels) => NAMES[argmax(logits(networkOf(name), Float32Array.from(pixels)))],
};
