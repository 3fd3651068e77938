"""The composed pictures along the training, as an animated PNG."""

from pathlib import Path

from looking_for.core.arrays import Array
from looking_for.core.files import atomic_write
from looking_for.core.imageset import Shape
from looking_for.core.text import count_per_hundred
from looking_for.figures import palette
from looking_for.figures.canvas import GAP, MARGIN, SMALL, Canvas, label_height
from looking_for.figures.planes import Planes
from looking_for.results.network import NetworkResults
from looking_for.surrogates.course import SnapshotMeasures

WIDTH, ACROSS, MAX_CLASSES_SHOWN = 1040, 5, 20  # pixels; classes side by side; classes shown
MAX_SCALE = 6
FRAME, LAST = 1_000, 3_000  # milliseconds
BAR = 22  # pixels high: how far the training is, and how often the pictures answer as the network does


def save_film(network: NetworkResults, shape: Shape, classes: list[str], path: Path) -> None:
    """Save a frame per snapshot, each on a scale of its own, which it shows, since the weights grow.

    It begins with the last, which stays longer, since a still preview shows the first frame.
    """
    names = classes[:MAX_CLASSES_SHOWN]
    planes = Planes.choose(shape, network.pictures.output_pictures)
    snapshots = zip(network.truth, network.pictures.output_pictures, strict=True)
    frames = [
        draw_frame(network, snapshot, pictures[:, : len(names)], planes, names).as_image()
        for snapshot, pictures in snapshots
    ]
    frames, times = [frames[-1], *frames[:-1]], [LAST] + [FRAME] * (len(frames) - 1)
    with atomic_write(path) as temporary:
        frames[0].save(temporary, format="PNG", save_all=True, append_images=frames[1:], duration=times, loop=1)


def draw_frame(
    network: NetworkResults, snapshot: SnapshotMeasures, weights: Array, planes: Planes, names: list[str]
) -> Canvas:
    """Draw one snapshot: what was measured of it, and the pictures (n_inputs, n_classes) in rows."""
    never, shape = network.pictures.never_inked, planes.shape
    half = palette.half_range(weights, never)
    levels = palette.signed_levels(weights, never, half)
    step = (WIDTH - 2 * MARGIN) // ACROSS
    scale = max(1, min(MAX_SCALE * 28 // max(shape), (step - 4 * GAP) // shape[1]))
    canvas = Canvas(WIDTH)
    canvas.text(f"{network.training_words}: step {snapshot.updates:,}", canvas.top, MARGIN, bold=True)
    canvas.top += 50
    last = max(1, network.truth[-1].updates)
    _bar(canvas, "training", snapshot.updates / last, palette.QUIET)
    _bar(canvas, f"same answer: {count_per_hundred(snapshot.agreement)} of 100", snapshot.agreement, palette.ORANGE)
    _bar(canvas, f"network right: {count_per_hundred(snapshot.accuracy)} of 100", snapshot.accuracy, palette.QUIET)
    canvas.top += 14
    for start in range(0, len(names), ACROSS):
        row = range(start, min(start + ACROSS, len(names)))
        height = max(label_height(names[k], step - 4 * GAP) for k in row)
        for place, k in enumerate(row):
            left = MARGIN + place * step
            canvas.label(names[k], canvas.top, left, step - 4 * GAP, height)
            middle = left + (step - 4 * GAP - shape[1] * scale) // 2
            canvas.picture(planes.tile(levels[k])[0], canvas.top + height + GAP, middle, scale)
        canvas.top += height + shape[0] * scale + 5 * GAP
    canvas.scale_bar(half, canvas.top, WIDTH - MARGIN)
    return canvas


def _bar(canvas: Canvas, words: str, share: float, level: int) -> None:
    """A bar that fills, with words before it."""
    left = MARGIN + 400
    width = WIDTH - MARGIN - left
    canvas.text(words, canvas.top, MARGIN, SMALL)
    canvas.box(canvas.top + 8, left, BAR, width, palette.FAINT)
    if filled := round(width * share):
        canvas.box(canvas.top + 8, left, BAR, filled, level)
    canvas.top += 40
