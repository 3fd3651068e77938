"""One class form by form, network above network: what each looks for in images that look alike."""

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.text import count_per_hundred, format_decimal
from looking_for.figures import palette
from looking_for.figures.canvas import GAP, MARGIN, SMALL, WIDTH, Canvas, enlarge_scale, fit_scale
from looking_for.figures.clusters import select_own_class
from looking_for.figures.planes import Planes
from looking_for.results.choices import class_shown
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults
from looking_for.surrogates.surrogate import rung_name

LARGEST_SCALE = 7  # of images of 28 pixels


def networks_with_forms(run: RunResults) -> list[NetworkResults]:
    """Take the compared networks with hidden layers, and below them a control, of shuffled labels if there is one."""
    shuffled = [n for n in run.controls if n.recipe and n.recipe.shuffle_labels]
    deep = [n for n in run.compared if not (n.is_flat or n.is_control)]
    return [*(deep or run.compared[:1]), *(shuffled or run.controls)[:1]]


def draw_forms(run: RunResults) -> Canvas:
    """Draw the mean images of one class's clusters, and below them what each network looks for in them."""
    k, number, networks = class_shown(run.classes), run.n_clusters_shown, networks_with_forms(run)
    clusters = run.survey.clusters[number]
    chosen = np.flatnonzero(clusters.classes == k)
    maps = [select_own_class(n.pictures.maps.by_cluster[number].maps, clusters.classes)[:, chosen] for n in networks]
    planes = Planes.choose(run.images.shape, *maps)
    largest = enlarge_scale(LARGEST_SCALE, planes.shape)
    scale = min(largest, fit_scale(planes.shape, WIDTH - 2 * MARGIN, len(chosen), planes.gap))
    across = planes.shape[1] * scale + planes.gap

    canvas = Canvas()
    canvas.title(f"What each network looks for in a {run.classes[k]}, form by form")
    canvas.paragraph(f"Mean images of groups of training images that look alike, the largest first. {planes.words}")
    for place, cluster in enumerate(chosen):
        canvas.image(clusters.means[cluster], run.images.shape, canvas.top, MARGIN + place * across, scale)
    canvas.top += planes.shape[0] * scale + 5 * GAP
    for network, weights in zip(networks, maps, strict=True):
        _draw_row(canvas, network, weights, planes, (scale, across), number)
    return canvas


def _draw_row(
    canvas: Canvas, network: NetworkResults, weights: Array, planes: Planes, sizes: tuple[int, int], number: int
) -> None:
    """A network's name and truth, a bar of its colours, and its map for each group."""
    scale, across = sizes
    never = network.pictures.never_inked
    half = palette.half_range(weights, never)
    same = count_per_hundred(network.ladder[rung_name("exact_maps", number)].agreement.value or 0.0)
    alike = format_decimal(mean_pairwise_cosine(weights))
    canvas.text(f"{network.label}: same answer {same} of 100; maps alike {alike}", canvas.top, MARGIN, SMALL)
    canvas.scale_bar(half, canvas.top, WIDTH - MARGIN)
    canvas.top += SMALL + 4 * GAP
    for place, picture in enumerate(planes.tile(palette.signed_levels(weights, never, half))):
        canvas.picture(picture, canvas.top, MARGIN + place * across, scale)
    canvas.top += planes.shape[0] * scale + 5 * GAP


def mean_pairwise_cosine(weights: Array) -> float:
    """Average the cosine over all pairs of pictures (n_inputs, n_pictures); 1 where there is one picture alone.

    Examples
    --------
    >>> mean_pairwise_cosine(np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]]))
    0.3333333333333333
    """
    n_pictures = weights.shape[1]
    if n_pictures < 2:
        return 1.0
    lengths = np.linalg.norm(weights, axis=0)
    unit = np.divide(weights, lengths, out=np.zeros(weights.shape), where=lengths > 0)
    sums = unit.sum(axis=1)
    return float((sums @ sums - np.square(unit).sum()) / (n_pictures * (n_pictures - 1)))
