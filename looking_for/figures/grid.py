"""Bands of pictures, one per class: the frame of every figure that shows classes side by side."""

from collections.abc import Sequence
from typing import NamedTuple

from looking_for.core.arrays import Array
from looking_for.core.text import format_percent
from looking_for.figures import palette
from looking_for.figures.canvas import (
    GAP,
    LINE,
    MARGIN,
    SMALL,
    WIDTH,
    Canvas,
    enlarge_scale,
    fit_scale,
    label_height,
    text_width,
)
from looking_for.figures.planes import Planes

ACROSS = 13  # classes side by side, at most: more are wrapped
MAX_CLASSES = 39  # shown, at most, so that a page can be read
SPACE = 18  # below a row
BAR = 16  # the height of a bar
FULL_SHARE = 0.6  # of the images, from which on a bar has its full length


Box = tuple[int, int, int, int]


class Band(NamedTuple):
    """A row of pictures: what stands above it, its levels, and under each picture two shares of images as bars, one in
    colour and one grey; `half` is the weight of full colour, which a bar of colours then says; `boxes` are drawn over
    each picture: first row and column, height and width, in pixels of the image."""

    heading: str
    levels: Array
    shares: Sequence[tuple[float, float]] | None = None
    half: float | None = None
    boxes: Sequence[Sequence[Box]] | None = None


def draw_bands(
    title: str,
    bands: Sequence[Band],
    planes: Planes,
    classes: Sequence[str],
    *,
    most_scale: int = 12,
    most: int = MAX_CLASSES,
) -> Canvas:
    """Draw, for each band, a heading and a picture of each class, with bars under each where there are shares.

    Many classes are wrapped, the names above each row.
    most_scale: of images of 28 pixels; smaller ones are drawn as large.
    """
    canvas, shape = Canvas(), planes.shape
    canvas.title(f"{title}{first_classes_note(len(classes), most)}")
    if planes.words:
        canvas.paragraph(planes.words)
    rows = split_rows(min(len(classes), most))
    step = (WIDTH - 2 * MARGIN) // len(rows[0])
    scale = min(enlarge_scale(most_scale, shape), fit_scale(shape, WIDTH - 2 * MARGIN, len(rows[0]), 3 * GAP))
    if len(rows) == 1:
        _names(canvas, classes, rows[0], step)
    for band in bands:
        _draw_band(canvas, band, planes, classes, rows, (step, scale))
    return canvas


def _draw_band(
    canvas: Canvas, band: Band, planes: Planes, classes: Sequence[str], rows: Sequence[range], sizes: tuple[int, int]
) -> None:
    """A heading, and a picture of each class; `sizes` are from one picture to the next, and of a pixel."""
    step, scale = sizes
    if band.half is not None:
        canvas.scale_bar(band.half, canvas.top, WIDTH - MARGIN)
    canvas.paragraph(band.heading)
    canvas.top += 8
    for row in rows:
        if len(rows) > 1:
            _names(canvas, classes, row, step)
        boxes = [band.boxes[k] for k in row] if band.boxes else [[] for _ in row]
        _pictures(canvas, planes.tile(band.levels[row]), boxes, step, scale)
        if band.shares:
            _bars(canvas, [band.shares[k] for k in row], step)


def split_rows(classes: int) -> list[range]:
    """Split the classes shown into rows as even as can be."""
    shown = min(classes, MAX_CLASSES)
    across = -(-shown // -(-shown // ACROSS))
    return [range(start, min(start + across, shown)) for start in range(0, shown, across)]


def first_classes_note(classes: int, most: int = MAX_CLASSES) -> str:
    """Give words for a title where a page does not have every class."""
    return f"; the first {most} of {classes:,} classes" if classes > most else ""


def _names(canvas: Canvas, classes: Sequence[str], row: range, step: int) -> None:
    width = step - 6 * GAP
    height = max(label_height(classes[k], width) for k in row)
    for place, k in enumerate(row):
        canvas.label(classes[k], canvas.top, MARGIN + place * step + 3 * GAP, width, height)
    canvas.top += height + 6


def _pictures(canvas: Canvas, pictures: Array, boxes: Sequence[Sequence[Box]], step: int, scale: int) -> None:
    """A row of pictures (n_pictures, height, width), with boxes over each."""
    for place, (picture, over) in enumerate(zip(pictures, boxes, strict=True)):
        left = MARGIN + place * step + step // 2 - pictures.shape[2] * scale // 2
        canvas.picture(picture, canvas.top, left, scale)
        for row, column, height, width in over:
            canvas.frame(canvas.top + row * scale, left + column * scale, height * scale, width * scale)
    canvas.top += pictures.shape[1] * scale + 6 + SPACE


def _bars(canvas: Canvas, shares: Sequence[tuple[float, float]], step: int) -> None:
    """Two bars for each picture of the row above, each with its share in percent, on one scale in every figure."""
    canvas.top -= SPACE - 4
    longest = step - 6 * GAP - text_width("100 %", SMALL)
    for n, colour in enumerate((palette.ORANGE, palette.QUIET)):
        for place, pair in enumerate(shares):
            left = MARGIN + place * step + 2 * GAP
            length = max(2, round(longest * min(1.0, pair[n] / FULL_SHARE)))
            canvas.box(canvas.top + 8, left, BAR, length, colour)
            canvas.text(format_percent(pair[n], 0), canvas.top, left + length + 8, SMALL)
        canvas.top += LINE
    canvas.top += SPACE
