"""The survey of a data set, made once for all networks: ink, covariances of pixels, clusters.

Of large images the covariances are kept in a few hundred directions, in which the images vary most: of n images with
p pixels nothing is p × p, and where n is below that number of directions nothing is lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from looking_for.clusters import ink, kmeans
from looking_for.clusters.kmeans import Clusters
from looking_for.core.arrays import Array, as_float32, as_pixels
from looking_for.core.imageset import ImageSet
from looking_for.core.npz import Stored, load_record, raise_invalid, save_record, stored, stored_parts
from looking_for.core.parallel import parallel_map
from looking_for.core.paths import SURVEY

IMAGES_AT_ONCE = 2_000
N_PARTS_AT_ONCE = 16  # each is a matrix of inputs × inputs
MAX_DIRECTIONS = 500  # of large images, that covariances are kept in


@dataclass(frozen=True)
class Survey:
    """What the training images say.

    Parameters
    ----------
    ink : array, shape (n_classes, *image)
        The share of each class's images that ink a pixel.
    exclusive : array, shape image
        How far a pixel is one class's alone, 0 … 1; NaN where nobody inks.
    pixel_sums : array, shape (n_inputs,), float64
        Σx over the training images, pixels in [0, 1].
    pixel_products : array, shape (n_directions, n_directions), float64
        Σyᵀy of y = xB; y is x where there is no B.
    clusters : mapping from int to Clusters
        By the number of clusters per class.
    pixel_basis : array, shape (n_inputs, n_directions), float32, or None
        B: orthonormal directions of large images.
    """

    ink: Array = stored("float32", "classes height width [channels]")
    exclusive: Array = stored("float32", "height width [channels]", allow_nan=True)
    pixel_sums: Array = stored("float64", "inputs")
    pixel_products: Array = stored("float64", "directions directions")
    clusters: Mapping[int, Clusters] = stored_parts(
        Clusters,
        "by number",
        classes=Stored("classes_{n}", "uint8 or uint16", "clusters{n}"),
        means=Stored("means_{n}", axes="clusters{n} inputs"),
        sizes=Stored("sizes_{n}", "int64", "clusters{n}"),
        of_train=Stored("of_train_{n}", "uint16", "images"),
        nearest=Stored("nearest_{n}", "uint16", "tests"),
    )
    pixel_basis: Array | None = stored("float32", "inputs directions", needed=False)

    def save(self, path: Path = SURVEY) -> None:
        """Write the arrays by name; those of clusters as in `means_10`."""
        save_record(path, self)

    @classmethod
    def load(cls, path: Path = SURVEY) -> "Survey":
        survey = load_record(path, cls)
        if survey.pixel_basis is None and len(survey.pixel_products) != len(survey.pixel_sums):
            raise_invalid(path, "pixel_products are not of as many pixels as pixel_sums")
        return survey


def survey_images(images: ImageSet, n_clusters: Sequence[int], seed: int) -> Survey:
    """Measure where each class has ink, and cut each class into clusters.

    Parameters
    ----------
    images : ImageSet
    n_clusters : sequence of int
        How many clusters per class, for each way of cutting; 1 first, growing.
    seed : int
        Of k-means.
    """
    inked = ink.measure_ink(images)
    clusters = kmeans.cluster_images(images, n_clusters, seed)
    basis = find_directions(images.x_train)
    sums = sum_pixels(images.x_train) if basis is None else sum_along(images.x_train, basis)
    return Survey(as_float32(inked), as_float32(ink.measure_exclusiveness(inked)), *sums, clusters, basis)


def find_directions(images: Array) -> Array | None:
    """Find the directions in which large images (n_images, height, width) vary most; None of small ones.

    Returns
    -------
    array, shape (n_inputs, at most MAX_DIRECTIONS), float32, or None
        Orthonormal; of many images, those of evenly spaced ones.
    """
    rows = images.reshape(len(images), -1)
    if rows.shape[1] <= kmeans.MAX_SMALL:
        return None
    return as_float32(kmeans.principal_directions(rows, MAX_DIRECTIONS)[0])


def sum_along(images: Array, basis: Array) -> tuple[Array, Array]:
    """Sum pixels, and their products in the directions of a basis: as `sum_pixels`, without pixels × pixels."""
    rows, precise = images.reshape(len(images), -1), basis.astype(float)

    def portion(first: int) -> tuple[Array, Array]:
        x = as_pixels(rows[first : first + kmeans.LARGE_AT_ONCE])
        y = x @ precise
        return x.sum(axis=0), y.T @ y

    sums, products = np.zeros(rows.shape[1]), np.zeros((basis.shape[1], basis.shape[1]))
    for part in parallel_map(portion, range(0, len(rows), kmeans.LARGE_AT_ONCE)):
        sums += part[0]
        products += part[1]
    return sums, products


def sum_pixels(images: Array) -> tuple[Array, Array]:
    """Sum pixels and their products: all that a least-squares fit needs to know of the images.

    Parameters
    ----------
    images : array, shape (n_images, height, width), uint8

    Returns
    -------
    sums, products : arrays, shape (n_inputs,) and (n_inputs, n_inputs), float64
        Σx and Σxᵀx of pixels in [0, 1]: sums of whole numbers below 2⁵³, exact in any order.
    """
    rows = images.reshape(len(images), -1)
    n_inputs = rows.shape[1]
    sums, products = np.zeros(n_inputs), np.zeros((n_inputs, n_inputs))
    for first in range(0, len(rows), IMAGES_AT_ONCE * N_PARTS_AT_ONCE):
        some = rows[first : first + IMAGES_AT_ONCE * N_PARTS_AT_ONCE]
        parts = [some[n : n + IMAGES_AT_ONCE] for n in range(0, len(some), IMAGES_AT_ONCE)]
        for part in parallel_map(_sum_part, parts):
            sums += part[0]
            products += part[1]
    return sums / 255, products / 255**2


def _sum_part(rows: Array) -> tuple[Array, Array]:
    x = rows.astype(np.float64)
    return x.sum(axis=0), x.T @ x
