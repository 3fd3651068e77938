"""Bands of pictures, one a class: the frame of every figure that shows classes side by side."""

from stages.arrays import Array
from stages.drawing.canvas import MARGIN, SMALL, WIDTH, Canvas, fitting_scale

GAP = 4
LINE = 40

Band = tuple[str, Array, list[str] | None]


def banded(
    title: str, bands: list[Band], shape: tuple[int, int], classes: list[str], most_scale: int = 40
) -> Canvas:
    """Rows of one picture a class: a heading, the pictures, and a word under each where there is one."""
    step = (WIDTH - 2 * MARGIN) // len(classes)
    scale = min(most_scale, fitting_scale(shape, WIDTH - 2 * MARGIN, len(classes), 3 * GAP))
    height, width = shape[0] * scale, shape[1] * scale
    foot = [LINE + 8 if words else 0 for _, _, words in bands]
    canvas = Canvas(MARGIN + 70 + 46 + sum(LINE + 8 + height + 24 + f for f in foot))
    canvas.title(title)
    top = MARGIN + 66
    for k, name in enumerate(classes):
        canvas.text(name, top, MARGIN + k * step + width // 2, align="middle", bold=True)
    top += 46
    for (heading, levels, words), below in zip(bands, foot, strict=True):
        canvas.text(heading, top, MARGIN, SMALL)
        top += LINE + 8
        for k, picture in enumerate(levels):
            left = MARGIN + k * step if len(levels) > 1 else (WIDTH - width) // 2
            canvas.picture(picture.reshape(shape), top, left, scale)
            if words:
                canvas.text(
                    words[k], top + height + 6, MARGIN + k * step + width // 2, SMALL, align="middle"
                )
        top += height + 24 + below
    return canvas
