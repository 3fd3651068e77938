"""Test images at work: the picture that the network has for each of them, beside the one picture of the class."""

import numpy as np

from looking_for.core.arrays import Array, as_pixels
from looking_for.core.text import format_decimal
from looking_for.figures import palette
from looking_for.figures.canvas import LINE, MARGIN, SMALL, TEXT, WIDTH, Canvas, shorten
from looking_for.figures.planes import Planes
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults

LABEL, SPACE = 420, 30
MAX_HEIGHT = 230
N_SHOWN = 4
HEADINGS = (
    ("the image", ""),
    ("the network's picture", "for this image alone"),
    ("its ink", "on that picture"),
    ("the multiplied picture", "of this answer"),
    ("its ink", "on that picture"),
)


def draw_examples(network: NetworkResults, run: RunResults) -> Canvas:
    """Draw a row per image, its pictures of the network's answer: one scale for exact maps, one for composed ones."""
    examples = network.pictures.examples
    planes = Planes.choose(run.images.shape, examples.maps, network.pictures.composed.output.weights)
    shape, image = planes.shape, run.images.shape
    width = (WIDTH - 2 * MARGIN - LABEL) // len(HEADINGS) - SPACE
    scale, image_scale = (max(1, min(width // wide, MAX_HEIGHT // shape[0])) for wide in (shape[1], image[1]))
    canvas = Canvas()
    canvas.title(f"Each image has its own picture; the multiplied picture of a {run.noun} can be wrong")
    canvas.paragraph("The two kinds of picture have a colour scale and a scale of points each.")
    canvas.top += 12
    lefts = [MARGIN + LABEL + n * (width + SPACE) for n in range(len(HEADINGS))]
    for lines in zip(*HEADINGS, strict=True):
        for left, line in zip(lefts, lines, strict=True):
            canvas.text(line, canvas.top, left, SMALL)
        canvas.top += LINE
    canvas.top += 14
    halves = _scales(network)
    for place in choose_rows(network):
        for n, (line, level) in enumerate(_words(network, run, place)):
            fitting = shorten(line, LABEL - SPACE, SMALL)
            canvas.text(
                fitting, canvas.top + n * LINE + 12, MARGIN, TEXT if n == 0 else SMALL, bold=n == 0, level=level
            )
        pixels = as_pixels(run.images.x_test[examples.images[place]][None])[0]
        canvas.image(pixels, image, canvas.top, lefts[0], image_scale)
        for left, levels in zip(lefts[1:], _levels(network, place, pixels, halves), strict=True):
            canvas.picture(planes.tile(levels)[0], canvas.top, left, scale)
        canvas.top += max(shape[0] * image_scale, 5 * LINE) + SPACE
    return canvas


def choose_rows(network: NetworkResults) -> list[int]:
    """Choose the places of the examples shown: those that the pictures answer as the network does, then others."""
    kinds = network.pictures.examples.kinds
    order = [*np.flatnonzero(kinds == 0), *np.flatnonzero(kinds == 1), *np.flatnonzero(kinds == 2)]
    return [int(place) for place in order[:N_SHOWN]]


def describe_answers(network: NetworkResults, run: RunResults, place: int) -> dict[str, str]:
    """Say what the label, the network and the composed pictures say of it."""
    image = int(network.pictures.examples.images[place])
    x = as_pixels(run.images.x_test[image : image + 1])
    answers = {
        "label": int(run.images.y_test[image]),
        "network": int(network.pictures.examples.logits[place].argmax()),
        "composed": int(network.pictures.composed.layers[-1](x).argmax()),
    }
    return {who: run.classes[k] for who, k in answers.items()}


def _words(network: NetworkResults, run: RunResults, place: int) -> list[tuple[str, int]]:
    """Who answers what, with the scores of the network's answer."""
    answers, examples = describe_answers(network, run, place), network.pictures.examples
    k = int(examples.logits[place].argmax())
    x = as_pixels(run.images.x_test[examples.images[place]][None])
    points = float(network.pictures.composed.output(x)[0, k]), float(examples.logits[place, k])
    agrees = answers["composed"] == answers["network"]
    rightly = "correctly" if answers["network"] == answers["label"] else f"but it is {answers['label']}"
    scores = network.pictures.composed.output(x)[0]
    ours, theirs = format_decimal(points[0], 1), format_decimal(float(scores.max()), 1)
    return [
        (f"network: {answers['network']}, {rightly}", palette.BLACK),
        (f"{format_decimal(points[1], 1)} points", palette.BLACK),
        (f"pictures: {answers['composed']}, {theirs} points", palette.GREEN if agrees else palette.ORANGE),
        *([] if agrees else [(f"{answers['network']} gets {ours} from them", palette.BLACK)]),
    ]


def _answer_maps(network: NetworkResults, place: int) -> tuple[Array, Array]:
    """An example's exact map and the composed picture, both of the network's answer."""
    k = int(network.pictures.examples.logits[place].argmax())
    return network.pictures.examples.maps[place][:, k], network.pictures.composed.output.weights[:, k]


def _scales(network: NetworkResults) -> tuple[float, float]:
    """The weights that get full colour: of all exact maps shown, and of all composed pictures."""
    pairs = [_answer_maps(network, place) for place in choose_rows(network)]
    never = network.pictures.never_inked
    exact, composed = (palette.half_range(np.stack(some, axis=1), never) for some in zip(*pairs, strict=True))
    return exact, composed


def _levels(network: NetworkResults, place: int, pixels: Array, halves: tuple[float, float]) -> list[Array]:
    """The exact map of the answer, its product with the image, the composed picture, and its product."""
    never = network.pictures.never_inked
    levels = []
    for weights, half in zip(_answer_maps(network, place), halves, strict=True):
        product = palette.signed_levels((pixels * weights)[:, None], np.zeros_like(never), half)[0]
        levels += [palette.signed_levels(weights[:, None], never, half)[0], product]
    return levels
