"""The survey of a data set, made once for all networks: ink, covariances of pixels, clusters.

Of large images the covariances are kept in a few hundred directions, in which the images vary most: of n images with
p pixels nothing is p × p, and where n is below that number of directions nothing is lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

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
N_SAMPLED_IMAGES = 20_000  # drawn at random, of which sums are kept, too: enough where only a course is followed


class PixelSums(NamedTuple):
    """What least squares needs of images: Σx of pixels in [0, 1], (n_inputs,), and Σyᵀy, (n_directions, n_directions),
    of y = xB, which is x where there is no basis B."""

    x: Array
    products: Array


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
    sample_sums, sample_products : arrays or None
        As of the pixels, of the images of `sample_images` alone; None where those are all.
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
    sample_sums: Array | None = stored("float64", "inputs", needed=False)
    sample_products: Array | None = stored("float64", "directions directions", needed=False)

    @property
    def pixels(self) -> PixelSums:
        """The sums over all training images."""
        return PixelSums(self.pixel_sums, self.pixel_products)

    @property
    def sampled_pixels(self) -> PixelSums:
        """The sums over the training images of `sample_images`."""
        if self.sample_sums is None or self.sample_products is None:
            return self.pixels
        return PixelSums(self.sample_sums, self.sample_products)

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
    total, sample = sum_pixels(images.x_train, basis)
    exclusive = as_float32(ink.measure_exclusiveness(inked))
    return Survey(as_float32(inked), exclusive, *total, clusters, basis, *(sample or (None, None)))


def sample_images(n_images: int) -> Array:
    """Draw N_SAMPLED_IMAGES of so many images, or take all where there are no more; gives their indices, in order.

    At random, since data may have an order: every second training image of MNIST comes from one of its two sources.
    """
    if n_images <= N_SAMPLED_IMAGES:
        return np.arange(n_images)
    return np.sort(np.random.default_rng(0).choice(n_images, N_SAMPLED_IMAGES, replace=False))


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


def sum_pixels(images: Array, basis: Array | None) -> tuple[PixelSums, PixelSums | None]:
    """Sum pixels and their products: all that a least-squares fit needs to know of the images.

    Parameters
    ----------
    images : array, shape (n_images, *image), uint8
    basis : array, shape (n_inputs, n_directions), or None
        Directions that products are kept in; without it of pixels themselves, in sums of whole numbers below 2⁵³,
        exact in any order.

    Returns
    -------
    total, sample : PixelSums
        Of all images and of those of `sample_images`; no sample where those are all.
    """
    rows, sampled = images.reshape(len(images), -1), sample_images(len(images))
    sum_some = partial(sum_bytes, rows) if basis is None else partial(sum_along, basis.astype(float), rows)
    of_sample = sum_some(sampled)
    total, sample = of_sample, None
    if len(sampled) < len(rows):
        rest = sum_some(np.setdiff1d(np.arange(len(rows)), sampled, assume_unique=True))
        total, sample = PixelSums(of_sample.x + rest.x, of_sample.products + rest.products), of_sample
    if basis is not None:
        return total, sample
    return in_fractions(total), sample and in_fractions(sample)


def in_fractions(sums: PixelSums) -> PixelSums:
    """Take sums of bytes as those of pixels in [0, 1]."""
    return PixelSums(sums.x / 255, sums.products / 255**2)


def sum_bytes(rows: Array, chosen: Array) -> PixelSums:
    """Sum bytes (n_images, n_inputs) and their products over the chosen images, given by their indices."""
    n_inputs = rows.shape[1]
    total = PixelSums(np.zeros(n_inputs), np.zeros((n_inputs, n_inputs)))
    parts = [chosen[n : n + IMAGES_AT_ONCE] for n in range(0, len(chosen), IMAGES_AT_ONCE)]
    for first in range(0, len(parts), N_PARTS_AT_ONCE):
        for part in parallel_map(lambda part: _sum_part(rows[part]), parts[first : first + N_PARTS_AT_ONCE]):
            _add(total, part)
    return total


def sum_along(basis: Array, rows: Array, chosen: Array) -> PixelSums:
    """Sum pixels in [0, 1] of bytes (n_images, n_inputs), and their products in the directions of a basis, over
    the chosen images, given by their indices."""

    def portion(first: int) -> PixelSums:
        x = as_pixels(rows[chosen[first : first + kmeans.LARGE_AT_ONCE]])
        y = x @ basis
        return PixelSums(x.sum(axis=0), y.T @ y)

    total = PixelSums(np.zeros(rows.shape[1]), np.zeros((basis.shape[1], basis.shape[1])))
    for part in parallel_map(portion, range(0, len(chosen), kmeans.LARGE_AT_ONCE)):
        _add(total, part)
    return total


def _sum_part(rows: Array) -> PixelSums:
    x = rows.astype(np.float64)
    return PixelSums(x.sum(axis=0), x.T @ x)


def _add(total: PixelSums, part: PixelSums) -> None:
    for array, more in zip(total, part, strict=True):
        array += more  # noqa: PLW2901
