"""The ways of looking: each class of the training images cut into groups of images that look alike.

The groups come from pixels alone, so one survey serves every network. In float64 and on one BLAS
thread a worker, k-means gives the same groups on any number of cores and any kind of processor.
It sees each image along the class's strongest directions only: there the images differ in form,
beyond them in noise, and k-means costs a tenth (on MNIST for groups as tight, within 1 %).
"""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

from stages.artifacts import Array, Images, pixels, single
from stages.parallel import spread

DIRECTIONS = 40


@dataclass(frozen=True)
class Groups:
    """The groups of all classes for one number of ways; a class's groups stand together, largest first.

    classes: the class of each group (groups); means: their mean images (groups × inputs, 0…1);
    of_train: the group of each training image; nearest: for each test image the nearest group of
    each class (test images × classes); nearest_class: the class of the nearest group of all.
    """

    classes: Array
    means: Array
    sizes: Array
    of_train: Array
    nearest: Array
    nearest_class: Array

    def arrays(self, ways: int) -> dict[str, Array]:
        return {f"{key}_{ways}": value for key, value in vars(self).items()}


def find(images: Images, ways: list[int], seed: int) -> dict[int, Groups]:
    """Cut each class into so many groups, for each number of ways."""
    classes = range(len(images.classes))
    along = spread(lambda k: strongest_directions(pixels(images.x_train[images.y_train == k])), classes)
    longest_first = ways[::-1]
    jobs = [(w, k) for w in longest_first for k in classes]
    with warnings.catch_warnings():  # fewer different images than ways give fewer groups: as promised
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = spread(lambda job: cut(along[job[1]], job[0], seed), jobs)
    cuts = dict(zip(jobs, found, strict=True))
    values = single(images.x_train.reshape(len(images.x_train), -1))
    numbered = spread(lambda w: number(images, values, [cuts[w, k] for k in classes]), longest_first)
    return dict(zip(ways, reversed(numbered), strict=True))


def number(images: Images, values: Array, cuts: list[Array]) -> Groups:
    """One numbering of all classes' groups, with their means, and where the test images lie."""
    counts = [int(cut.max()) + 1 for cut in cuts]
    first = np.concatenate([[0], np.cumsum(counts)])
    of_train = np.empty(len(images.x_train), np.uint16)
    for k, groups in enumerate(cuts):
        of_train[images.y_train == k] = groups + first[k]
    classes = np.repeat(np.arange(len(counts), dtype=np.uint8), counts)
    means = group_means(values, of_train, len(classes))
    distances = squared_distances(pixels(images.x_test), means)
    nearest = [distances[:, classes == k].argmin(axis=1) + first[k] for k in range(len(counts))]
    return Groups(
        classes,
        single(means),
        np.bincount(of_train),
        of_train,
        np.stack(nearest, axis=1).astype(np.uint16),
        classes[distances.argmin(axis=1)],
    )


def strongest_directions(x: Array) -> Array:
    """Images of a class (n × inputs) along their first principal components (n × at most DIRECTIONS)."""
    x = x[:, x.any(axis=0)]  # pixels that are never inked only cost time
    x = x - x.mean(axis=0)
    _, directions = np.linalg.eigh(x.T @ x)  # from the weakest to the strongest
    return x @ directions[:, -DIRECTIONS:]


def cut(along: Array, ways: int, seed: int) -> Array:
    """The group of each image of a class (n): k-means, groups numbered by size, largest first."""
    means = KMeans(min(ways, len(along)), n_init=1, random_state=seed)
    _, found, sizes = np.unique(means.fit_predict(along), return_inverse=True, return_counts=True)
    rank = np.empty(len(sizes), int)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return rank[found]


def group_means(values: Array, group: Array, groups: int) -> Array:
    """Each group's mean image (groups × inputs, 0…1) of images as rows of 0…255 (n × inputs).

    The sums are of whole numbers, below 2²⁴ for up to 65,000 images a group: exact even in float32.
    """
    n = len(group)
    member = csr_array((np.ones(n, values.dtype), (group, np.arange(n))), (groups, n))
    return (member @ values).astype(float) / (255 * np.bincount(group, minlength=groups)[:, None])


def squared_distances(x: Array, means: Array) -> Array:
    """‖x − m‖² less ‖x‖², which no choice of m changes (n × groups)."""
    return np.square(means).sum(axis=1) - 2 * (x @ means.T)
