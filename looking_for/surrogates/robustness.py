"""How true surrogates are where images change, and where they point: tests that answers alone do not pass."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from looking_for.clusters.kmeans import Clusters, relative_squared_distances
from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.core.imageset import ImageSet
from looking_for.core.parallel import parallel_map
from looking_for.core.tables import Interval
from looking_for.networks.base import Network
from looking_for.surrogates.changes import CHANGES
from looking_for.surrogates.measures import N_RESAMPLES, RESAMPLES_AT_ONCE, resample_counts
from looking_for.surrogates.similarity import top_two
from looking_for.surrogates.surrogate import Margins, Surrogate, TestImages

N_CHANGED_IMAGES = 1_000  # test images that are changed
N_DELETION_IMAGES = 120  # that ink is taken away from; each is run N_DELETIONS times per surrogate
N_DELETION_IMAGES_OF_OTHERS = 50  # the same for a network that is not dense and takes longer
N_DELETIONS = 25  # from all of the ink to none
DELETIONS_AT_ONCE = 400_000  # numbers of images with less and less ink
ROUNDING = 1e-9  # of a share of the ink


class Sampled(NamedTuple):
    """An estimate, and what resampled test images give for it (n_resamples,)."""

    value: float
    resampled: Array

    def interval(self) -> Interval:
        """Take the estimate with its 95 % interval."""
        return Interval.from_samples(self.value, self.resampled)


class Robustness(NamedTuple):
    """What surrogates are under change and by deletion.

    Parameters
    ----------
    changes : mapping from str to list of Sampled
        By change, for each surrogate: the share of how the logits change that it explains.
    deletion : list of Sampled or None
        For each surrogate with pictures: the median share of the ink that is gone when the network answers otherwise,
        where the ink goes in the order in which its picture has it speak for the answer.
    deletion_exact, deletion_random : Sampled
        The same in the order of each image's own exact map, and in a random order of each image's own.
    """

    changes: Mapping[str, list[Sampled]]
    deletion: list[Sampled | None]
    deletion_exact: Sampled
    deletion_random: Sampled

    @property
    def explained_change(self) -> list[Sampled]:
        """For each surrogate, the mean over those changes that move a logit; NaN where none does."""
        moving = [some for some in self.changes.values() if not np.isnan(some[0].value)] or list(self.changes.values())
        return [
            Sampled(float(np.mean([s.value for s in some])), np.mean([s.resampled for s in some], axis=0))
            for some in zip(*moving, strict=True)
        ]


def measure_robustness(
    network: Network, surrogates: Sequence[Surrogate], images: ImageSet, clusters: Mapping[int, Clusters]
) -> Robustness:
    """Measure surrogates of a network on changed test images, and by taking ink away from some."""
    chosen = choose_images(len(images.x_test), N_CHANGED_IMAGES)
    x = images.x_test[chosen]
    changed = [x, *(change(x, np.random.default_rng([0, n])) for n, change in enumerate(CHANGES.values()))]
    predict = partial(_predict, network, surrogates, clusters)
    (logits, predictions), *others = parallel_map(predict, changed)
    changes = {
        name: explain_change(logits_after - logits, predictions_after - predictions)
        for name, (logits_after, predictions_after) in zip(CHANGES, others, strict=True)
    }
    n_deleted = N_DELETION_IMAGES if network.architecture.is_dense else N_DELETION_IMAGES_OF_OTHERS
    tests = with_nearest(images.x_test[choose_images(len(images.x_test), n_deleted)], clusters)
    in_random_order = np.random.default_rng(1).random(tests.x.shape)
    return Robustness(
        changes,
        [s.margins and _delete(network, tests, partial(_contributions, s.margins)) for s in surrogates],
        _delete(network, tests, partial(_contributions, lambda some, *classes: network.margins(some.x, *classes))),
        _delete(network, tests, lambda part, *_: in_random_order[part]),
    )


def choose_images(n_images: int, n_chosen: int) -> Array:
    """Choose so many of the images at random, or all; gives their indices, in order."""
    return np.sort(np.random.default_rng(0).permutation(n_images)[:n_chosen])


def with_nearest(images: Array, clusters: Mapping[int, Clusters]) -> TestImages:
    """Take images of bytes as rows of pixels, and find the cluster nearest to each."""
    x = as_pixels(images)
    return TestImages(x, {n: relative_squared_distances(x, c.means).argmin(axis=1) for n, c in clusters.items()})


def _predict(
    network: Network, surrogates: Sequence[Surrogate], clusters: Mapping[int, Clusters], images: Array
) -> tuple[Array, Array]:
    """The logits (n_images, n_classes) and what surrogates predict of them (n_surrogates, n_images, n_classes)."""
    tests = with_nearest(images, clusters)
    return centred(network.logits(tests.x)), np.stack([centred(s.predict(tests)) for s in surrogates])


def explain_change(logits: Array, predictions: Array) -> list[Sampled]:
    """Give the share of changes of logits that surrogates explain: 1 − Σ(Δz − Δp)² / Σ(Δz)².

    Parameters
    ----------
    logits : array, shape (n_images, n_classes)
        Δz.
    predictions : array, shape (n_surrogates, n_images, n_classes)
        Δp.

    Returns
    -------
    list of Sampled
        One per surrogate; NaN where no logit changes.
    """
    missed = np.square(logits - predictions).sum(axis=2)
    stats = np.vstack([missed, np.square(logits).sum(axis=1)]).T
    counts = np.concatenate([resample_counts(len(logits), start) for start in range(0, N_RESAMPLES, RESAMPLES_AT_ONCE)])
    sums = np.vstack([stats.sum(axis=0), counts @ stats])
    with np.errstate(divide="ignore", invalid="ignore"):
        explained = np.where(sums[:, -1:] > 0, 1 - sums[:, :-1] / sums[:, -1:], np.nan)
    return [Sampled(float(column[0]), column[1:]) for column in explained.T]


def _contributions(margins: Margins, _: slice, some: TestImages, answers: Array, runners_up: Array) -> Array:
    """What each pixel adds to the answer's lead over the runner-up."""
    return some.x * margins(some, answers, runners_up)


