// The page's data as arrays: quantised weights times a scale for each unit.

/** @param {string} text in base64 */
function bytes(text) {
  const raw = atob(text);
  const array = new Uint8Array(raw.length);
  for (let n = 0; n < raw.length; n++) array[n] = raw.charCodeAt(n);
  return array;
}

/** @param {string} text */
export const floats = text => new Float32Array(bytes(text).buffer);
/** @param {string} text */
export const integers = text => new Uint8Array(bytes(text));

/**
 * Inputs × units, row by row.
 * @param {{ values: string, scales: string, bits: number, inputs: number, units: number }} packed
 */
export function matrix({ values, scales, bits, inputs, units }) {
  const buffer = bytes(values).buffer;
  const quantised = bits === 8 ? new Int8Array(buffer) : new Int16Array(buffer);
  const scale = floats(scales);
  const weights = new Float32Array(inputs * units);
  for (let i = 0, at = 0; i < inputs; i++) {
    for (let u = 0; u < units; u++, at++) weights[at] = quantised[at] * scale[u];
  }
  return weights;
}

/**
 * A column of a layer's weights.
 * @param {Layer} layer
 * @param {number} unit
 */
export const column = ({ weights, inputs, units }, unit) => Float32Array.from({ length: inputs }, (_, i) => weights[i * units + unit]);

/**
 * Grey images of 4 bits per pixel, two pixels a byte, as numbers from 0 to 1.
 * @param {Uint8Array} packed
 * @param {number} inputs
 */
export function unpackImages(packed, inputs) {
  const count = Math.floor(2 * packed.length / inputs);
  return Array.from({ length: count }, (_, image) => Float32Array.from({ length: inputs }, (_v, n) => {
    const at = image * inputs + n;
    return (at % 2 ? packed[at >> 1] & 15 : packed[at >> 1] >> 4) / 15;
  }));
}

const layer = packed => ({
  weights: matrix(packed), bias: floats(packed.bias), inputs: packed.inputs, units: packed.units,
});

/**
 * A network of the page, its arrays read when they are first needed.
 * @param {Record<string, any>} packed as explorer/payload.py writes it
 * @param {number} classes
 * @returns {Network}
 */
export function network(packed, classes) {
  const unpacked = /** @type {Network} */ ({
    ...packed, classes,
    layers: packed.layers.map(layer),
    fitted: {
      ...layer(packed.fitted),
      classOf: Array.from(new Uint16Array(bytes(packed.fitted.classes).buffer)),
      shares: floats(packed.fitted.shares),
    },
    never: integers(packed.never),
    units: packed.units.map(u => ({ influence: floats(u.influence), explained: floats(u.explained) })),
  });
  if (packed.film) {
    unpacked.film = { steps: packed.film.steps.map(step => ({ ...step, ...layer(step) })) };
  }
  return unpacked;
}
