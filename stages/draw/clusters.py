"""The clusters of each class, with the map of each: what a network looks for, form by form."""

import numpy as np

from stages.arrays import Array
from stages.artifacts.ladder import numbered
from stages.drawing import views
from stages.drawing.bands import GAP
from stages.drawing.canvas import MARGIN, OUTLINE_AT, SMALL, TITLE, WIDTH, Canvas
from stages.facts import Facts, Run
from stages.words import decimal, percent

LABEL = 70
HEAD = 240
MOST_HEIGHT = 460
LEAST_BIG = 200


def draw(network: Facts, run: Run) -> Canvas:
    """For each class its composed picture, then its clusters, largest first.

    Each cluster is its mean image over its own class's picture in the cluster's exact map, on which the
    image's outline is drawn, so that one sees whether the map follows the form. The maps share one scale.
    """
    number = run.shown_number
    clusters, shape = run.survey.clusters[number], run.images.shape
    never, composed = network.pictures.never_inked, network.pictures.output.weights
    maps = own_class(network.pictures.clusters[number].maps, clusters.classes)
    halves = [views.half_range(w, never) for w in (composed, maps)]
    small, big = _scales(shape, number)
    tall = 2 * (shape[0] * small + GAP)
    row = tall + 4 * GAP
    canvas = Canvas(HEAD + len(run.classes) * row + MARGIN)
    lefts = MARGIN + LABEL, MARGIN + LABEL + shape[1] * big + 6 * GAP
    _head(canvas, network, number, lefts, halves)

    means, pictures = views.ink(clusters.means), views.signed(composed, never, halves[0])
    signed = views.signed(maps, never, halves[1])
    for k, name in enumerate(run.classes):
        top = HEAD + k * row
        canvas.text(name, top + tall // 2 - 24, MARGIN + LABEL // 2 - 10, TITLE, align="middle", bold=True)
        canvas.picture(pictures[k].reshape(shape), top + (tall - shape[0] * big) // 2, lefts[0], big)
        for place, cluster in enumerate(np.flatnonzero(clusters.classes == k)):
            left = lefts[1] + place * (shape[1] * small + GAP)
            lower = top + shape[0] * small + GAP
            canvas.picture(means[cluster].reshape(shape), top, left, small)
            canvas.picture(signed[cluster].reshape(shape), lower, left, small)
            form = clusters.means[cluster].reshape(shape)
            canvas.outline(form > OUTLINE_AT * form.max(), lower, left, small)
    return canvas


def own_class(maps: Array, classes: Array) -> Array:
    """Of whole maps (clusters × inputs × classes), each cluster's own class (inputs × clusters)."""
    return np.stack([maps[g, :, k] for g, k in enumerate(classes)], axis=1)


def _scales(shape: tuple[int, int], number: int) -> tuple[int, int]:
    """The largest scales of the clusters, and then of the composed picture, that fit the page."""
    width = WIDTH - 2 * MARGIN - LABEL - 6 * GAP - number * GAP
    fitting = (width - LEAST_BIG) // (number * shape[1]), MOST_HEIGHT // (2 * shape[0])
    small = max(1, min(fitting))
    return small, max(1, min((width - number * shape[1] * small) // shape[1], 2 * small))


def _head(canvas: Canvas, network: Facts, number: int, lefts: tuple[int, int], halves: list[float]) -> None:
    canvas.title(f"{network.name}: what it looks for ({network.training_words})")
    rung = network.ladder[numbered("exact_maps", number)]
    agrees = percent(network.metrics["agreement"], 0)
    columns = [
        ("composed", f"agree {agrees}", f"±{halves[0]:.2g}"),
        (
            f"clusters of its class, largest first: mean image above, below it the cluster's exact map "
            f"with its outline, ±{halves[1]:.2g}",
            f"their whole maps explain {decimal(rung.explained.value)} of the logits and agree on "
            f"{percent(rung.agreement.value)}",
            "red speaks for the class, blue against it, white is 0, sand is never inked",
        ),
    ]
    for left, lines in zip(lefts, columns, strict=True):
        for n, line in enumerate(lines):
            canvas.text(line, MARGIN + 72 + 42 * n, left, SMALL)
