// From a file's arrays to a network: which is which, in which order, which way round, with which activation and scaling.
// What the file does not say is tried on images with known labels, and said.

import { argmax, logits } from "engine";
import { Refused } from "refusal";

const NEARLY = 0.02; // how much less right another reading may be, to be named as well
const STANDARD = [0.1307, 0.3081]; // MNIST's mean and deviation, as PyTorch's examples have them
const SCALINGS = {
  "pixels from 0 to 1": [1, 0, 1],
  "pixels from 0 to 255": [255, 0, 1],
  "standardised pixels": [1, ...STANDARD],
};
const TRIED = ["relu", "leaky_relu(0.01)", "tanh", "sigmoid", "gelu"];

/**
 * Pair weights and biases by name or by order, and chain them from pixels to classes.
 * @param {import("weights").Tensor[]} tensors
 * @param {number} inputs
 * @param {number} classes
 * @returns {Layer[]}
 */
export function chainLayers(tensors, inputs, classes) {
  const matrices = tensors.filter(t => t.shape.length === 2);
  const vectors = tensors.filter(t => t.shape.length === 1);
  const others = tensors.filter(t => t.shape.length > 2);
  if (others.length) throw new Refused(`${others[0].name} has ${others[0].shape.length} axes: only dense layers can be read here`);
  if (!matrices.length) throw new Refused("it has no matrix of weights");
  const layers = [];
  let size = inputs;
  const left = naturally(matrices);
  while (left.length) {
    const next = left.find(t => t.shape.includes(size));
    if (!next) throw new Refused(`no layer takes ${size.toLocaleString("en")} numbers: its arrays are ${shapes(left)}`);
    left.splice(left.indexOf(next), 1);
    const isTurned = next.shape[1] === size && (next.shape[0] !== size || looksTurned(next));
    const units = isTurned ? next.shape[0] : next.shape[1];
    const bias = biasOf(next, vectors, units);
    layers.push({ weights: isTurned ? transposed(next) : next.values, bias, inputs: size, units, activation: next.activation });
    size = units;
  }
  const spare = vectors.filter(v => !layers.some(layer => layer.bias === v.values));
  if (spare.length) throw new Refused(`${spare[0].name} is neither the weights of a dense layer nor its bias: only dense layers can be read here`);
  if (size !== classes) throw new Refused(`its last layer has ${size} units, and there are ${classes} classes`);
  return layers;
}

/** By the numbers in their names, as people count. */
const naturally = tensors => [...tensors].sort((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }));
const shapes = tensors => tensors.map(t => t.shape.join("×")).join(", ");
/** Square: PyTorch's names end in .weight, and its matrices are units × inputs. */
const looksTurned = tensor => /\.weight$/.test(tensor.name);

function transposed({ shape: [rows, columns], values }) {
  const turned = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) turned[c * rows + r] = values[r * columns + c];
  return turned;
}

function biasOf(matrix, vectors, units) {
  const stem = name => name.replace(/(weight|kernel|bias)s?(:0)?$/i, "").replace(/^(W|b)(?=\d)/, "");
  const same = vectors.filter(v => v.shape[0] === units);
  const named = same.find(v => stem(v.name) === stem(matrix.name));
  if (named) return named.values;
  if (same.length === 1) return same[0].values;
  if (!same.length) return new Float32Array(units);
  throw new Refused(`which of ${same.map(v => v.name).join(", ")} belongs to ${matrix.name} is not clear`);
}

/**
 * Try every activation, where the file does not say it, and every scaling; the one that gets most images right comes first, with those nearly as good.
 * @param {Layer[]} layers
 * @param {Float32Array[]} images pixels 0…1
 * @param {number[]} labels
 * @returns {Reading[]}
 */
export function tryReadings(layers, images, labels) {
  const activations = knownActivations(layers);
  const readings = Object.entries(SCALINGS).flatMap(([scaling, numbers]) => activations.map(activation => {
    const scaled = fold(layers, numbers);
    const network = { activation, classes: layers.at(-1).units, layers: scaled };
    const right = images.filter((x, n) => argmax(logits(/** @type {Network} */ (network), x)) === labels[n]).length;
    return { activation, scaling, layers: scaled, right: right / images.length };
  }));
  return readings.sort((a, b) => b.right - a.right);
}

/** Which may be that of the hidden layers: what the file says, or any. @param {Layer[]} layers */
function knownActivations(layers) {
  if (layers.length === 1) return ["linear"];
  const said = [...new Set(layers.slice(0, -1).flatMap(layer => layer.activation ?? []))];
  if (said.length > 1) throw new Refused(`its hidden layers have different activations (${said.join(", ")}): the page knows one for all`);
  return said.length ? said : TRIED;
}

/**
 * Those readings that are nearly as right as the best.
 * @param {Reading[]} readings
 */
export const alike = readings => readings.filter(r => readings[0].right - r.right < NEARLY);

/**
 * Fold (scale · x − mean) / std into the first layer, so that it takes pixels from 0 to 1.
 * @param {Layer[]} layers
 * @param {number[]} numbers
 * @returns {Layer[]}
 */
function fold(layers, [scale, mean, std]) {
  const [first, ...rest] = layers;
  if (scale === 1 && mean === 0 && std === 1) return [first, ...rest];
  const bias = Float32Array.from(first.bias);
  for (let i = 0, at = 0; i < first.inputs; i++) for (let u = 0; u < first.units; u++, at++) bias[u] -= first.weights[at] * mean / std;
  return [{ ...first, weights: first.weights.map(w => w * scale / std), bias }, ...rest];
}
