// A dense Keras model: its weights in the order of its layers, with their activations, as its configuration says.

import { refuse } from "refusal";

const UNCHANGED = ["InputLayer", "Flatten", "Dropout", "GaussianNoise", "GaussianDropout", "ActivityRegularization", "Softmax"];
const KNOWN = ["relu", "tanh", "sigmoid", "gelu", "linear", "softmax"];

/** @typedef {import("weights").Tensor} Tensor */

/**
 * Name a Keras model's tensors by its dense layers, one after another, and say what each layer's activation is.
 * @param {any} model what config.json holds
 * @param {Tensor[]} tensors by their paths in the file
 * @returns {Tensor[]}
 */
export function denseTensors(model, tensors) {
  const dense = [];
  for (const { class_name: kind, config } of model.config.layers) {
    if (kind === "Dense") dense.push(activationOf(config.activation));
    else if (ACTIVATION_LAYERS[kind]) { if (dense.length) dense[dense.length - 1] = ACTIVATION_LAYERS[kind](config); }
    else if (kind === "Rescaling") { if (dense.length || config.offset !== 0 || Math.abs(255 * config.scale - 1) > 1e-4) refuse(`its layer ${config.name} does more than to bring pixels to 0…1. The pipeline reads it, by \`models:\` in params.yaml`); }
    else if (!UNCHANGED.includes(kind)) refuse(`its layer ${config.name} is a ${kind}: only dense layers can be read here. The pipeline reads it, by \`models:\` in params.yaml`);
  }
  return dense.flatMap((activation, n) => {
    const folder = `layers/dense${n ? `_${n}` : ""}/vars/`;
    if (n < dense.length - 1 && !KNOWN.includes(activation) && !activation.startsWith("leaky_relu(")) refuse(`its activation ${activation} is not among those that the page knows`);
    const [weights, bias] = ["0", "1"].map(place => tensors.find(tensor => tensor.name === folder + place));
    if (!weights) return refuse(`it has no weights of its dense layer ${n + 1}`);
    return [{ ...weights, name: `${n + 1}.kernel`, activation }, ...(bias ? [{ ...bias, name: `${n + 1}.bias` }] : [])];
  });
}

/** Layers that are an activation, by their configuration. @type {Record<string, (config: any) => string>} */
const ACTIVATION_LAYERS = {
  Activation: config => activationOf(config.activation),
  ReLU: config => (config.max_value == null && !config.negative_slope && !config.threshold ? "relu" : "ReLU with a bound"),
  LeakyReLU: config => `leaky_relu(${config.negative_slope ?? config.alpha})`,
};

/** @param {any} said a name, or a function with its settings */
function activationOf(said) {
  if (said === "leaky_relu") return "leaky_relu(0.2)";
  return typeof said === "string" ? said : String(said?.config?.name ?? said?.class_name ?? "of its own");
}
