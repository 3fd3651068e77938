"""The survey of a data set, made once for all networks: ink, covariances of pixels, clusters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from looking_for.clusters import ink, kmeans
from looking_for.clusters.kmeans import Clusters
from looking_for.core.arrays import Array, as_float32
from looking_for.core.imageset import ImageSet
from looking_for.core.npz import Stored, load_record, save_record, stored, stored_parts
from looking_for.core.parallel import parallel_map
from looking_for.core.paths import SURVEY

IMAGES_AT_ONCE = 2_000
N_PARTS_AT_ONCE = 16  # each is a matrix of inputs × inputs


@dataclass(frozen=True)
class Survey:
    """What the training images say.

    Parameters
    ----------
    ink : array, shape (n_classes, height, width)
        The share of each class's images that ink a pixel.
    exclusive : array, shape (height, width)
        How far a pixel is one class's alone, 0 … 1; NaN where nobody inks.
    pixel_sums, pixel_products : arrays, shape (n_inputs,) and (n_inputs, n_inputs), float64
        Σx and Σxᵀx over the training images, pixels in [0, 1].
    clusters : mapping from int to Clusters
        By the number of clusters per class.
    """

    ink: Array = stored("float32", "classes height width")
    exclusive: Array = stored("float32", "height width", allow_nan=True)
    pixel_sums: Array = stored("float64", "inputs")
    pixel_products: Array = stored("float64", "inputs inputs")
    clusters: Mapping[int, Clusters] = stored_parts(
        Clusters,
        "by number",
        classes=Stored("classes_{n}", "uint8 or uint16", "clusters{n}"),
        means=Stored("means_{n}", axes="clusters{n} inputs"),
        sizes=Stored("sizes_{n}", "int64", "clusters{n}"),
        of_train=Stored("of_train_{n}", "uint16", "images"),
        nearest=Stored("nearest_{n}", "uint16", "tests"),
    )

    def save(self, path: Path = SURVEY) -> None:
        """Write the arrays by name; those of clusters as in `means_10`."""
        save_record(path, self)

    @classmethod
    def load(cls, path: Path = SURVEY) -> "Survey":
        return load_record(path, cls)


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
    sums = sum_pixels(images.x_train)
    return Survey(as_float32(inked), as_float32(ink.measure_exclusiveness(inked)), *sums, clusters)


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
