// What a network says of an image and why. Knows no screen: arrays of numbers in and out.
// Row vectors as in docs/mathematics.md: z_l = h_{l-1} W_l + b_l; W is stored row by row (inputs × units).

const SQRT2 = Math.SQRT2;

function erf(x) { // Abramowitz and Stegun 7.1.26: 1.5e-7
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const poly = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - poly * Math.exp(-x * x));
}
const sigmoid = z => 1 / (1 + Math.exp(-z));
const normal = z => (1 + erf(z / SQRT2)) / 2;
const LEAK = 0.2; // Keras' default
const leaky = leak => [z => (z > 0 ? z : leak * z), z => (z > 0 ? 1 : leak)];

// An activation is its value and its slope, together.
export const ACTIVATIONS = {
  relu: [z => Math.max(0, z), z => (z > 0 ? 1 : 0)],
  leaky_relu: leaky(LEAK),
  linear: [z => z, () => 1],
  tanh: [Math.tanh, z => 1 - Math.tanh(z) ** 2],
  sigmoid: [sigmoid, z => sigmoid(z) * (1 - sigmoid(z))],
  gelu: [z => z * normal(z), z => normal(z) + z * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI)],
};

/**
 * An activation by its full name, as in leaky_relu(0.01).
 * @param {string} name
 */
function findActivation(name) {
  const leak = /^leaky_relu\((.+)\)$/.exec(name);
  return leak ? leaky(Number(leak[1])) : ACTIVATIONS[name];
}

/**
 * x W + b, for W of inputs × units.
 * @param {Layer} layer
 * @param {Numbers} x
 */
export function affine({ weights, bias, inputs, units }, x) {
  const z = Float32Array.from(bias);
  for (let i = 0; i < inputs; i++) {
    const value = x[i];
    if (value === 0) continue;
    for (let u = 0, at = i * units; u < units; u++, at++) z[u] += value * weights[at];
  }
  return z;
}

/**
 * W v: a direction of a layer's units back to its inputs.
 * @param {Layer} layer
 * @param {Float32Array} v
 */
function back({ weights, inputs, units }, v) {
  const product = new Float32Array(inputs);
  for (let i = 0; i < inputs; i++) {
    let sum = 0;
    for (let u = 0, at = i * units; u < units; u++, at++) sum += weights[at] * v[u];
    product[i] = sum;
  }
  return product;
}

/**
 * @param {Numbers} a
 * @param {Numbers} b
 */
export function dot(a, b) {
  let sum = 0;
  for (let n = 0; n < a.length; n++) if (a[n]) sum += a[n] * b[n];
  return sum;
}

/**
 * All of z_1 … z_L; the last are the logits.
 * @param {Network} network
 * @param {Float32Array} x pixels 0…1
 */
export function forward(network, x) {
  const [value] = findActivation(network.activation);
  const preactivations = [];
  let h = x;
  for (const layer of network.layers) {
    const z = affine(layer, h);
    preactivations.push(z);
    h = z.map(value);
  }
  return preactivations;
}

/**
 * @param {Network} network
 * @param {Float32Array} x pixels 0…1
 */
export const logits = (network, x) => Array.from(forward(network, x).at(-1));

/**
 * A direction of logits pulled back to the image through slopes: the map, and the biases' own way.
 * @param {Layer[]} layers
 * @param {Float32Array[] | null} slopes by hidden layer
 * @param {Float32Array} direction
 * @returns {AffineMap}
 */
function pull(layers, slopes, direction) {
  let v = direction;
  let bias = 0;
  for (let l = layers.length - 1; l >= 0; l--) {
    bias += dot(layers[l].bias, v);
    v = back(layers[l], v);
    if (l > 0 && slopes) v = v.map((value, n) => value * slopes[l - 1][n]);
  }
  return { map: v, bias };
}

/**
 * The exact map of one class, minus the mean of all classes, around an image: logit = x · map + bias.
 * @param {Network} network
 * @param {Float32Array[]} zs as `forward` gives them
 * @param {number} k
 */
export function exactMap(network, zs, k) {
  const slope = findActivation(network.activation)[1];
  return pull(network.layers, zs.slice(0, -1).map(z => z.map(slope)), centredDirection(network.classes, k));
}

/**
 * The composed picture of one class, minus the mean of all: the same with no activations at all.
 * @param {Network} network
 * @param {number} k
 */
export const composedPicture = (network, k) => pull(network.layers, null, centredDirection(network.classes, k));

/**
 * A hidden unit's composed picture: its column of W_1 … W_l.
 * @param {Network} network
 * @param {number} layer
 * @param {number} unit
 */
export function unitPicture(network, layer, unit) {
  const direction = new Float32Array(network.layers[layer].units);
  direction[unit] = 1;
  return pull(network.layers.slice(0, layer + 1), null, direction).map;
}

/**
 * What each unit of a hidden layer adds to a class's logit here: its activation times its way out.
 * @param {Network} network
 * @param {Float32Array[]} zs as `forward` gives them
 * @param {number} layer
 * @param {number} k
 */
export function contributions(network, zs, layer, k) {
  const [value, slope] = findActivation(network.activation);
  let v = centredDirection(network.classes, k);
  for (let l = network.layers.length - 1; l > layer; l--) {
    v = back(network.layers[l], v);
    if (l - 1 > layer) v = v.map((direction, n) => direction * slope(zs[l - 1][n]));
  }
  return v.map((direction, n) => direction * value(zs[layer][n]));
}

function centredDirection(classes, k) {
  const direction = new Float32Array(classes).fill(-1 / classes);
  direction[k] += 1;
  return direction;
}

/**
 * @param {number[] | Float32Array} scores
 */
export function centred(scores) {
  const mean = Array.from(scores).reduce((a, b) => a + b, 0) / scores.length;
  return Array.from(scores, score => score - mean);
}

/**
 * @param {number[]} scores
 */
export function softmax(scores) {
  const most = Math.max(...scores);
  const odds = Array.from(scores, score => Math.exp(score - most));
  const sum = odds.reduce((a, b) => a + b, 0);
  return odds.map(odd => odd / sum);
}

/**
 * @param {number[]} scores
 */
export const argmax = scores => scores.reduce((best, score, n) => (score > scores[best] ? n : best), 0);

/**
 * Fitted pictures: what each says, and by class the number of the strongest.
 * @param {Fitted} fitted
 * @param {Numbers} x pixels 0…1
 * @returns {FittedScores}
 */
export function templates(fitted, x) {
  const pictureScores = affine(fitted, x);
  const strongest = [];
  pictureScores.forEach((value, n) => {
    const k = fitted.classOf[n];
    if (strongest[k] === undefined || value > pictureScores[strongest[k]]) strongest[k] = n;
  });
  return { pictureScores, strongest, scores: strongest.map(n => pictureScores[n]) };
}
