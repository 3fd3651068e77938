"""The composed pictures forming and dissolving along the training, as an animated PNG."""

from pathlib import Path

from PIL import Image

from looking_for.core.arrays import Array
from looking_for.core.files import atomic_write
from looking_for.core.imageset import Shape
from looking_for.core.text import format_count, format_decimal, format_percent
from looking_for.figures import palette
from looking_for.figures.canvas import GAP, MARGIN, SMALL, Canvas, label_height
from looking_for.figures.planes import Planes
from looking_for.results.run import NetworkResults
from looking_for.surrogates.course import SnapshotMeasures

WIDTH, ACROSS, MAX_CLASSES_SHOWN = 1040, 5, 20  # pixels; classes side by side; classes shown
MAX_SCALE = 6
FRAME, LAST = 700, 2_500  # milliseconds


def save_film(network: NetworkResults, shape: Shape, classes: list[str], path: Path) -> None:
    """Save a frame per snapshot, each on a scale of its own, since the weights grow; the last stays longer."""
    names = classes[:MAX_CLASSES_SHOWN]
    planes = Planes.choose(shape, network.pictures.output_pictures)
    snapshots = zip(network.truth, network.pictures.output_pictures, strict=True)
    frames = [
        _image(draw_frame(network, snapshot, pictures[:, : len(names)], planes, names))
        for snapshot, pictures in snapshots
    ]
    times = [FRAME] * (len(frames) - 1) + [LAST]
    with atomic_write(path) as temporary:
        frames[0].save(temporary, format="PNG", save_all=True, append_images=frames[1:], duration=times, loop=0)


def draw_frame(
    network: NetworkResults, snapshot: SnapshotMeasures, weights: Array, planes: Planes, names: list[str]
) -> Canvas:
    """Draw one snapshot: what was measured of it, and the pictures (n_inputs, n_classes) in rows."""
    never, shape = network.pictures.never_inked, planes.shape
    levels = palette.signed_levels(weights, never, palette.half_range(weights, never))
    step = (WIDTH - 2 * MARGIN) // ACROSS
    scale = max(1, min(MAX_SCALE * 28 // max(shape), (step - 4 * GAP) // shape[1]))
    canvas = Canvas(WIDTH)
    canvas.text(f"{network.name} after {format_count(snapshot.updates, 'update')}", canvas.top, MARGIN, bold=True)
    canvas.top += 44
    shares = format_percent(snapshot.accuracy), format_percent(snapshot.agreement)
    measured = f"right on {shares[0]}; its composed pictures agree on {shares[1]}, "
    canvas.text(f"{measured}explain {format_decimal(snapshot.explained)}", canvas.top, MARGIN, SMALL - 3)
    canvas.top += 48
    for start in range(0, len(names), ACROSS):
        row = range(start, min(start + ACROSS, len(names)))
        height = max(label_height(names[k], step - 4 * GAP) for k in row)
        for place, k in enumerate(row):
            left = MARGIN + place * step
            canvas.label(names[k], canvas.top, left, step - 4 * GAP, height)
            middle = left + (step - 4 * GAP - shape[1] * scale) // 2
            canvas.picture(planes.tile(levels[k])[0], canvas.top + height + GAP, middle, scale)
        canvas.top += height + shape[0] * scale + 5 * GAP
    return canvas


def _image(canvas: Canvas) -> Image.Image:
    image = Image.fromarray(canvas.levels).convert("L")
    image.putpalette(palette.build_palette().tobytes())
    return image
