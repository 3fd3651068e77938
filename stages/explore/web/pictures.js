// Small pictures on canvases: ink as black on white, weights on the report's signed colours.

let palette = new Uint8Array(3);

/** The signed colours from −1 to 1, three bytes each, and after them the colour of pixels never inked. */
export function setPalette(colours) { palette = colours; }

function paint(canvas, [height, width], colour) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  for (let n = 0; n < width * height; n++) image.data.set([...colour(n), 255], 4 * n);
  context.putImageData(image, 0, 0);
}

/** Pixels 0…1, ink black. */
export function drawInk(canvas, shape, pixels) {
  paint(canvas, shape, n => Array(3).fill(255 - Math.round(255 * pixels[n])));
}

/** Weights from −half to half: red for, blue against, white zero; `never` marks pixels that no image inks. */
export function drawSigned(canvas, shape, weights, half, never) {
  const levels = palette.length / 3 - 1;
  paint(canvas, shape, n => {
    const scaled = Math.max(-1, Math.min(1, weights[n] / half));
    const level = never && never[n] ? levels : Math.round((scaled + 1) / 2 * (levels - 1));
    return palette.subarray(3 * level, 3 * level + 3);
  });
}

/** The weight that gets full colour: 99.5 % of the inked pixels' lie within. */
export function halfRange(weights, never) {
  const sizes = Array.from(weights).filter((_, n) => !never || !never[n]).map(Math.abs).sort((a, b) => a - b);
  return sizes[Math.floor(0.995 * (sizes.length - 1))] || 1;
}
