"""Each class of the training images cut into clusters of images that look alike.

The clusters come from pixels alone, so one survey serves every network. In float64 and on one BLAS
thread a worker, k-means gives the same clusters on any number of cores and any kind of processor.
It sees each image along the class's strongest directions only: there the images differ in form,
beyond them in noise, and k-means costs a tenth (on MNIST for clusters as tight, within 1 %).
"""

import warnings

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

from looking_for.clusters.survey import Clusters
from looking_for.core.arrays import Array, pixels, single
from looking_for.core.parallel import spread
from looking_for.core.sums import sums_of_bytes
from looking_for.images.imageset import Images

DIRECTIONS = 40


def find(images: Images, numbers: list[int], seed: int) -> dict[int, Clusters]:
    """Cut each class into so many clusters, for each of the numbers."""
    classes = range(len(images.classes))
    along = spread(lambda k: strongest_directions(pixels(images.x_train[images.y_train == k])), classes)
    longest_first = numbers[::-1]
    jobs = [(number, k) for number in longest_first for k in classes]
    with warnings.catch_warnings():  # fewer different images than clusters give fewer: as promised
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = spread(lambda job: cut(along[job[1]], job[0], seed), jobs)
    cuts = dict(zip(jobs, found, strict=True))
    made = spread(lambda n: numbered(images, [cuts[n, k] for k in classes]), longest_first)
    return dict(zip(numbers, reversed(made), strict=True))


def numbered(images: Images, cuts: list[Array]) -> Clusters:
    """One numbering of all classes' clusters, with their means, and where the test images lie."""
    counts = [int(cut.max()) + 1 for cut in cuts]
    first = np.concatenate([[0], np.cumsum(counts)])
    of_train = np.empty(len(images.x_train), np.uint16)
    for k, clusters in enumerate(cuts):
        of_train[images.y_train == k] = clusters + first[k]
    classes = np.repeat(np.arange(len(counts), dtype=images.y_train.dtype), counts)
    rows = images.x_train.reshape(len(images.x_train), -1)
    means = mean_images(rows, of_train, len(classes))
    distances = squared_distances(pixels(images.x_test), means)
    nearest = distances.argmin(axis=1).astype(np.uint16)
    return Clusters(classes, single(means), np.bincount(of_train), of_train, nearest)


def strongest_directions(x: Array) -> Array:
    """Images of a class (n × inputs) along their first principal components (n × at most DIRECTIONS)."""
    x = x[:, x.any(axis=0)]  # pixels that are never inked only cost time
    x -= x.mean(axis=0)  # in place: a large class is large
    _, directions = np.linalg.eigh(x.T @ x)  # from the weakest to the strongest
    return x @ directions[:, -DIRECTIONS:]


def cut(along: Array, number: int, seed: int) -> Array:
    """The cluster of each image of a class (n): k-means, numbered by size, largest first."""
    if along.shape[1] == 0:  # black images alone
        return np.zeros(len(along), int)
    means = KMeans(min(number, len(along)), n_init=1, random_state=seed)
    _, found, sizes = np.unique(means.fit_predict(along), return_inverse=True, return_counts=True)
    rank = np.empty(len(sizes), int)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return rank[found]


def mean_images(rows: Array, cluster: Array, clusters: int) -> Array:
    """Each cluster's mean image (clusters × inputs, 0…1) of images as rows of bytes (n × inputs)."""
    return sums_of_bytes(cluster, rows, clusters) / (
        255 * np.bincount(cluster, minlength=clusters)[:, None]
    )


def squared_distances(x: Array, means: Array) -> Array:
    """‖x − m‖² less ‖x‖², which no choice of m changes (n × clusters)."""
    return np.square(means).sum(axis=1) - 2 * (x @ means.T)
