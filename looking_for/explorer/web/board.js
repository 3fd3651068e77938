// A board to draw on with mouse, touch or pen, with undo, and by keyboard: a cursor that inks while Space is on.

export const SIZE = 280;
const BRUSH = 11; // its radius, of SIZE

/**
 * @param {HTMLCanvasElement} canvas
 * @param {(ink: Float32Array | null) => void} changed called with the ink, 0…1, SIZE × SIZE; null of an empty board
 */
export function makeBoard(canvas, changed) {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  canvas.width = canvas.height = SIZE;
  /** @type {[number, number][][]} */
  let strokes = [];
  let current = null;
  let pointer = null;
  const cursor = { x: SIZE / 2, y: SIZE / 2, inks: false, shown: false };

  function paint() {
    context.fillStyle = "#fff";
    context.fillRect(0, 0, SIZE, SIZE);
    context.lineWidth = 2 * BRUSH;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = "#000";
    for (const stroke of strokes) {
      context.beginPath();
      context.moveTo(...stroke[0]);
      for (const point of stroke) context.lineTo(...point);
      if (stroke.length === 1) context.lineTo(stroke[0][0] + 0.1, stroke[0][1]); // a dot
      context.stroke();
    }
  }

  function ink() {
    const { data } = context.getImageData(0, 0, SIZE, SIZE);
    const pixels = new Float32Array(SIZE * SIZE);
    for (let n = 0; n < pixels.length; n++) pixels[n] = 1 - data[4 * n] / 255;
    return pixels;
  }

  function update() {
    repaint();
    changed(strokes.length ? ink() : null);
  }

  function repaint() {
    paint();
    if (cursor.shown) {
      context.strokeStyle = cursor.inks ? "#d55e00" : "#0072b2";
      context.lineWidth = 2;
      context.strokeRect(cursor.x - BRUSH, cursor.y - BRUSH, 2 * BRUSH, 2 * BRUSH);
    }
  }

  function at(event) {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) * SIZE / box.width, (event.clientY - box.top) * SIZE / box.height];
  }

  function begin(point) { current = [point]; strokes.push(current); update(); }

  canvas.addEventListener("pointerdown", event => {
    if (event.button !== 0 || !event.isPrimary) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(event.pointerId);
    cursor.shown = false;
    begin(at(event));
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", event => {
    if (current && event.pointerId === pointer && !cursor.inks) { current.push(at(event)); update(); }
  });
  /** @param {PointerEvent} event */
  const lift = event => { if (event.pointerId === pointer) current = pointer = null; };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", event => {
    if (event.key === " ") {
      event.preventDefault();
      if (event.repeat) return;
      cursor.inks = !cursor.inks;
      cursor.shown = true;
      current = null;
      if (cursor.inks) begin([cursor.x, cursor.y]); else repaint();
    } else if (STEPS[event.key]) {
      const [right, down] = STEPS[event.key];
      cursor.shown = true;
      cursor.x = Math.max(BRUSH, Math.min(SIZE - BRUSH, cursor.x + right * BRUSH));
      cursor.y = Math.max(BRUSH, Math.min(SIZE - BRUSH, cursor.y + down * BRUSH));
      if (cursor.inks && current) { current.push([cursor.x, cursor.y]); update(); } else repaint();
    } else return;
    event.preventDefault();
  });
  canvas.addEventListener("blur", () => { cursor.shown = cursor.inks = false; current = null; repaint(); });

  paint();
  return {
    undo() { if (strokes.pop()) { current = null; update(); } },
    clear() { strokes = []; current = null; update(); },
    forget() { strokes = []; current = null; paint(); },
  };
}
