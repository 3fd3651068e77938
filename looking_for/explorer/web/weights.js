// The arrays of a file of weights, read in the page: .safetensors, .npz, .pt, .keras, .h5. Nothing leaves the page, nothing is run.
// A file that cannot be read is refused in one sentence, by an Error of refusal.js.

import { isHdf5, listArrays } from "hdf5";
import { denseTensors } from "keras";
import { Refused, refuse } from "refusal";

export const MAX_BYTES = 64e6; // of a file, and of what it unpacks to

/** `activation`: of the layer with these weights, where the file says it. @typedef {{ name: string, shape: number[], values: Float32Array, activation?: string }} Tensor */

/**
 * Read a file's arrays of numbers.
 * @param {ArrayBuffer} buffer
 * @returns {Promise<Tensor[]>}
 */
export async function readWeights(buffer) {
  try {
    if (buffer.byteLength > MAX_BYTES) refuse(`it has more than ${MAX_BYTES / 1e6} MB`);
    const tensors = await readAny(buffer);
    if (!tensors.length) refuse("it has no arrays of numbers");
    for (const { name, values } of tensors) {
      if (!values.every(Number.isFinite)) refuse(`${name} has numbers that are not finite`);
    }
    return tensors;
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused("it is damaged, or of another kind: .safetensors, .npz, .pt, .keras and .h5 can be read");
  }
}

async function readAny(buffer) {
  const start = new Uint8Array(buffer, 0, Math.min(9, buffer.byteLength));
  if (start[8] === 0x7b && start[6] === 0 && start[7] === 0) return readSafetensors(buffer); // a length, and then {
  if (start[0] === 0x50 && start[1] === 0x4b) return readZip(buffer);
  if (isHdf5(start)) return readHdf5(new DataView(buffer)).map(tensor => ({ ...tensor, name: tensor.name.replace(/vars\/0$/, "kernel").replace(/vars\/1$/, "bias") }));
  if (start[0] === 0x80) refuse("it is a pickle of PyTorch before 1.6, or of something else: save it again with torch.save");
  return readSafetensors(buffer);
}

// ---- .safetensors

const BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2 };

function readSafetensors(buffer) {
  const view = new DataView(buffer);
  const size = Number(view.getBigUint64(0, true));
  if (size > buffer.byteLength - 8) refuse("its header is longer than the file: it is cut, or of another kind");
  const header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(buffer, 8, size)));
  return Object.entries(header).filter(([name]) => name !== "__metadata__").flatMap(([name, entry]) => {
    const { dtype, shape, data_offsets: [from, to] } = entry;
    if (!BYTES[dtype]) return []; // whole numbers are not weights
    const count = countOf(shape);
    if (to - from !== count * BYTES[dtype] || from < 0 || 8 + size + to > buffer.byteLength) refuse(`${name} lies outside the file, or has another size`);
    return [{ name, shape, values: numbers(new DataView(buffer, 8 + size + from, to - from), dtype, count) }];
  });
}

function countOf(shape) {
  const count = shape.reduce((product, length) => product * length, 1);
  if (!shape.every(length => Number.isSafeInteger(length) && length >= 0) || count * 4 > MAX_BYTES) refuse("an array of it is too large");
  return count;
}

/** @param {DataView} view */
function numbers(view, dtype, count, isLittle = true) {
  const values = new Float32Array(count);
  const read = {
    F64: n => view.getFloat64(8 * n, isLittle), F32: n => view.getFloat32(4 * n, isLittle),
    F16: n => half(view.getUint16(2 * n, isLittle)), BF16: n => bfloat(view.getUint16(2 * n, isLittle)),
  }[dtype];
  for (let n = 0; n < count; n++) values[n] = read(n);
  return values;
}

function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -14 * (fraction / 1024));
}

const scratch = new DataView(new ArrayBuffer(4));
function bfloat(bits) { scratch.setUint32(0, bits << 16); return scratch.getFloat32(0); }

// ---- HDF5: Keras' .h5, and what is in a .keras

