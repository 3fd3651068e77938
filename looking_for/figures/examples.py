"""Test images at work: the picture that the network has for each of them, beside the one picture of the class."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from looking_for.core.arrays import Array, as_pixels
from looking_for.core.text import format_decimal
from looking_for.figures import palette
from looking_for.figures.canvas import LINE, MARGIN, SMALL, TEXT, WIDTH, Canvas, shorten
from looking_for.figures.planes import Planes
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults

LABEL, SPACE = 380, 30
MAX_HEIGHT = 230
N_SHOWN = 4
HEADINGS = (
    ("the image", ""),
    ("the network's picture", "for this image alone"),
    ("the multiplied picture", "of the network's answer"),
    ("the multiplied picture", "that wins instead"),
)
N_TILES = 2 * len(HEADINGS) - 1  # the image, and each picture with the image's ink on it


class ExampleRow(NamedTuple):
    """A test image with the pictures that are shown of it.

    Parameters
    ----------
    pixels : array, shape (n_inputs,)
    label, answer, winner : int
        Its class, what the network answers, and what the composed pictures answer.
    exact : array, shape (n_inputs,)
        The exact map of the network's answer.
    composed : sequence of arrays, shape (n_inputs,)
        The composed picture of the network's answer, and the one that wins where it is another.
    points : sequence of float
        What each of these pictures gives the image, the exact map first.
    """

    pixels: Array
    label: int
    answer: int
    winner: int
    exact: Array
    composed: Sequence[Array]
    points: Sequence[float]


def draw_examples(network: NetworkResults, run: RunResults) -> Canvas:
    """Draw a row per image, with one scale for exact maps and one for composed pictures."""
    composed = network.pictures.composed.output.weights
    planes = Planes.choose(run.images.shape, network.pictures.examples.maps, composed)
    shape, image = planes.shape, run.images.shape
    width = (WIDTH - 2 * MARGIN - LABEL) // N_TILES - SPACE
    scale, image_scale = (max(1, min(width // wide, MAX_HEIGHT // shape[0])) for wide in (shape[1], image[1]))
    lefts = [MARGIN + LABEL + n * (width + SPACE) for n in range(N_TILES)]
    examples = [read_row(network, run, place) for place in choose_rows(network)]
    halves = _scales(examples, network.pictures.never_inked)
    canvas = _begin(run.noun, [lefts[0], *lefts[1::2]])
    for example in examples:
        _write_answers(canvas, example, run.classes)
        canvas.image(example.pixels, image, canvas.top, lefts[0], image_scale)
        tiles = _levels(example, network.pictures.never_inked, halves)
        for left, levels in zip(lefts[1:], tiles, strict=False):
            canvas.picture(planes.tile(levels)[0], canvas.top, left, scale)
        canvas.top += max(shape[0] * scale, image[0] * image_scale) + 4
        for left, words in zip(lefts[1::2], _say_points(example, run.classes), strict=False):
            canvas.text(shorten(words, 2 * width + SPACE, SMALL), canvas.top, left, SMALL)
        canvas.top += LINE + SPACE
    return canvas


def _begin(noun: str, lefts: Sequence[int]) -> Canvas:
    """A canvas with the title and, above each kind of picture, what it is."""
    canvas = Canvas()
    canvas.title(f"Each image has its own picture; the multiplied picture of a {noun} can be wrong")
    canvas.paragraph(
        "Beside each picture: the image's ink on it. Compare colours and points within one kind of picture only."
    )
    canvas.top += 12
    for lines in zip(*HEADINGS, strict=True):
        for left, line in zip(lefts, lines, strict=True):
            canvas.text(line, canvas.top, left, SMALL)
        canvas.top += LINE
    canvas.top += 14
    return canvas


def choose_rows(network: NetworkResults) -> list[int]:
    """Choose the places of the examples shown: those that the pictures answer as the network does, then others."""
    kinds = network.pictures.examples.kinds
    order = [*np.flatnonzero(kinds == 0), *np.flatnonzero(kinds == 1), *np.flatnonzero(kinds == 2)]
    return [int(place) for place in order[:N_SHOWN]]


def read_row(network: NetworkResults, run: RunResults, place: int) -> ExampleRow:
    """Read one of a network's examples, with what its composed pictures say of it."""
    examples, picture = network.pictures.examples, network.pictures.composed.output
    image = examples.images[place]
    pixels = as_pixels(run.images.x_test[image][None])[0]
    scores, points = examples.logits[place], picture(pixels[None])[0]
    answer, winner = int(scores.argmax()), int(points.argmax())
    shown = list(dict.fromkeys((answer, winner)))
    return ExampleRow(
        pixels,
        int(run.images.y_test[image]),
        answer,
        winner,
        examples.maps[place][:, answer],
        [picture.weights[:, k] for k in shown],
        [float(scores[answer]), *(float(points[k]) for k in shown)],
    )


def _write_answers(canvas: Canvas, example: ExampleRow, classes: Sequence[str]) -> None:
    """Write who answers what, before a row."""
    answer, winner, label = (classes[k] for k in (example.answer, example.winner, example.label))
    lines = [
        (f"network: {answer}", palette.BLACK),
        ("correct" if answer == label else f"but it is {label}", palette.BLACK),
        (f"pictures: {winner}", palette.GREEN if winner == answer else palette.ORANGE),
    ]
    for n, (line, level) in enumerate(lines):
        size = TEXT if n == 0 else SMALL
        fitting = shorten(line, LABEL - SPACE, size)
        canvas.text(fitting, canvas.top + n * LINE + 12, MARGIN, size, bold=n == 0, level=level)


def _say_points(example: ExampleRow, classes: Sequence[str]) -> list[str]:
    """Say below each picture whose it is, and how many points it gives."""
    shown = example.answer, example.answer, example.winner
    return [
        f"{classes[k]} gets {format_decimal(points, 1)} points"
        for k, points in zip(shown, example.points, strict=False)
    ]


def _scales(examples: Sequence[ExampleRow], never_inked: Array) -> tuple[float, float]:
    """The weights that get full colour: of all exact maps shown, and of all composed pictures."""
    exact = [example.exact for example in examples]
    composed = [picture for example in examples for picture in example.composed]
    first, second = (palette.half_range(np.stack(some, axis=1), never_inked) for some in (exact, composed))
    return first, second


def _levels(example: ExampleRow, never_inked: Array, halves: tuple[float, float]) -> list[Array]:
    """Each picture of an example, and its product with the image."""
    levels = []
    for n, weights in enumerate([example.exact, *example.composed]):
        half = halves[min(n, 1)]
        product = palette.signed_levels((example.pixels * weights)[:, None], np.zeros_like(never_inked), half)[0]
        levels += [palette.signed_levels(weights[:, None], never_inked, half)[0], product]
    return levels
