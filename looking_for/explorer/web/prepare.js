// A drawing as an image of the data set, by MNIST's own preparation: fitted into a box, its centre of mass in the
// middle. Knows no screen: strokes in, points in a square from 0 to 1; rows of pixels 0…1 out.

const PEN = 1.2 / 28; // the pen's radius, of the image's longer side
const LEAST_PEN = 0.75; // of its radius, in pixels: a thinner line would be grey
const LEAST = 0.3; // of the board: what is smaller is not enlarged to the box, so that a dot stays one

/** @typedef {[number, number][]} Stroke points (x, y) */

/**
 * Strokes as an image of the data's shape, fitted and centred.
 * @param {Stroke[]} strokes
 * @param {Shape} shape
 * @param {number[]} box the share of height and width that forms fill
 * @returns {Float32Array} height × width
 */
export function prepare(strokes, shape, box) {
  if (!strokes.some(stroke => stroke.length)) return new Float32Array(shape[0] * shape[1]);
  const fitted = fit(strokes, shape, box);
  const [down, across] = centreOfMass(inkStrokes(fitted, shape), shape);
  const shift = [0.5 - across / shape[1], 0.5 - down / shape[0]];
  return inkStrokes(fitted.map(stroke => stroke.map(([x, y]) => [x + shift[0], y + shift[1]])), shape);
}

/**
 * Scale strokes so that the longer side of what they span, with the pen, fills the box; their middle stays.
 * @param {Stroke[]} strokes
 * @param {Shape} shape
 * @param {number[]} box
 * @returns {Stroke[]}
 */
function fit(strokes, [height, width], box) {
  const points = strokes.flat();
  const [xs, ys] = [points.map(p => p[0]), points.map(p => p[1])];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const pen = 2 * radiusOf(height, width);
  const scale = Math.min(
    (box[0] * height - pen) / height / Math.max(bottom - top, LEAST),
    (box[1] * width - pen) / width / Math.max(right - left, LEAST),
  );
  const middle = [(left + right) / 2, (top + bottom) / 2];
  return strokes.map(stroke => stroke.map(([x, y]) => /** @type {[number, number]} */ (
    [0.5 + (x - middle[0]) * scale, 0.5 + (y - middle[1]) * scale])));
}

/**
 * Strokes as they lie, as pixels: full within the pen's radius, with one pixel of edge.
 * @param {Stroke[]} strokes
 * @param {Shape} shape
 * @returns {Float32Array} height × width
 */
export function inkStrokes(strokes, [height, width]) {
  const pixels = new Float32Array(height * width);
  const radius = radiusOf(height, width);
  for (const stroke of strokes) {
    for (let n = 0; n < stroke.length; n++) {
      const [x0, y0] = scaled(stroke[Math.max(0, n - 1)], height, width);
      const [x1, y1] = scaled(stroke[n], height, width);
      inkLine(pixels, [height, width], [x0, y0, x1, y1], radius);
    }
  }
  return pixels;
}

const radiusOf = (height, width) => Math.max(LEAST_PEN, PEN * Math.max(height, width));
const scaled = ([x, y], height, width) => [x * width, y * height];

function inkLine(pixels, [height, width], [x0, y0, x1, y1], radius) {
  const reach = radius + 1;
  const length = (x1 - x0) ** 2 + (y1 - y0) ** 2;
  const rows = [Math.max(0, Math.floor(Math.min(y0, y1) - reach)), Math.min(height, Math.ceil(Math.max(y0, y1) + reach))];
  const columns = [Math.max(0, Math.floor(Math.min(x0, x1) - reach)), Math.min(width, Math.ceil(Math.max(x0, x1) + reach))];
  for (let r = rows[0]; r < rows[1]; r++) {
    for (let c = columns[0]; c < columns[1]; c++) {
      const [x, y] = [c + 0.5, r + 0.5];
      const along = length ? Math.max(0, Math.min(1, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length)) : 0;
      const distance = Math.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0));
      const ink = Math.max(0, Math.min(1, radius + 0.5 - distance));
      if (ink > pixels[r * width + c]) pixels[r * width + c] = ink;
    }
  }
}

/**
 * @param {Float32Array} pixels
 * @param {Shape} shape
 */
function centreOfMass(pixels, [height, width]) {
  let sum = 0, down = 0, across = 0;
  for (let r = 0, at = 0; r < height; r++) {
    for (let c = 0; c < width; c++, at++) {
      sum += pixels[at]; down += pixels[at] * (r + 0.5); across += pixels[at] * (c + 0.5);
    }
  }
  return sum ? [down / sum, across / sum] : [height / 2, width / 2];
}
