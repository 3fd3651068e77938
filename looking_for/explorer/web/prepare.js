// A drawing as an image of the data set, by MNIST's own preparation: fitted into a box, its centre of mass in
// the middle. Knows no screen: a large grid of ink 0…1 in, rows of pixels 0…1 out.

/**
 * @param {Float32Array} ink size × size
 * @param {number} size
 * @param {Shape} shape of the images
 * @param {number[]} box the share of height and width that forms fill
 */
export function prepare(ink, size, [height, width], box) {
  const edges = bounds(ink, size);
  if (!edges) return new Float32Array(height * width);
  const [top, left, bottom, right] = edges;
  const scale = Math.max((bottom - top) / (height * box[0]), (right - left) / (width * box[1]));
  const mass = centre(ink, size);
  // The drawing's centre of mass lands on the middle of the middle pixels.
  const pixels = new Float32Array(height * width);
  for (let r = 0; r < height; r++) {
    for (let c = 0; c < width; c++) {
      const y = mass[0] + (r - height / 2) * scale;
      const x = mass[1] + (c - width / 2) * scale;
      pixels[r * width + c] = mean(ink, size, y, x, scale);
    }
  }
  const most = Math.max(...pixels);
  return most > 0 ? pixels.map(value => Math.min(1, value / Math.max(most, 0.5))) : pixels;
}

function bounds(ink, size) {
  let top = size, left = size, bottom = 0, right = 0;
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++, at++) {
      if (ink[at] > 0.1) {
        top = Math.min(top, y); bottom = Math.max(bottom, y + 1);
        left = Math.min(left, x); right = Math.max(right, x + 1);
      }
    }
  }
  return bottom ? [top, left, bottom, right] : null;
}

function centre(ink, size) {
  let sum = 0, down = 0, across = 0;
  for (let y = 0, at = 0; y < size; y++) {
    for (let x = 0; x < size; x++, at++) {
      sum += ink[at]; down += ink[at] * (y + 0.5); across += ink[at] * (x + 0.5);
    }
  }
  return [down / sum, across / sum];
}

/** The mean ink of a square of side `step` from (y, x) on, each grid cell by the part of it inside. */
function mean(ink, size, y, x, step) {
  let sum = 0;
  for (let row = Math.max(0, Math.floor(y)); row < Math.min(size, y + step); row++) {
    const high = Math.min(row + 1, y + step) - Math.max(row, y);
    for (let column = Math.max(0, Math.floor(x)); column < Math.min(size, x + step); column++) {
      sum += ink[row * size + column] * high * (Math.min(column + 1, x + step) - Math.max(column, x));
    }
  }
  return sum / (step * step);
}
