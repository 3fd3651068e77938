"""The clusters of each class, with the map of each: what a network looks for, form by form."""

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.text import format_decimal, format_percent
from looking_for.figures import palette
from looking_for.figures.canvas import GAP, LINE, MARGIN, WIDTH, Canvas, label_width
from looking_for.figures.grid import first_classes_note
from looking_for.figures.planes import Planes
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults
from looking_for.surrogates.surrogate import rung_name

MAX_ROWS = 40
MAX_HEIGHT, MIN_HEIGHT = 460, 120
PAGE_HEIGHT = 6_000
MIN_BIG = 200
OWN = "Images that look alike have pictures of their own"
SAME = "Without hidden layers all images have the same pictures"
NO_FORMS = "A network that learned nothing has no forms in its pictures"


def draw_clusters(network: NetworkResults, run: RunResults) -> Canvas:
    """Draw for each class its composed picture, then its clusters, largest first.

    Each cluster is its mean image over its own class's picture in the cluster's exact map. The maps share one scale.
    """
    number, classes = run.n_clusters_shown, run.classes[:MAX_ROWS]
    clusters, image = run.survey.clusters[number], run.images.shape
    never, composed = network.pictures.never_inked, network.pictures.composed.output.weights
    maps = select_own_class(network.pictures.maps.by_cluster[number].maps, clusters.classes)
    planes = Planes.choose(image, composed, maps)
    halves, shape = (palette.half_range(composed, never), palette.half_range(maps, never)), planes.shape
    label = label_width(classes)
    small, big = _scales(planes, number, len(classes), WIDTH - 2 * MARGIN - label)
    down, across = shape[0] * small + GAP, shape[1] * small + planes.gap
    lefts = MARGIN + label, MARGIN + label + shape[1] * big + 6 * GAP
    pictures = planes.tile(palette.signed_levels(composed, never, halves[0]))
    signed = planes.tile(palette.signed_levels(maps, never, halves[1]))

    canvas = Canvas()
    _head(canvas, network, run, lefts, halves, planes)
    for k, name in enumerate(classes):
        canvas.label(name, canvas.top, MARGIN, label - 4 * GAP, 2 * down)
        middle = canvas.top + max(0, 2 * down - shape[0] * big) // 2
        canvas.picture(pictures[k], middle, lefts[0], big)
        for place, cluster in enumerate(np.flatnonzero(clusters.classes == k)):
            left, lower = lefts[1] + place * across, canvas.top + down
            mean = clusters.means[cluster]
            canvas.image(mean, image, canvas.top, left, small)
            canvas.picture(signed[cluster], lower, left, small)
        canvas.top += max(2 * down, shape[0] * big) + 4 * GAP
    return canvas


def select_own_class(maps: Array, classes: Array) -> Array:
    """Take each cluster's own class (n_inputs, n_clusters) from whole maps (n_clusters, n_inputs, n_classes)."""
    return np.stack([maps[g, :, k] for g, k in enumerate(classes)], axis=1)


def _scales(planes: Planes, number: int, classes: int, width: int) -> tuple[int, int]:
    """The largest scales of the clusters, and then of the composed picture, that fit the page."""
    shape = planes.shape
    width -= 6 * GAP + number * planes.gap
    height = min(MAX_HEIGHT, max(MIN_HEIGHT, PAGE_HEIGHT // classes))
    small = max(1, min((width - MIN_BIG) // (number * shape[1]), height // (2 * shape[0])))
    return small, max(1, min((width - number * shape[1] * small) // shape[1], 2 * small))


def _head(
    canvas: Canvas, network: NetworkResults, run: RunResults, lefts: tuple[int, int], halves: tuple[float, float],
    planes: Planes,
) -> None:  # fmt: skip
    part = first_classes_note(len(run.classes), MAX_ROWS)
    canvas.title(f"{NO_FORMS if network.is_control else SAME if network.is_flat else OWN} ({network.label}){part}")
    rung = network.ladder[rung_name("exact_maps", run.n_clusters_shown)]
    agrees = format_percent(network.metrics["agreement"], 0)
    canvas.scale_bar(halves[1], canvas.top, WIDTH - MARGIN)
    canvas.top += LINE
    for line in ("one picture", f"scale ±{halves[0]:.2g}", f"same: {agrees}"):
        canvas.paragraph(line, lefts[0])
    below, canvas.top = canvas.top, canvas.top - 3 * LINE
    words = (
        "Each pair is a group of training images that look alike, the largest first: their mean above, below it the "
        "mean picture that the network uses for them, all on one scale. Together with the groups' pictures of "
        "other classes, they give "
        f"{format_percent(rung.agreement.value)} of its answers and explain {format_decimal(rung.explained.value)} of "
        f"its scores. Sand was never inked. {planes.words}"
    )
    canvas.paragraph(words, lefts[1], WIDTH - MARGIN - lefts[1])
    canvas.top = max(below, canvas.top) + 20