/** @param {DataView} view */
function readHdf5(view) {
  return listArrays(view).filter(({ name }) => !/^(optimizer|vars)/.test(name)).map(({ name, shape, dtype, isLittle, from, size }) => {
    const count = countOf(shape);
    if (size !== count * BYTES[dtype] || from + size > view.byteLength) refuse(`${name} lies outside the file, or has another size`);
    return { name, shape, values: numbers(new DataView(view.buffer, view.byteOffset + from, size), dtype, count, isLittle) };
  });
}

async function readKeras(buffer, entries, config) {
  const weights = entries.find(entry => entry.name === "model.weights.h5") ?? refuse("it is a Keras model without weights");
  const model = JSON.parse(new TextDecoder().decode(await unpack(buffer, config)));
  const bytes = await unpack(buffer, weights);
  return denseTensors(model, readHdf5(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
}

// ---- zip: .npz, .pt and .keras

async function readZip(buffer) {
  const entries = centralDirectory(new DataView(buffer));
  const pickle = entries.find(entry => entry.name.endsWith("/data.pkl") || entry.name === "data.pkl");
  if (pickle) return readTorch(buffer, entries, pickle);
  const config = entries.find(entry => entry.name === "config.json");
  if (config) return readKeras(buffer, entries, config);
  const arrays = entries.filter(entry => entry.name.endsWith(".npy"));
  if (!arrays.length) refuse("it is a zip without arrays: .npz, PyTorch's .pt and .keras can be read");
  const read = await Promise.all(arrays.map(async entry => readNpy(entry.name.slice(0, -4), await unpack(buffer, entry))));
  return read.flat();
}

/** @param {DataView} view */
function centralDirectory(view) {
  let end = view.byteLength - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  if (end < 0) refuse("its zip directory is missing: the file is cut");
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff) refuse("it is a zip64 file, which is larger than the page reads");
  const entries = [];
  let total = 0;
  for (let n = 0; n < count; n++) {
    if (view.getUint32(at, true) !== 0x02014b50) refuse("its zip directory is damaged");
    const [method, crc, packed, size] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true), view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [nameLength, extra, comment] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true)];
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, nameLength));
    total += size;
    if (total > MAX_BYTES) refuse(`it unpacks to more than ${MAX_BYTES / 1e6} MB`);
    entries.push({ name, method, crc, packed, size, header: view.getUint32(at + 42, true) });
    at += 46 + nameLength + extra + comment;
  }
  return entries;
}

async function unpack(buffer, { name, method, crc, packed, size, header }) {
  const view = new DataView(buffer);
  if (view.getUint32(header, true) !== 0x04034b50) refuse(`${name} is not where its directory says`);
  const from = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
  const bytes = new Uint8Array(buffer.slice(from, from + packed));
  if (bytes.length !== packed) refuse(`${name} is cut`);
  let content = bytes;
  if (method === 8) content = await inflate(bytes, size);
  else if (method !== 0) refuse(`${name} is packed by a method that the page does not read`);
  if (content.length !== size || crc32(content) !== crc) refuse(`${name} is damaged: its checksum differs`);
  return content;
}

/**
 * Unpack raw deflate, to no more than so many bytes.
 * @param {Uint8Array} bytes
 * @param {number} most
 */
export async function inflate(bytes, most) {
  const stream = new Blob([/** @type {BlobPart} */ (bytes)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const reader = stream.getReader();
  const parts = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) { await reader.cancel(); refuse("it unpacks to more than it says"); }
    parts.push(value);
  }
  const content = new Uint8Array(length);
  let at = 0;
  for (const part of parts) { content.set(part, at); at += part.length; }
  return content;
}

