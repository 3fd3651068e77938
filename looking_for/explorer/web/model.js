// Everything that the page shows of an image, as plain values: a pure function of networks, image and moment.
// Rounding is here, too, so that what is printed adds up.

import { argmax, centred, composedPicture, dot, exactMap, forward, logits, softmax, templates } from "engine";

const CERTAIN = 0.9995; // a probability from which on an answer is called certain
const STEPS = 24; // in which ink is taken away
const DRAWS = 5; // random orders, of which the median is shown

/** @param {number} share */
export const ofHundred = share => (share >= 1 ? 100 : Math.min(99, Math.round(100 * share)));
/** @param {number} value */
export const signed = value => `${Math.round(10 * value) < 0 ? "−" : "+"}${(Math.abs(Math.round(10 * value)) / 10).toFixed(1)}`;

/**
 * The composed pictures of a network, one per class, made when first asked for.
 * @type {WeakMap<Network, AffineMap[]>}
 */
const composed = new WeakMap();

/** @param {Network} network */
export function picturesOf(network) {
  const known = composed.get(network);
  if (known) return known;
  const pictures = Array.from({ length: network.classes }, (_, k) => composedPicture(network, k));
  composed.set(network, pictures);
  return pictures;
}

/**
 * The last moment of a network that was kept until so many updates; null at its end, and where none was kept.
 * @param {Network} network
 * @param {number | null} updates null: the end
 */
export function stepAt(network, updates) {
  const steps = network.film?.steps ?? [];
  return updates === null || updates >= lastMoment(network) ? null : steps.filter(step => step.updates <= updates).at(-1) ?? null;
}

/**
 * The pictures at a moment of the training; of a shorter training, those of its end.
 * @param {Network} network
 * @param {number | null} updates null: the end
 * @returns {AffineMap[]}
 */
export function picturesAt(network, updates) {
  const step = stepAt(network, updates);
  return step ? stepPictures(step) : picturesOf(network);
}

/** @type {WeakMap<Step, AffineMap[]>} */
const unpacked = new WeakMap();

/** @param {Step} step */
function stepPictures(step) {
  let pictures = unpacked.get(step);
  if (!pictures) {
    pictures = Array.from({ length: step.units }, (_, k) => ({
      map: Float32Array.from({ length: step.inputs }, (_v, i) => step.weights[i * step.units + k]),
      bias: step.bias[k],
    }));
    unpacked.set(step, pictures);
  }
  return pictures;
}

/**
 * One row of the page: what a network, its one picture, and its map for this image say.
 * @param {Network} network
 * @param {Float32Array} x
 * @param {number | null} updates the moment of the picture
 * @returns {Row}
 */
export function describeRow(network, x, updates = null) {
  const isEmpty = x.every(value => value === 0);
  if (!network.layers.length) return describeFitted(network, x, isEmpty);
  const zs = forward(network, x);
  const scores = centred(zs.at(-1));
  const answer = argmax(scores);
  const pictures = picturesAt(network, updates);
  const points = pictures.map(({ map, bias }) => dot(x, map) + bias);
  const says = argmax(points);
  const used = exactMap(network, zs, answer);
  const ink = dot(x, used.map);
  return {
    network, isEmpty, answer, scores, says, points, used,
    sure: sureness(softmax(scores)[answer]),
    picture: pictures[says],
    isSame: says === answer,
    share: (stepAt(network, updates) ?? network).agreement,
    updates: stepAt(network, updates)?.updates ?? null,
    total: signed(ink + used.bias),
  };
}

/** A network whose layers are not on the page: its fitted pictures speak for it. */
function describeFitted(network, x, isEmpty) {
  const scores = centred(templates(network.fitted, x).scores);
  const answer = argmax(scores);
  return { network, isEmpty, answer, scores, says: null, points: null, used: null, picture: null, isSame: null, share: null, updates: null, total: "",
    sure: "by its fitted pictures" };
}

/** @param {number} probability */
export const sureness = probability => (probability >= CERTAIN ? "certain" : `${ofHundred(Math.min(probability, 0.99))} % sure`);

/**
 * The sentence under the rows: the largest network's picture first, then what differs from it.
 * @param {Row[]} rows
 * @param {string[]} names of classes
 * @param {number | null} label of a test image
 */
export function sentence(rows, names, label) {
  if (!rows.length || rows[0].isEmpty) return "Draw, or choose an example.";
  const wrong = rows.find(row => label !== null && row.answer !== label);
  const failing = rows.find(row => row.isSame === false);
  const first = failing ?? wrong ?? rows.at(-1);
  const who = `The network of ${first.network.label}`;
  if (wrong && !failing) return `${who} says ${names[first.answer]}, and it is ${names[label]}. Its picture errs with it.`;
  if (!failing) return `${all(rows.length)} and ${rows.length === 1 ? "its picture" : "their pictures"} say the same here.`;
  const others = rows.filter(row => row.isSame === false && row !== first);
  const also = others.length ? ` The picture of ${others.map(row => `“${row.network.label}”`).join(" and of ")} fails here, too.` : "";
  const true_ = rows.filter(row => row.isSame);
  const rest = true_.length ? ` Here the picture is true to its network with ${true_.map(row => `“${row.network.label}”`).join(" and ")}.` : "";
  const right = label !== null && first.answer !== label ? `, wrongly,` : "";
  const ended = first.updates === null ? "" : `, trained to the end,`;
  const then = first.updates === null ? "its weights multiplied together say" : `after ${first.updates.toLocaleString("en")} steps its weights multiplied together said`;
  return `${who}${ended} says ${names[first.answer]}${right} but ${then} ${names[first.says]}: `
    + `that picture is not what it looks for.${also}${rest}`;
}

