"""Each class of the training images cut into clusters of images that look alike.

The clusters come from pixels alone, so one survey serves every network. In float64 and on one BLAS
thread per worker, k-means gives the same clusters on any number of cores and any kind of processor.
It sees each image along the class's first principal components only, which makes it ten times as fast; on MNIST the
clusters are as tight, within 1 %.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from looking_for.core.arrays import Array, as_float32, as_pixels, sum_bytes_by_group
from looking_for.core.imageset import ImageSet
from looking_for.core.parallel import parallel_map

N_COMPONENTS = 40  # principal components of a class that k-means sees
MAX_SMALL = 2_048  # pixels of images whose covariances, pixels × pixels, are small
MAX_DIRECTION_NUMBERS = 50_000_000  # pixels of all images together that directions of large ones are found from
MAX_DIRECTION_IMAGES = 2_000
MIN_RELATIVE_VARIANCE = 1e-9  # of the largest: below it a direction is rounding
LARGE_AT_ONCE = 250  # large images


@dataclass(frozen=True)
class Clusters:
    """Each class's training images cut into clusters, in the order of classes, then of sizes, the largest first.

    Parameters
    ----------
    classes : array, shape (n_clusters,)
        The class of each cluster.
    means : array, shape (n_clusters, n_inputs), float32 in [0, 1]
        Mean images.
    sizes : array, shape (n_clusters,)
        Numbers of training images.
    of_train : array, shape (n_images,)
        The cluster of each training image.
    nearest : array, shape (n_tests,)
        The cluster whose mean is nearest to each test image, of all classes' clusters.
    """

    classes: Array
    means: Array
    sizes: Array
    of_train: Array
    nearest: Array


def cluster_images(images: ImageSet, n_clusters: Sequence[int], seed: int) -> dict[int, Clusters]:
    """Cluster each class of the training images.

    Parameters
    ----------
    n_clusters : sequence of int
        Clusters per class, growing; a class with fewer different images gets fewer.

    Returns
    -------
    dict from the number per class to Clusters
    """
    # Late: what only reads clusters must not wait for scikit-learn's start.
    from sklearn.exceptions import ConvergenceWarning

    classes = range(len(images.classes))
    projected = parallel_map(lambda k: project_images(images.x_train[images.y_train == k]), classes)
    longest_first = n_clusters[::-1]
    jobs = [(number, k) for number in longest_first for k in classes]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        labels = parallel_map(lambda job: cluster_class(projected[job[1]], job[0], seed), jobs)
    by_job = dict(zip(jobs, labels, strict=True))
    merged = parallel_map(lambda n: merge_clusterings(images, [by_job[n, k] for k in classes]), longest_first)
    return dict(zip(n_clusters, reversed(merged), strict=True))


def merge_clusterings(images: ImageSet, by_class: Sequence[Array]) -> Clusters:
    """Number the clusters of all classes one after another, take their means, and find those nearest to test images.

    Parameters
    ----------
    by_class : sequence of arrays, each of shape (n_images_of_class,)
        The cluster of each image within its class, from 0.
    """
    counts = [int(labels.max()) + 1 for labels in by_class]
    first = np.concatenate([[0], np.cumsum(counts)])
    of_train = np.empty(len(images.x_train), np.uint16)
    for k, labels in enumerate(by_class):
        of_train[images.y_train == k] = labels + first[k]
    classes = np.repeat(np.arange(len(counts), dtype=images.y_train.dtype), counts)
    rows = images.x_train.reshape(len(images.x_train), -1)
    means = mean_images(rows, of_train, len(classes))
    nearest = relative_squared_distances(as_pixels(images.x_test), means).argmin(axis=1).astype(np.uint16)
    return Clusters(classes, as_float32(means), np.bincount(of_train), of_train, nearest)


def project_images(images: Array) -> Array:
    """Project a class's images (n_images, height, width), uint8, on their first principal components.

    Returns
    -------
    array, shape (n_images, at most N_COMPONENTS)
        (n_images, 0) where all images are equal.
    """
    from sklearn.decomposition import PCA

    rows = images.reshape(len(images), -1)
    if not (rows != rows[:1]).any():
        return np.zeros((len(rows), 0))
    if rows.shape[1] > MAX_SMALL:
        directions, _ = principal_directions(rows, N_COMPONENTS)
        starts = range(0, len(rows), LARGE_AT_ONCE)
        return np.concatenate([as_pixels(rows[n : n + LARGE_AT_ONCE]) @ directions for n in starts])
    x = as_pixels(rows)
    x = x[:, x.any(axis=0)]  # pixels that are never inked only cost time
    return np.asarray(PCA(min(N_COMPONENTS, *x.shape), svd_solver="covariance_eigh").fit_transform(x))


def principal_directions(rows: Array, number: int) -> tuple[Array, Array]:
    """Find the directions in which images vary most, by their Gram matrix: images × images, not pixels × pixels.

    Parameters
    ----------
    rows : array, shape (n_images, n_inputs), uint8
        Of many, evenly spaced ones are taken.
    number : int
        How many directions, at most.

    Returns
    -------
    directions : array, shape (n_inputs, n_directions), float64, orthonormal
    variances : array, shape (n_directions,)
        Along each, of pixels in [0, 1], largest first.
    """
    from scipy.linalg import eigh  # late, as scikit-learn above

    n_taken = min(len(rows), MAX_DIRECTION_IMAGES, max(number + 1, MAX_DIRECTION_NUMBERS // rows.shape[1]))
    x = as_pixels(rows[np.linspace(0, len(rows) - 1, n_taken).round().astype(int)])
    x -= x.mean(axis=0)
    with threadpool_limits(1):  # the same last bits on any number of cores
        variances, vectors = eigh(x @ x.T / len(x))
    kept = np.flatnonzero(variances > MIN_RELATIVE_VARIANCE * variances[-1])[::-1][:number]
    directions = x.T @ (vectors[:, kept] / np.sqrt(variances[kept] * len(x)))
    return np.asarray(directions), variances[kept]


def cluster_class(projected: Array, number: int, seed: int) -> Array:
    """Assign each image of a class (n_images, n_components) to a cluster (n_images,), 0 the largest."""
    from sklearn.cluster import KMeans

    if projected.shape[1] == 0:  # equal images alone, or a single one
        return np.zeros(len(projected), int)
    model = KMeans(min(number, len(projected)), n_init=1, random_state=seed)
    _, labels, sizes = np.unique(model.fit_predict(projected), return_inverse=True, return_counts=True)
    rank = np.empty(len(sizes), int)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return rank[labels]


def mean_images(rows: Array, cluster: Array, n_clusters: int) -> Array:
    """Average the images of each cluster, of which each has one at least.

    Parameters
    ----------
    rows : array, shape (n_images, n_inputs), uint8
    cluster : array, shape (n_images,)

    Returns
    -------
    array, shape (n_clusters, n_inputs), float64 in [0, 1]
    """
    sizes = np.bincount(cluster, minlength=n_clusters)
    return sum_bytes_by_group(cluster, rows, n_clusters) / (255 * sizes[:, None])


def relative_squared_distances(x: Array, means: Array) -> Array:
    """Give ‖x − m‖² − ‖x‖² (n_images, n_clusters), which ranks means (n_clusters, n_inputs) as the distance from the
    images (n_images, n_inputs) does."""
    return np.square(means).sum(axis=1) - 2 * (x @ means.T)
