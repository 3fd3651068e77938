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

function paint(canvas, [height, width], colour) {
  if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  for (let n = 0; n < pixels.length; n++) pixels[n] = colour(n);
  context.putImageData(image, 0, 0);
}

/**
 * Pixels 0…1, ink black.
 * @param {HTMLCanvasElement} canvas
 * @param {Shape} shape
 * @param {Numbers} pixels
 */
export function drawInk(canvas, shape, pixels) {
  paint(canvas, shape, n => GREYS[Math.round(255 * pixels[n])]);
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
  paint(canvas, shape, n => signedColours[never?.[n] ? levels
    : Math.round((Math.max(-1, Math.min(1, weights[n] / half)) + 1) * middle)]);
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
