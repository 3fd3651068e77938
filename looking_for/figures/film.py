"""The composed pictures forming and dissolving along the training, as an animated PNG."""

from pathlib import Path

from PIL import Image

from looking_for.core.arrays import Array
from looking_for.core.files import whole
from looking_for.figures import palette
from looking_for.figures.canvas import GAP, MARGIN, SMALL, Canvas, label_height
from looking_for.results.run import Facts
from looking_for.results.text import count, decimal, percent
from looking_for.surrogates.truth import Moment

WIDTH, ACROSS, MOST = 1040, 5, 20  # pixels; classes side by side; classes shown
MOST_SCALE = 6
FRAME, LAST = 700, 2_500  # milliseconds


def save(network: Facts, shape: tuple[int, int], classes: list[str], path: Path) -> None:
    """A frame a snapshot, each on a scale of its own, since the weights grow; the last stays longer."""
    names = classes[:MOST]
    moments = zip(network.truth, network.pictures.along, strict=True)
    frames = [
        _image(frame(network, moment, pictures[:, : len(names)], shape, names))
        for moment, pictures in moments
    ]
    times = [FRAME] * (len(frames) - 1) + [LAST]
    with whole(path) as temporary:
        frames[0].save(
            temporary, format="PNG", save_all=True, append_images=frames[1:], duration=times, loop=0
        )


def frame(
    network: Facts, moment: Moment, weights: Array, shape: tuple[int, int], names: list[str]
) -> Canvas:
    """One moment: what was measured of it, and the pictures (inputs × classes) in rows."""
    never = network.pictures.never_inked
    levels = palette.signed(weights, never, palette.half_range(weights, never))
    step = (WIDTH - 2 * MARGIN) // ACROSS
    scale = max(1, min(MOST_SCALE * 28 // max(shape), (step - 4 * GAP) // shape[1]))
    canvas = Canvas(WIDTH)
    canvas.text(f"{network.name} after {count(moment.updates, 'update')}", canvas.top, MARGIN, bold=True)
    canvas.top += 44
    said = (
        f"right on {percent(moment.accuracy)}; its composed pictures agree on {percent(moment.agreement)}, "
    )
    canvas.text(f"{said}explain {decimal(moment.explained)}", canvas.top, MARGIN, SMALL - 3)
    canvas.top += 48
    for start in range(0, len(names), ACROSS):
        row = range(start, min(start + ACROSS, len(names)))
        height = max(label_height(names[k], step - 4 * GAP) for k in row)
        for place, k in enumerate(row):
            left = MARGIN + place * step
            canvas.label(names[k], canvas.top, left, step - 4 * GAP, height)
            middle = left + (step - 4 * GAP - shape[1] * scale) // 2
            canvas.picture(levels[k].reshape(shape), canvas.top + height + GAP, middle, scale)
        canvas.top += height + shape[0] * scale + 5 * GAP
    return canvas


def _image(canvas: Canvas) -> Image.Image:
    image = Image.fromarray(canvas.levels).convert("L")
    image.putpalette(palette.palette().tobytes())
    return image
