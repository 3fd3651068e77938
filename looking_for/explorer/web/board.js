// A board to draw on with mouse, touch or pen, with undo, and by keyboard: a cursor that inks while Space is on.
// Strokes are points in a square from 0 to 1; a test image may lie under them.

const PEN = 1.2 / 28; // the pen's radius, of the board
const STEP = 1 / 28; // of the keyboard's cursor
const DOTS = 560; // of the canvas, each way

/** @typedef {[number, number][]} Stroke */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {(isOver: boolean) => void} changed called when the drawing changed; whether a stroke has ended
 */
export function makeBoard(canvas, changed) {
  const context = canvas.getContext("2d");
  canvas.width = canvas.height = DOTS;
  /** @type {{ strokes: Stroke[], under: HTMLCanvasElement | null }} */
  let drawing = { strokes: [], under: null };
  /** @type {(typeof drawing)[]} what Undo goes back to */
  const before = [];
  /** @type {Stroke | null} */
  let current = null;
  let pointer = null;
  let box = null;
  let isErasing = false;
  const cursor = { x: 0.5, y: 0.5, inks: false, shown: false };

  function paint() {
    context.fillStyle = "#fff";
    context.fillRect(0, 0, DOTS, DOTS);
    context.imageSmoothingEnabled = false;
    if (drawing.under) context.drawImage(drawing.under, 0, 0, DOTS, DOTS);
    context.lineWidth = 2 * PEN * DOTS;
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = "#000";
    for (const stroke of drawing.strokes) traceStroke(context, stroke);
    if (!cursor.shown) return;
    context.strokeStyle = cursor.inks ? "#b4480a" : "#0b5fa5";
    context.lineWidth = 4;
    context.strokeRect((cursor.x - PEN) * DOTS, (cursor.y - PEN) * DOTS, 2 * PEN * DOTS, 2 * PEN * DOTS);
  }

  function remember() { before.push({ strokes: drawing.strokes.map(stroke => [...stroke]), under: drawing.under }); }

  function begin(point) {
    remember();
    if (isErasing) { erase(point); return; }
    current = [point];
    drawing.strokes.push(current);
    paint();
    changed(false);
  }

  function erase([x, y]) {
    drawing.strokes = drawing.strokes.filter(stroke => stroke.every(([a, b]) => Math.hypot(a - x, b - y) > 2 * PEN));
    paint();
    changed(false);
  }

  const at = event => /** @type {[number, number]} */ (
    [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]);

  canvas.addEventListener("pointerdown", event => {
    if (event.button !== 0 || !event.isPrimary) return;
    box = canvas.getBoundingClientRect(); // read once a stroke
    pointer = event.pointerId;
    canvas.setPointerCapture(event.pointerId);
    cursor.shown = cursor.inks = false;
    begin(at(event));
    event.preventDefault();
    canvas.focus({ preventScroll: true });
  });
  canvas.addEventListener("pointermove", event => {
    if (event.pointerId !== pointer) return;
    const points = (event.getCoalescedEvents?.() ?? []).map(at);
    const moved = points.length ? points : [at(event)];
    if (isErasing) { moved.forEach(erase); return; }
    if (!current) return;
    current.push(...moved);
    paint();
    changed(false);
  });
  /** @param {PointerEvent} event */
  const lift = event => { if (event.pointerId === pointer) { current = pointer = null; changed(true); } };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", event => {
    if (event.key === " ") {
      event.preventDefault();
      event.stopPropagation();
      if (event.repeat) return;
      cursor.inks = !cursor.inks;
      cursor.shown = true;
      if (cursor.inks) { isErasing = false; begin([cursor.x, cursor.y]); } else { current = null; paint(); changed(true); }
    } else if (STEPS[event.key]) {
      event.preventDefault();
      event.stopPropagation();
      const [right, down] = STEPS[event.key];
      cursor.shown = true;
      cursor.x = Math.max(PEN, Math.min(1 - PEN, cursor.x + right * STEP));
      cursor.y = Math.max(PEN, Math.min(1 - PEN, cursor.y + down * STEP));
      if (cursor.inks && current) { current.push([cursor.x, cursor.y]); changed(false); }
      paint();
    }
  });
  canvas.addEventListener("blur", () => { cursor.shown = cursor.inks = false; current = null; paint(); });

  paint();
  return {
    get strokes() { return drawing.strokes; },
    get isErasing() { return isErasing; },
    /** @param {boolean} erases */
    setErasing(erases) { isErasing = erases; },
    undo() { const last = before.pop(); if (!last) return null; drawing = last; current = null; paint(); changed(true); return last; },
    /**
     * Show a drawing or an image in the place of what is there; Undo brings that back.
     * @param {Stroke[]} strokes
     * @param {HTMLCanvasElement | null} under
     */
    show(strokes, under) { remember(); drawing = { strokes: strokes.map(stroke => [...stroke]), under }; current = null; paint(); },
    get under() { return drawing.under; },
  };
}

/** @param {CanvasRenderingContext2D} context */
function traceStroke(context, stroke) {
  const at = ([x, y]) => /** @type {[number, number]} */ ([x * DOTS, y * DOTS]);
  context.beginPath();
  context.moveTo(...at(stroke[0]));
  for (let n = 1; n + 1 < stroke.length; n++) { // smooth, through the middles between points
    const [[x, y], [u, v]] = [at(stroke[n]), at(stroke[n + 1])];
    context.quadraticCurveTo(x, y, (x + u) / 2, (y + v) / 2);
  }
  const [x, y] = at(stroke.at(-1));
  context.lineTo(x + (stroke.length === 1 ? 0.1 : 0), y);
  context.stroke();
}
