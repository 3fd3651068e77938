"""Contact sheets: all units of a layer on one page, in the signed view and the article's."""

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.imageset import Shape
from looking_for.core.text import count_per_hundred, format_count, format_decimal
from looking_for.figures import palette
from looking_for.figures.canvas import LINE, MARGIN, WIDTH, Canvas, mosaic
from looking_for.figures.grid import Band, draw_bands
from looking_for.figures.planes import Planes
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults

MAX_SCALE = 4
MAX_HEIGHT = 2_120

SIGNED_WORDS = "Signed view. Sand: never inked."
ARTICLE_WORDS = "The article's view: least weight black, greatest white, zero lost."


def draw_layer(network: NetworkResults, number: int, shape: Shape) -> Canvas:
    """Draw all units of a hidden layer, most influential first, each at the same place in both views."""
    weights, units = (network.pictures.composed.layers[number - 1].weights, network.pictures.units[number - 1])
    order = np.argsort(-units.influence, kind="stable")
    width = format_count(weights.shape[1], "unit")
    title = f"Layer {number}: {width}, the most influential first ({network.training_words})"
    truth = describe_truth(units.explained, number, network.activation_words)
    return draw_sheet(weights[:, order], network.pictures.never_inked, shape, title, truth)


def describe_truth(explained: Array, number: int, left_out: str) -> str:
    """Say how far the pictures of a layer may be believed, from what each explains of its unit (n_units,)."""
    if number == 1:
        return "These are the units' own weights: with a bias, all that drives them."
    mean, low, high = (float(v) for v in (explained.mean(), *np.quantile(explained, [0.1, 0.9])))
    return (
        f"Composed, with the {left_out} before left out: the pictures explain {format_decimal(mean)} of what "
        f"drives these units (R², eight units in ten from {format_decimal(low)} to {format_decimal(high)})."
    )


def draw_sheet(weights: Array, never_inked: Array, shape: Shape, title: str, subtitle: str) -> Canvas:
    """Draw pictures of units (n_inputs, n_units) side by side in the two views, in the order given."""
    half, planes = palette.half_range(weights, never_inked), Planes.choose(shape, weights)
    panel = (WIDTH - 3 * MARGIN) // 2
    columns, scale = arrange_units(weights.shape[1], planes, panel)
    panels = [palette.signed_levels(weights, never_inked, half), palette.article_levels(weights, never_inked)]
    words = [SIGNED_WORDS, ARTICLE_WORDS]
    canvas = Canvas()
    canvas.title(title)
    canvas.paragraph(f"{subtitle} {planes.words}".strip())
    top = canvas.top + 16
    below = top + 2 * LINE + 10  # lines of words: the bar of colours is in the second
    canvas.scale_bar(half, top + LINE, MARGIN + panel)
    for n, (levels, caption) in enumerate(zip(panels, words, strict=True)):
        canvas.top, left = top, MARGIN + n * (panel + MARGIN)
        canvas.paragraph(caption, left, panel)
        canvas.picture(mosaic(planes.tile(levels), columns, scale, planes.gap), below, left, 1)
    return canvas


def arrange_units(units: int, planes: Planes, width: int) -> tuple[int, int]:
    """Choose columns and scale that show all units as large as fits, on a page not much too tall to see."""
    shape = planes.shape
    for scale in range(MAX_SCALE, 0, -1):
        columns = max(1, width // (shape[1] * scale + planes.gap))
        rows = -(-units // columns)
        if rows * (shape[0] * scale + planes.gap) <= MAX_HEIGHT:
            break
    return columns, scale


def draw_output(network: NetworkResults, run: RunResults) -> Canvas:
    """Draw the output pictures in both views, with how often they and the network answer each class."""
    pictures = network.pictures
    composed, never = pictures.composed.output.weights, pictures.never_inked
    half = palette.half_range(composed, never)
    given = zip(pictures.measured.predicted.tolist(), pictures.measured.answers.tolist(), strict=True)
    bands = [
        Band(
            "Sand was never inked. Bars: how often the pictures answer this class, and (grey) the network",
            palette.signed_levels(composed, never, half),
            list(given),
            half,
        ),
        Band(
            "The same in the article's view: the least weight black, the greatest white, and zero lost",
            palette.article_levels(pictures.composed.layers[-1].weights, never),
        ),
    ]
    same = count_per_hundred(network.metrics["agreement"])
    title = f"The pictures give {same} of 100 of the network's answers ({network.label})"
    return draw_bands(title, bands, Planes.choose(run.images.shape, composed), run.classes)
