// What the page shows, in its address, both ways. Knows no screen; what it does not understand it leaves out.

const GRID = 64; // steps across the board
const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"; // one for each of them
const MAX_POINTS = 2000;

/**
 * @typedef {{ networks?: string[], strokes?: [number, number][][], test?: number, moment?: number, mode?: string }} State
 */

/**
 * @param {State} state
 * @returns {string} what stands behind #
 */
export function writeAddress(state) {
  const parts = [];
  if (state.mode) parts.push(state.mode);
  if (state.networks?.length) parts.push(`n=${state.networks.map(encodeURIComponent).join(",")}`);
  if (state.test !== undefined && state.test !== null) parts.push(`t=${state.test}`);
  if (state.strokes?.length) parts.push(`d=${state.strokes.map(writeStroke).join(".")}`);
  if (state.moment !== undefined && state.moment !== null) parts.push(`m=${state.moment}`);
  return parts.join("&");
}

/**
 * @param {string} hash with or without its #
 * @returns {State}
 */
export function readAddress(hash) {
  /** @type {State} */
  const state = {};
  for (const part of hash.replace(/^#/, "").split("&")) {
    const [key, value = ""] = [part.slice(0, Math.max(0, part.indexOf("="))) || part, part.split("=").slice(1).join("=")];
    if (part === "present" || part === "embed") state.mode = part;
    else if (key === "n" && value) state.networks = value.split(",").map(decode).filter(Boolean);
    else if (key === "t" && /^\d{1,7}$/.test(value)) state.test = Number(value);
    else if (key === "m" && /^\d{1,9}$/.test(value)) state.moment = Number(value);
    else if (key === "d" && value) state.strokes = readStrokes(value);
  }
  return state;
}

function decode(text) {
  try { return decodeURIComponent(text); } catch { return ""; }
}

const step = value => Math.max(0, Math.min(GRID - 1, Math.round(value * (GRID - 1))));

function writeStroke(stroke) {
  let text = "", last = "";
  for (const [x, y] of stroke) {
    const pair = DIGITS[step(x)] + DIGITS[step(y)];
    if (pair !== last) text += pair;
    last = pair;
  }
  return text;
}

function readStrokes(text) {
  if (!/^[0-9A-Za-z_.-]*$/.test(text) || text.length > 2 * MAX_POINTS) return [];
  return text.split(".").filter(Boolean).map(stroke => {
    const points = [];
    for (let n = 0; n + 1 < stroke.length; n += 2) {
      points.push(/** @type {[number, number]} */ ([stroke[n], stroke[n + 1]].map(digit => DIGITS.indexOf(digit) / (GRID - 1))));
    }
    return points;
  }).filter(stroke => stroke.length);
}
