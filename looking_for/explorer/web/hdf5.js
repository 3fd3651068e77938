// The arrays of an HDF5 file (Keras' .h5, and what a .keras holds), as h5py writes it: version 0 of the format, whose
// groups are trees of names, and arrays in one piece. docs.hdfgroup.org has the specification; of it this is a small part.

import { refuse } from "refusal";

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const MAX_OBJECTS = 20_000; // of a file: a damaged one may be endless
const DATASPACE = 0x1, DATATYPE = 0x3, LAYOUT = 0x8, CONTINUATION = 0x10, SYMBOL_TABLE = 0x11;
const FLOATS = { 2: "F16", 4: "F32", 8: "F64" };

/** @param {Uint8Array} bytes */
export const isHdf5 = bytes => SIGNATURE.every((byte, n) => bytes[n] === byte);

/**
 * List the arrays of floating-point numbers, each by its path: where its numbers are, and of which kind.
 * @param {DataView} view
 * @returns {{ name: string, shape: number[], dtype: string, isLittle: boolean, from: number, size: number }[]}
 */
export function listArrays(view) {
  if (view.getUint8(8) !== 0 || view.getUint8(13) !== 8 || view.getUint8(14) !== 8) refuse("its HDF5 is of a newer form than the page reads: save the weights as .npz or .safetensors");
  let objects = 0;
  const arrays = [];

  /** @param {number} header @param {string} path */
  function visit(header, path) {
    if (++objects > MAX_OBJECTS) refuse("it is damaged: its HDF5 has no end");
    const messages = readMessages(view, header);
    const table = messages.find(message => message.type === SYMBOL_TABLE);
    if (table) {
      const names = address(view, address(view, table.at + 8) + 24);
      for (const { name, at } of symbols(view, address(view, table.at), names)) visit(at, path ? `${path}/${name}` : name);
      return;
    }
    const array = describeArray(view, messages, path);
    if (array) arrays.push(array);
  }

  visit(address(view, 24 + 4 * 8 + 8), "");
  return arrays;
}

/** Addresses and lengths have eight bytes. @param {DataView} view @param {number} at */
const address = (view, at) => Number(view.getBigUint64(at, true));

/** The messages of an object's header, those of its further blocks too. @param {DataView} view @param {number} header */
function readMessages(view, header) {
  const blocks = [[header + 16, view.getUint32(header + 8, true)]];
  const messages = [];
  for (let block = 0; block < blocks.length && block < 100; block++) {
    let [at, left] = blocks[block];
    while (left >= 8) {
      const [type, size] = [view.getUint16(at, true), view.getUint16(at + 2, true)];
      messages.push({ type, at: at + 8 });
      if (type === CONTINUATION) blocks.push([address(view, at + 8), address(view, at + 16)]);
      at += 8 + size;
      left -= 8 + size;
    }
  }
  return messages;
}

/** The names below a node of a group's tree, and where their objects are. @param {DataView} view */
function* symbols(view, node, names) {
  if (view.getUint32(node) === 0x54524545) { // TREE
    for (let n = 0; n < view.getUint16(node + 6, true); n++) yield* symbols(view, address(view, node + 32 + 16 * n), names);
    return;
  }
  for (let n = 0; n < view.getUint16(node + 6, true); n++) { // SNOD
    const entry = node + 8 + 40 * n;
    yield { name: text(view, names + address(view, entry)), at: address(view, entry + 8) };
  }
}

function text(view, from) {
  let to = from;
  while (view.getUint8(to)) to += 1;
  return new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + from, to - from));
}

function describeArray(view, messages, name) {
  const [space, type, layout] = [DATASPACE, DATATYPE, LAYOUT].map(kind => messages.find(message => message.type === kind)?.at);
  if (space === undefined || type === undefined || layout === undefined) return null;
  const dtype = (view.getUint8(type) & 15) === 1 ? FLOATS[view.getUint32(type + 4, true)] : undefined;
  if (!dtype) return null; // whole numbers and words are no weights
  if (view.getUint8(layout) !== 3 || view.getUint8(layout + 1) !== 1) refuse(`${name} is stored in pieces: save the weights as .npz or .safetensors`);
  const [version, rank] = [view.getUint8(space), view.getUint8(space + 1)];
  const shape = Array.from({ length: rank }, (_, n) => address(view, space + (version === 1 ? 8 : 4) + 8 * n));
  return { name, shape, dtype, isLittle: !(view.getUint8(type + 1) & 1), from: address(view, layout + 2), size: address(view, layout + 10) };
}
