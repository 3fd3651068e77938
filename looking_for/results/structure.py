"""What pictures are made of (neighbours alike, weights in one place), and which ink a network uses."""

from typing import NamedTuple

import numpy as np

from looking_for.clusters.ink import article_regions
from looking_for.core import paths
from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.networks.stored import load_stored_network
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults

MIN_STRUCTURE = 0.1  # correlation of neighbouring weights below which a picture looks like noise
NAMED = ("7", "9")  # the digits that the article finds at the bottom edge


def measure_structure(network: NetworkResults, layer: int, shape: tuple[int, ...]) -> float:
    """Measure how alike neighbouring weights of a layer's pictures are: the mean correlation of pixels side by side
    or one above the other, both inked in training; near 0 for noise."""
    inked = ~network.pictures.never_inked.reshape(shape)
    pictures = network.pictures.composed.layers[layer].weights.astype(float).T.reshape(-1, *shape)
    pairs = [((slice(1, None),), (slice(None, -1),)), ((slice(None), slice(1, None)), (slice(None), slice(None, -1)))]
    correlations = []
    for picture in pictures:
        sides = [(picture[a][m], picture[b][m]) for a, b in pairs if (m := inked[a] & inked[b]).any()]
        first, second = (np.concatenate([np.empty(0), *(side[n] for side in sides)]) for n in (0, 1))
        correlations.append(np.corrcoef(first, second)[0, 1] if len(first) and first.std() and second.std() else 0.0)
    return round(float(np.mean(correlations)), 2)


class Locality(NamedTuple):
    """How local a layer's pictures are. Of each picture the quarter of the image, half as high and half as wide, that
    has most of its squared weights: the mean share of them there, and by how much those of two pictures overlap."""

    share: float
    overlap: float


def measure_locality(network: NetworkResults, layer: int, shape: tuple[int, ...]) -> Locality:
    """Measure how local a layer's pictures are, and whether in different places."""
    weights = np.square(network.pictures.composed.layers[layer].weights.astype(float).T)
    squares = (weights * ~network.pictures.never_inked).reshape(-1, *shape[:2])
    sums = np.pad(squares.cumsum(axis=1).cumsum(axis=2), ((0, 0), (1, 0), (1, 0)))
    down, across = (-(-n // 2) for n in shape[:2])
    windows = sums[:, down:, across:] - sums[:, :-down, across:] - sums[:, down:, :-across] + sums[:, :-down, :-across]
    total = np.maximum(sums[:, -1, -1], np.finfo(float).tiny)
    flat = windows.reshape(len(windows), -1)
    corners = np.stack(np.unravel_index(flat.argmax(axis=1), windows.shape[1:]), axis=1)
    share = float((flat.max(axis=1) / total).mean())
    return Locality(round(share, 2), round(_overlap(corners, (down, across)), 2))


def _overlap(corners: Array, size: tuple[int, int]) -> float:
    """The mean share of a window that another covers, over all pairs of windows of one size (corners: n × 2)."""
    shifts = np.abs(corners[:, None] - corners)
    covered = np.maximum(0, np.array(size) - shifts).prod(axis=2) / np.prod(size)
    n = len(corners)
    return float((covered.sum() - n) / max(1, n * (n - 1)))


def is_reddest_at_edge(network: NetworkResults, run: RunResults) -> bool:
    """Whether in the bottom rows ink counts for the digits that the article finds there more than for any other."""
    rows, columns = article_regions(*run.images.shape[:2])["bottom_rows"]
    weights = centred(network.pictures.composed.output.weights.astype(float)).reshape(*run.images.shape, -1)
    inked = ~network.pictures.never_inked.reshape(run.images.shape)[rows, columns]
    by_class = (weights[rows, columns] * inked[..., None]).sum(axis=(0, 1))
    named = [name in NAMED for name in run.classes]
    return bool(by_class[named].min() > by_class[np.logical_not(named)].max())


def erase_edge(network: NetworkResults, run: RunResults) -> tuple[float, float, int]:
    """Erase the bottom rows of the digits that the article finds there, and elsewhere as much of their ink.

    Returns
    -------
    at_edge, elsewhere : float
        Shares of the network's answers that change.
    n_images : int
        How many test images of these digits ink the bottom rows.
    """
    shape = run.images.shape
    rows, columns = article_regions(*shape[:2])["bottom_rows"]
    is_edge = np.zeros(shape, bool)
    is_edge[rows, columns] = True
    named = [k for k, name in enumerate(run.classes) if name in NAMED]
    x = as_pixels(run.images.x_test)
    x = x[np.isin(run.images.y_test, named) & x[:, is_edge.ravel()].any(axis=1)]
    if not len(x):
        return 0.0, 0.0, 0
    stored = load_stored_network(paths.network_file(network.name))
    before = stored.logits(x).argmax(axis=1)
    erased = (x * ~is_edge.ravel(), erase_elsewhere(x, is_edge.ravel()))
    at_edge, elsewhere = (float((stored.logits(e).argmax(axis=1) != before).mean()) for e in erased)
    return round(at_edge, 4), round(elsewhere, 4), len(x)


def erase_elsewhere(x: Array, is_edge: Array) -> Array:
    """Erase, pixel by pixel in a random order, as much ink outside a region (n_inputs, bool) as is in it."""
    wanted = x[:, is_edge].sum(axis=1, keepdims=True)
    order = np.where(is_edge | (x == 0), 2.0, np.random.default_rng(0).random(x.shape)).argsort(axis=1)
    ink = np.take_along_axis(np.where(is_edge, 0.0, x), order, axis=1)
    goes = np.cumsum(ink, axis=1) - ink < wanted
    left = x.copy()
    np.put_along_axis(left, order, np.where(goes, 0.0, np.take_along_axis(x, order, axis=1)), axis=1)
    left[:, is_edge] = x[:, is_edge]
    return left
