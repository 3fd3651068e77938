// Small pictures on canvases: ink as black on white, weights on the report's signed colours.

const pixel = (red, green, blue) => (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0; // as canvases store it
const GREYS = Uint32Array.from({ length: 256 }, (_, ink) => pixel(255 - ink, 255 - ink, 255 - ink));
let signedColours = new Uint32Array(1);

/**
 * The signed colours from −1 to 1, three bytes each, and after them the colour of pixels never inked.
 * @param {Uint8Array} bytes
 */
export function setPalette(bytes) {
  signedColours = Uint32Array.from({ length: bytes.length / 3 }, (_, n) => pixel(...bytes.subarray(3 * n, 3 * n + 3)));
}

const GAP = 1; // between planes, of an image's pixels

/**
 * The shape in which pictures of weights are drawn: in colour the planes of red, green and blue side by side.
 * @param {Shape} shape
 * @returns {[number, number]}
 */
export const drawnShape = ([height, width, channels = 1]) => [height, channels * (width + GAP) - GAP];

/** From a drawn pixel to the number of its weight; −1 in a gap. */
function weightAt(shape) {
  const [, width, channels = 1] = shape;
  const [, drawn] = drawnShape(shape);
  return n => {
    const row = Math.floor(n / drawn);
    const plane = Math.floor((n % drawn) / (width + GAP));
    const column = (n % drawn) - plane * (width + GAP);
    return column < width ? (row * width + column) * channels + plane : -1;
  };
}

function paint(canvas, [height, width], colour) {
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let n = 0; n < pixels.length; n++) pixels[n] = colour(n);
  context.putImageData(image, 0, 0);
}

/**
 * Pixels 0…1: grey as ink, black on white; in colour as they are.
 * @param {HTMLCanvasElement} canvas
 * @param {Shape} shape
 * @param {Numbers} pixels
 */
export function drawInk(canvas, shape, pixels) {
  const level = n => Math.round(255 * pixels[n]);
  paint(canvas, [shape[0], shape[1]], shape[2] ? n => pixel(level(3 * n), level(3 * n + 1), level(3 * n + 2)) : n => GREYS[level(n)]);
}

/**
 * Weights from −half to half: red for, blue against, white zero; `never` marks pixels that no image inks.
 * @param {HTMLCanvasElement} canvas
 * @param {Shape} shape
 * @param {Numbers} weights
 * @param {number} half
 * @param {Uint8Array | null} never
 */
export function drawSigned(canvas, shape, weights, half, never) {
  const levels = signedColours.length - 1;
  const middle = (levels - 1) / 2;
  const place = weightAt(shape);
  paint(canvas, drawnShape(shape), drawn => {
    const n = place(drawn);
    if (n < 0) return GREYS[0];
    return signedColours[never?.[n] ? levels : Math.round((Math.max(-1, Math.min(1, weights[n] / half)) + 1) * middle)];
  });
}

/**
 * The weight that gets full colour: 99.5 % of the inked pixels' in all the pictures lie within.
 * @param {Numbers[]} pictures
 * @param {Uint8Array | null} never
 */
export function halfRange(pictures, never) {
  const sizes = new Float32Array(pictures.length * pictures[0].length);
  let many = 0;
  for (const weights of pictures) {
    for (let n = 0; n < weights.length; n++) if (!never?.[n]) sizes[many++] = Math.abs(weights[n]);
  }
  const sorted = sizes.subarray(0, many).sort();
  return sorted[Math.floor(0.995 * (many - 1))] || 1;
}

/** @type {WeakMap<object, number>} */
const ranges = new WeakMap();

/**
 * The half-range of one picture, kept for those that are drawn again.
 * @param {Float32Array} weights
 * @param {Uint8Array | null} never
 */
export function rangeOf(weights, never) {
  let half = ranges.get(weights);
  if (half === undefined) { half = halfRange([weights], never); ranges.set(weights, half); }
  return half;
}

const INKED = 0.35; // of a pixel, from which on it is inside the outline
const LINE = 6; // dots of the outline's canvas per pixel

/**
 * The outline of an image's ink, over a picture: so that one sees which red it hits. It is the drawing's, not the map's.
 * @param {HTMLCanvasElement} canvas
 * @param {Shape} shape
 * @param {Numbers} x
 */
export function drawOutline(canvas, [height, width, channels = 1], x) {
  const [, drawn] = drawnShape(channels > 1 ? [height, width, channels] : [height, width]);
  if (canvas.width !== drawn * LINE || canvas.height !== height * LINE) { canvas.width = drawn * LINE; canvas.height = height * LINE; }
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#000";
  const inked = (r, c) => r >= 0 && c >= 0 && r < height && c < width && x[(r * width + c) * channels] > INKED;
  for (let plane = 0; plane < channels; plane++) {
    const left = plane * (width + 1);
    for (let r = 0; r <= height; r++) {
      for (let c = 0; c <= width; c++) {
        if (inked(r, c) !== inked(r - 1, c)) context.fillRect((left + c) * LINE, r * LINE - 1, LINE, 2);
        if (inked(r, c) !== inked(r, c - 1)) context.fillRect((left + c) * LINE - 1, r * LINE, 2, LINE);
      }
    }
  }
}
