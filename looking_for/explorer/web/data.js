// The page's data as arrays: quantised weights times a scale for each unit.

function bytes(text) {
  const raw = atob(text);
  const found = new Uint8Array(raw.length);
  for (let n = 0; n < raw.length; n++) found[n] = raw.charCodeAt(n);
  return found;
}

export const floats = text => new Float32Array(bytes(text).buffer);
export const integers = text => new Uint8Array(bytes(text));

/** {values, scales, bits, inputs, units} as one Float32Array, inputs × units row by row. */
export function matrix({ values, scales, bits, inputs, units }) {
  const buffer = bytes(values).buffer;
  const quantised = bits === 8 ? new Int8Array(buffer) : new Int16Array(buffer);
  const scale = floats(scales);
  const found = new Float32Array(inputs * units);
  for (let i = 0, at = 0; i < inputs; i++) {
    for (let u = 0; u < units; u++, at++) found[at] = quantised[at] * scale[u];
  }
  return found;
}

const layer = packed => ({
  weights: matrix(packed), bias: floats(packed.bias), inputs: packed.inputs, units: packed.units,
});

/** A network of the page, its arrays read when they are first asked for. */
export function network(packed, classes) {
  const made = {
    ...packed, classes,
    layers: packed.layers.map(layer),
    fitted: { ...layer(packed.fitted), classOf: Array.from(new Uint16Array(bytes(packed.fitted.classes).buffer)), shares: floats(packed.fitted.shares) },
    never: integers(packed.never),
    units: packed.units.map(u => ({ influence: floats(u.influence), explained: floats(u.explained) })),
  };
  if (packed.film) made.film = { ...packed.film, steps: packed.film.steps.map(step => ({ ...step, ...layer(step) })) };
  return made;
}