const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc32(bytes) {
  let value = 0xffffffff;
  for (let n = 0; n < bytes.length; n++) value = CRC[(value ^ bytes[n]) & 255] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

// ---- .npy

const NPY = { f8: "F64", f4: "F32", f2: "F16" };

function readNpy(name, bytes) {
  if (bytes[0] !== 0x93 || new TextDecoder().decode(bytes.subarray(1, 6)) !== "NUMPY") refuse(`${name} is not an array of numpy's`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isOld = bytes[6] === 1;
  const start = isOld ? 10 : 12;
  const length = isOld ? view.getUint16(8, true) : view.getUint32(8, true);
  const header = new TextDecoder().decode(bytes.subarray(start, start + length));
  const descr = /'descr':\s*'([<>|=])([a-zA-Z])(\d+)'/.exec(header);
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(header);
  if (!descr || !shape) return []; // strings, objects and records are no weights
  const dtype = NPY[descr[2] + descr[3]];
  if (!dtype) return [];
  const sizes = shape[1].split(",").map(part => part.trim()).filter(Boolean).map(Number);
  const count = countOf(sizes);
  if (view.byteLength - start - length !== count * BYTES[dtype]) refuse(`${name} has another size than it says`);
  const values = numbers(new DataView(bytes.buffer, bytes.byteOffset + start + length), dtype, count, descr[1] !== ">");
  const isFortran = /'fortran_order':\s*True/.test(header);
  return [{ name, shape: sizes, values: isFortran ? strided(values, sizes, fortran(sizes), 0) : values }];
}

const fortran = sizes => sizes.map((_, n) => sizes.slice(0, n).reduce((product, length) => product * length, 1));

/** Values in row-major order from a storage with strides. */
function strided(storage, sizes, strides, offset) {
  const values = new Float32Array(countOf(sizes));
  const index = new Array(sizes.length).fill(0);
  for (let n = 0; n < values.length; n++) {
    let at = offset;
    for (let d = 0; d < sizes.length; d++) at += index[d] * strides[d];
    if (!(at >= 0 && at < storage.length)) refuse("an array of it lies outside its storage");
    values[n] = storage[at];
    for (let d = sizes.length - 1; d >= 0 && ++index[d] === sizes[d]; d--) index[d] = 0;
  }
  return values;
}

// ---- PyTorch's .pt: a zip with a pickle, of which only what a state_dict has is understood

const STORAGES = { FloatStorage: "F32", DoubleStorage: "F64", HalfStorage: "F16", BFloat16Storage: "BF16" };
const MARK = Symbol("mark");

async function readTorch(buffer, entries, pickle) {
  const folder = pickle.name.slice(0, -"data.pkl".length);
  const find = name => entries.find(entry => entry.name === folder + name);
  const order = find("byteorder");
  if (order && new TextDecoder().decode(await unpack(buffer, order)) !== "little") refuse("it is big-endian");
  const state = unpickle(await unpack(buffer, pickle));
  /** @type {Map<string, Float32Array>} */
  const storages = new Map();
  const tensors = [];
  for (const [name, tensor] of flatten(state, "")) {
    const { storage: { kind, key }, offset, sizes, strides } = tensor;
    if (!STORAGES[kind]) continue; // counters and other whole numbers
    if (!storages.has(key)) {
      const entry = find(`data/${key}`) ?? refuse(`${name} has no data in the file`);
      const bytes = await unpack(buffer, entry);
      storages.set(key, numbers(new DataView(bytes.buffer, bytes.byteOffset), STORAGES[kind], Math.floor(bytes.length / BYTES[STORAGES[kind]])));
    }
    tensors.push({ name, shape: sizes, values: strided(storages.get(key), sizes, strides, offset) });
  }
  return tensors;
}

function* flatten(value, prefix) {
  if (value?.isTensor) yield [prefix || "tensor", value];
  else if (value instanceof Map) for (const [key, inner] of value) yield* flatten(inner, prefix ? `${prefix}.${String(key)}` : String(key));
}

class Global { constructor(name) { this.name = name; } }

/** A stack machine for the opcodes that a state_dict's pickle has, and no others. */
function unpickle(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stack = [], memo = new Map();
  let at = 0;
  const text = length => {
    at += length;
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(at - length, at));
  };
  const line = () => {
    const end = bytes.indexOf(10, at);
    if (end < 0) refuse("its pickle is cut");
    const words = text(end - at);
    at += 1;
    return words;
  };
  const pop = () => { if (!stack.length) refuse("its pickle is damaged"); return stack.pop(); };
  const untilMark = () => { const from = stack.lastIndexOf(MARK); if (from < 0) refuse("its pickle is damaged"); const items = stack.splice(from); return items.slice(1); };
  const setAll = items => { const map = stack.at(-1); if (!(map instanceof Map)) { if (map?.isModule) return; refuse("its pickle is damaged"); } for (let n = 0; n < items.length; n += 2) map.set(items[n], items[n + 1]); };
  const remember = key => memo.set(key, stack.at(-1));
  const recall = key => { if (!memo.has(key)) refuse("its pickle is damaged"); stack.push(memo.get(key)); };
  const OPCODES = {
    0x80: () => { at += 1; }, 0x28: () => stack.push(MARK), 0x7d: () => stack.push(new Map()), 0x5d: () => stack.push([]),
    0x29: () => stack.push([]), 0x4e: () => stack.push(null), 0x88: () => stack.push(true), 0x89: () => stack.push(false),
    0x4a: () => { stack.push(view.getInt32(at, true)); at += 4; }, 0x4b: () => stack.push(view.getUint8(at++)),
    0x4d: () => { stack.push(view.getUint16(at, true)); at += 2; },
    0x8a: () => { const n = view.getUint8(at++); let value = 0; for (let i = 0; i < n; i++) value += view.getUint8(at + i) * 256 ** i; at += n; stack.push(value); },
    0x47: () => { stack.push(view.getFloat64(at)); at += 8; },
    0x58: () => { const n = view.getUint32(at, true); at += 4; stack.push(text(n)); },
    0x8c: () => { const n = view.getUint8(at++); stack.push(text(n)); },
    0x71: () => remember(view.getUint8(at++)), 0x72: () => { remember(view.getUint32(at, true)); at += 4; },
    0x94: () => remember(memo.size),
    0x68: () => recall(view.getUint8(at++)), 0x6a: () => { recall(view.getUint32(at, true)); at += 4; },
    0x74: () => stack.push(untilMark()), 0x85: () => stack.push([pop()]),
    0x86: () => { const b = pop(), a = pop(); stack.push([a, b]); },
    0x87: () => { const c = pop(), b = pop(), a = pop(); stack.push([a, b, c]); },
    0x61: () => { const value = pop(); stack.at(-1).push(value); }, 0x65: () => { const items = untilMark(); stack.at(-1).push(...items); },
    0x73: () => { const value = pop(), key = pop(); setAll([key, value]); }, 0x75: () => setAll(untilMark()),
    0x62: () => { pop(); }, // BUILD: its state is dropped
    0x63: () => { const [place, name] = [line(), line()]; stack.push(new Global(`${place}.${name}`)); },
    0x93: () => { const name = pop(), place = pop(); stack.push(new Global(`${place}.${name}`)); },
    0x52: () => { const values = pop(); stack.push(reduce(pop(), values)); },
    0x51: () => stack.push(persistent(pop())),
    0x81: () => { pop(); const { name } = pop() ?? {}; refuse(`it holds a whole ${name ?? "object"}: save model.state_dict()`); },
  };
  for (;;) {
    const opcode = view.getUint8(at++);
    if (opcode === 0x2e) return pop();
    (OPCODES[opcode] ?? (() => refuse("its pickle has what no state_dict has: save model.state_dict()")))();
  }
}

function reduce(made, values) {
  const name = made instanceof Global ? made.name : refuse("its pickle is damaged");
  if (name === "collections.OrderedDict") return new Map();
  if (name === "torch._utils._rebuild_tensor_v2") {
    const [storage, offset, sizes, strides] = values;
    if (!storage?.kind || !Array.isArray(sizes) || !Array.isArray(strides)) refuse("its pickle is damaged");
    return { isTensor: true, storage, offset, sizes, strides };
  }
  if (name === "torch._utils._rebuild_parameter") return values[0];
  return refuse(`it would run ${name}: refused. Save model.state_dict()`);
}

function persistent(values) {
  const [kind, storage, key] = Array.isArray(values) ? values : refuse("its pickle is damaged");
  const name = storage instanceof Global ? storage.name.split(".").at(-1) : refuse("its pickle is damaged");
  if (kind !== "storage") refuse("its pickle is damaged");
  return { kind: name, key: String(key) };
}