def _delete(network: Network, tests: TestImages, speaks: Callable[[slice, TestImages, Array, Array], Array]) -> Sampled:
    """Take ink away in the order in which each pixel `speaks` for the answer and against the runner-up; give the
    median share of the ink that is gone when the network answers otherwise."""
    at_once = max(1, DELETIONS_AT_ONCE // (N_DELETIONS * network.n_inputs))

    def portion(start: int) -> Array:
        part = slice(start, start + at_once)
        some = tests.take(part)
        answers, runners_up = top_two(network.logits(some.x))
        less = remove_ink(some.x, speaks(part, some, answers, runners_up))
        after = network.logits(less.reshape(-1, network.n_inputs)).argmax(axis=1).reshape(len(less), -1)
        has_fallen = after != answers[:, None]
        ink = some.x.sum(axis=1)
        left = less[np.arange(len(less)), has_fallen.argmax(axis=1)].sum(axis=1)
        return np.where(has_fallen.any(axis=1) & (ink > 0), 1 - left / np.where(ink > 0, ink, 1), 1.0)

    shares = np.concatenate(parallel_map(portion, range(0, len(tests.x), at_once)))
    draws = np.random.default_rng(2).integers(0, len(shares), (N_RESAMPLES, len(shares)))
    return Sampled(float(np.median(shares)), np.median(shares[draws], axis=1))


def remove_ink(x: Array, speaks: Array) -> Array:
    """Take ink away, step by step, from what speaks most to what speaks least.

    Parameters
    ----------
    x : array, shape (n_images, n_inputs)
        Pixels in [0, 1].
    speaks : array, shape (n_images, n_inputs)

    Returns
    -------
    array, shape (n_images, N_DELETIONS, n_inputs)
        After step t of N_DELETIONS at least that share of an image's ink is gone, at the last all of it.

    Examples
    --------
    >>> remove_ink(np.array([[1.0, 0.5, 0.5]]), np.array([[2.0, 9.0, 1.0]]))[0, [0, 11, 24]]
    array([[1. , 0. , 0.5],
           [0. , 0. , 0.5],
           [0. , 0. , 0. ]])
    """
    order = np.argsort(-np.where(x > 0, speaks, -np.inf), axis=1, kind="stable")
    ink = np.take_along_axis(x, order, axis=1)
    total = np.maximum(x.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    gone_before = (np.cumsum(ink, axis=1) - ink) / total
    steps = np.arange(1, N_DELETIONS + 1) / N_DELETIONS
    is_left = gone_before[:, None, :] >= steps[:, None] - ROUNDING
    less = np.empty(is_left.shape)
    np.put_along_axis(less, np.broadcast_to(order[:, None, :], less.shape), ink[:, None, :] * is_left, axis=2)
    return less