const all = number => ["The network", "Both networks", "All three networks"][number - 1] ?? "All networks";

/** @param {Network} network */
const lastMoment = network => network.film?.steps.at(-1).updates ?? -1;

/**
 * What each moment's picture would say of the image: at the moments of the network that trained longest, null where a
 * network did not keep that moment.
 * @param {Network[]} networks
 * @param {Float32Array} x
 */
export function moments(networks, x) {
  const kept = networks.map(network => new Set(network.film?.steps.map(step => step.updates) ?? []));
  const longest = networks.reduce((best, n) => (lastMoment(n) > lastMoment(best) ? n : best), networks[0]);
  const updates = longest?.film?.steps.map(step => step.updates) ?? [];
  const rows = networks.map((network, n) => updates.map(u => {
    if (!kept[n].has(u)) return null;
    return argmax(picturesAt(network, u).map(({ map, bias }) => dot(x, map) + bias));
  }));
  return { updates, rows };
}

/**
 * Ink is taken away, what speaks most for the answer first: by the network's own map, by its picture, at random.
 * @param {Network} network
 * @param {Float32Array} x
 * @returns {Fall[]} each with the lead after each step, and the share of the ink that is gone when the answer falls
 */
export function takeAway(network, x) {
  const row = describeRow(network, x);
  const [best, second] = topTwo(row.scores);
  const zs = forward(network, x);
  const own = difference(exactMap(network, zs, best).map, exactMap(network, zs, second).map);
  const pictures = picturesOf(network);
  const one = difference(pictures[best].map, pictures[second].map);
  const random = Array.from({ length: DRAWS }, (_, seed) => fallBy(network, x, best, shuffled(x.length, seed + 1)));
  random.sort((a, b) => a.falls - b.falls);
  return [
    { by: "own map", ...fallBy(network, x, best, own.map((w, n) => w * x[n])) },
    { by: "one picture", ...fallBy(network, x, best, one.map((w, n) => w * x[n])) },
    { by: "at random", ...random[Math.floor(DRAWS / 2)] },
  ];
}

const difference = (a, b) => a.map((value, n) => value - b[n]);

/** The two largest, in order. */
export function topTwo(scores) {
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a]);
  return [order[0], order[1]];
}

function fallBy(network, x, answer, speaks) {
  const order = [...x.keys()].filter(n => x[n] > 0).sort((a, b) => speaks[b] - speaks[a]);
  const total = order.reduce((sum, n) => sum + x[n], 0);
  const left = Float32Array.from(x);
  const leads = [lead(network, left, answer)];
  const gone = [0];
  let at = 0, away = 0, falls = 1;
  for (let step = 1; step <= STEPS && total; step++) {
    while (at < order.length && away < total * step / STEPS - 1e-6) { away += left[order[at]]; left[order[at]] = 0; at += 1; }
    leads.push(lead(network, left, answer));
    gone.push(away / total);
    if (falls === 1 && leads.at(-1) < 0) falls = away / total;
  }
  return { leads, gone, falls, remains: Float32Array.from(x, (value, n) => (order.indexOf(n) < order.length / 3 ? 0 : value)) };
}

/** By how much the answer's score is above the best other. */
function lead(network, x, answer) {
  const scores = logits(network, x);
  return scores[answer] - Math.max(...scores.filter((_, k) => k !== answer));
}

/** Numbers 0…1 in a fixed order of each seed (mulberry32). */
export function shuffled(length, seed) {
  let state = seed;
  return Array.from({ length }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  });
}

/**
 * Two classes against each other: one picture of what is for the one and against the other, and its parts, which add up
 * as they are printed.
 * @param {Network} network
 * @param {Float32Array} x
 * @param {number} one
 * @param {number} other
 */
export function against(network, x, one, other) {
  const zs = forward(network, x);
  const [a, b] = [exactMap(network, zs, one), exactMap(network, zs, other)];
  const map = difference(a.map, b.map);
  let toward = 0, away = 0;
  map.forEach((weight, n) => { const add = weight * x[n]; if (add > 0) toward += add; else away += add; });
  const parts = [toward, away, a.bias - b.bias].map(part => Math.round(10 * part) / 10);
  return { map, parts, total: parts.reduce((sum, part) => sum + part, 0) };
}

/**
 * Bars of the scores: for the network and its picture, each scaled to its own largest, in the order of classes.
 * @param {Row} row
 * @param {number} most classes shown, the strongest of either
 */
export function bars(row, most) {
  const sizes = [row.scores, row.points].map(values => values && Math.max(...values.map(Math.abs), 1e-9));
  const strength = k => Math.max(...[row.scores, row.points].flatMap((values, n) => (values ? [values[k] / sizes[n]] : [])));
  const order = [...row.scores.keys()].sort((a, b) => strength(b) - strength(a)).slice(0, most).sort((a, b) => a - b);
  return order.map(k => ({ k, network: row.scores[k] / sizes[0], picture: row.points ? row.points[k] / sizes[1] : null,
    score: row.scores[k], points: row.points?.[k] ?? null }));
}

/**
 * The share of images that a network gets right, and that its one picture answers as it does.
 * @param {Network} network
 * @param {Float32Array[]} images
 * @param {number[]} labels
 */
export function judge(network, images, labels) {
  const pictures = picturesOf(network);
  let right = 0, same = 0;
  images.forEach((x, n) => {
    const answer = argmax(logits(network, x));
    right += Number(answer === labels[n]);
    same += Number(answer === argmax(pictures.map(({ map, bias }) => dot(x, map) + bias)));
  });
  const share = count => ({ share: count / images.length, half: 1.96 * Math.sqrt(count / images.length * (1 - count / images.length) / images.length) });
  return { right: share(right), same: share(same) };
}
