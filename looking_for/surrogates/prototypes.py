"""Fit prototypes to logits: several pictures per class, of which the strongest counts.

By least squares to a network's logits, as Ba & Caruana 2014 fit shallow networks to deep ones. The fit
starts from the network's own exact maps, one per cluster.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import numpy as np

from looking_for.clusters.kmeans import Clusters
from looking_for.core.arrays import Array, as_float32, as_pixels, centred, sum_bytes_by_group
from looking_for.core.parallel import parallel_calls, parallel_map
from looking_for.core.tables import N_DIGITS
from looking_for.networks.dense_weights import AffineMap
from looking_for.surrogates.adam import Adam, Batches, root_mean_square
from looking_for.surrogates.maps import ClusterMaps, FittedPrototypes, Prototypes
from looking_for.surrogates.measures import MEASURES, cosines, estimate

BATCH_SIZE = 64
LEARNING_RATE = 0.01  # Adam's step at the start, for pictures whose root mean square weight is REFERENCE_RMS
REFERENCE_RMS = 0.1
VALIDATION_PART = 12  # one training image in so many validates the fit and takes no part in it
N_CHECKPOINTS = 4  # moments on the way, of which the best on validation images counts
EXACT_SHARE = 1e-9  # of the variation left: nothing to fit, as where there is no hidden layer
BALANCED_ON = slice(5_000)  # of the images in their random order
N_VARIANCE_IMAGES = 5_000  # images that the pixels' mean variance is taken over

IMAGES_AT_ONCE = 2_000

LossFunction = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class FitSettings:
    """How prototypes are fitted: how many per class, how strongly they are held to the maps from which they
    start (`params.yaml` has the scale), steps of the fit, and the seed of its order."""

    pictures: tuple[int, ...]
    pull: float
    updates: int
    seed: int


class FitData(NamedTuple):
    """Images as rows of bytes (n_images, n_inputs) and the targets of the fit (n_images, n_classes)."""

    rows: Array
    targets: Array

    def at(self, places: Array | slice) -> "FitData":
        """Take some of the images."""
        return FitData(self.rows[places], self.targets[places])


class Loss(NamedTuple):
    """A loss per image (n_images,) and its slope in the scores (n_images, n_classes), both functions of
    scores and targets."""

    value: LossFunction
    slope: LossFunction


SQUARED = Loss(lambda p, z: np.square(p - z).sum(axis=1), lambda p, z: 2 * (p - z))


def prototypes_from_maps(clusters: ClusterMaps, classes: Array) -> Prototypes:
    """Take the column of each cluster's class (n_clusters,) in its mean exact map as a picture of that class."""
    places = np.arange(len(classes))
    return Prototypes(clusters.maps[places, :, classes].T, clusters.biases[places, classes], classes)


def train_validation_split(data: FitData, seed: int) -> tuple[FitData, FitData]:
    """Split training images into those that are fitted to, in a random order, and those that validate."""
    order = np.random.default_rng(seed).permutation(len(data.rows))
    validation, train = np.split(order, [max(1, len(order) // VALIDATION_PART)])
    return data.at(train if len(train) else validation), data.at(validation)


def fit_prototypes(
    start: Prototypes, train: FitData, validation: FitData, settings: FitSettings, loss: Loss = SQUARED
) -> Prototypes:
    """Fit prototypes to targets by Adam on batches, its steps falling to 0 along half a cosine.

    The start is returned as it is where the targets are constant or it fits them already.

    Parameters
    ----------
    start : Prototypes
    train, validation : FitData
        Of the start and N_CHECKPOINTS moments on the way, the one with the least loss on validation counts.
    settings : FitSettings
    loss : Loss
        Default: squared error.
    """
    variance, x = float(train.targets.var(axis=0).sum()), as_pixels(validation.rows)
    if variance == 0 or mean_loss(start, x, validation.targets, SQUARED) <= EXACT_SHARE * variance:
        return start
    fit = _Fit(start, train, settings, loss)
    checkpoints = [start, *(fit.run(-(-settings.updates // N_CHECKPOINTS)) for _ in range(N_CHECKPOINTS))]
    return min(checkpoints, key=lambda prototypes: mean_loss(prototypes, x, validation.targets, loss))


def mean_loss(prototypes: Prototypes, x: Array, targets: Array, loss: Loss) -> float:
    """Average a loss over images as rows of pixels (n_images, n_inputs), with targets (n_images, n_classes)."""
    return float(loss.value(centred(prototypes(x)), targets).mean())


def share_explained(prototypes: Prototypes, data: FitData) -> float:
    """Give the share of the targets' variation that prototypes explain."""
    predictions = [prototypes(as_pixels(data.rows))]
    return float(estimate(predictions, data.targets, np.zeros(len(data.rows)))[0, MEASURES.index("explained")])


def balance_prototypes(prototypes: Prototypes, data: FitData) -> Prototypes:
    """Apply one gain and one shift per class: least squares; nothing where no gain above 0 fits."""
    p = centred(prototypes(as_pixels(data.rows)))
    centred_scores, centred_targets = p - p.mean(axis=0), data.targets - data.targets.mean(axis=0)
    variance = float(np.square(centred_scores).sum())
    gain = float((centred_scores * centred_targets).sum()) / variance if variance > 0 else 1.0
    if gain <= 0:
        return prototypes
    return prototypes.scaled(gain, data.targets.mean(axis=0) - gain * p.mean(axis=0))


def remove_shared_component(prototypes: Prototypes, weight: Array) -> Prototypes:
    """Subtract what all pictures share, which changes no answer: the mean over classes of each class's mean
    picture, a picture counted by its `weight` (n_pictures,), as classes are centred elsewhere."""
    of_class = np.bincount(prototypes.classes, weight)[prototypes.classes]
    n_classes = prototypes.classes.max() + 1
    share = np.where(of_class > 0, weight / np.maximum(of_class, 1), 0) / n_classes
    shared = AffineMap(prototypes.weights @ share, prototypes.biases @ share)
    return replace(
        prototypes, weights=prototypes.weights - shared.weights[:, None], biases=prototypes.biases - shared.bias
    )


def anchor_penalty(data: FitData, n_pictures: int) -> float:
    """Give the slope of K · mean over pictures of σ²‖Δa‖² in a picture's change Δa, divided by Δa.

    σ² is the mean variance of a pixel: σ²‖Δa‖² is how much a score would vary by the change alone if
    pixels were independent. Divided by the targets' variance it is on the scale of 1 − explained.
    """
    variance = float(as_pixels(data.rows[:N_VARIANCE_IMAGES]).var(axis=0).mean())
    return 2 * data.targets.shape[1] * variance / n_pictures


def fit_all_prototypes(
    data: FitData, clusters: Mapping[int, Clusters], maps: Mapping[int, ClusterMaps], settings: FitSettings
) -> dict[int, FittedPrototypes]:
    """Fit prototypes to the training images' logits, for each number per class; parameters as of `fit_jobs`."""
    jobs = fit_jobs(data, clusters, maps, settings)
    return order_fits(settings, dict(zip(jobs, parallel_calls(jobs.values()), strict=True)))


def fit_jobs(
    data: FitData, clusters: Mapping[int, Clusters], maps: Mapping[int, ClusterMaps], settings: FitSettings
) -> dict[int, Callable[[], FittedPrototypes]]:
    """Prepare fits of prototypes to the training images' logits, by number per class, the longest fit first.

    Parameters
    ----------
    data : FitData
        All training images.
    clusters, maps : mappings by clusters per class
        The maps are what the fits start from.
    """
    train, validation = train_validation_split(data, settings.seed)

    def fit(w: int) -> FittedPrototypes:
        first = prototypes_from_maps(maps[w], clusters[w].classes)
        start = balance_prototypes(first, train.at(BALANCED_ON))
        fitted = fit_prototypes(start, train, validation, settings)
        return summarise_prototypes(fitted, first, data.rows, validation)

    return {w: partial(fit, w) for w in sorted(settings.pictures, reverse=True)}


def order_fits(settings: FitSettings, fitted: Mapping[int, FittedPrototypes]) -> dict[int, FittedPrototypes]:
    """Put fits by number per class into the order in which the settings name them."""
    return {w: fitted[w] for w in settings.pictures}


def summarise_prototypes(
    prototypes: Prototypes, start: Prototypes, rows: Array, validation: FitData
) -> FittedPrototypes:
    """Measure what each picture does on images (n_images, n_inputs; bytes); drop those that never count.

    A picture counts for an image if it is the strongest of its class, and answers it if it is of all.
    """
    counts, answers = assign_images(prototypes, rows)
    shares = np.bincount(answers, minlength=len(counts)) / len(rows)
    order = np.lexsort((-counts, -shares, prototypes.classes))
    kept = order[counts[order] > 0]
    pair = [remove_shared_component(p, counts) for p in (prototypes, start)]
    final = pair[0].select(kept).as_float32()
    return FittedPrototypes(
        final.weights,
        final.biases,
        final.classes,
        as_float32(shares[kept]),
        as_float32(mean_answered_images(answers, rows, len(counts))[kept]),
        as_float32(cosines(*(p.weights for p in pair))[kept]),
        round(share_explained(prototypes, validation), N_DIGITS),
    )


def assign_images(prototypes: Prototypes, rows: Array) -> tuple[Array, Array]:
    """Find for how many images each picture counts, and which picture answers each image (n_images, n_inputs).

    Returns
    -------
    counts, answers : arrays, shape (n_pictures,) and (n_images,)
    """

    def portion(start: int) -> tuple[Array, Array]:
        scores = prototypes.scores(as_pixels(rows[start : start + IMAGES_AT_ONCE]))
        counts = np.bincount(prototypes.winners(scores).ravel(), minlength=scores.shape[1])
        return counts, scores.argmax(axis=1)

    parts = parallel_map(portion, range(0, len(rows), IMAGES_AT_ONCE))
    return np.sum([counts for counts, _ in parts], axis=0), np.concatenate([a for _, a in parts])


def mean_answered_images(answers: Array, rows: Array, n_pictures: int) -> Array:
    """Average the images that each picture answers (n_pictures, n_inputs), in [0, 1]; 0 where it has none."""
    counts = np.bincount(answers, minlength=n_pictures)
    return sum_bytes_by_group(answers, rows, n_pictures) / (255.0 * np.maximum(counts, 1))[:, None]


class _Fit:
    """A fit of the pictures by Adam."""

    def __init__(self, start: Prototypes, data: FitData, settings: FitSettings, loss: Loss) -> None:
        self.start, self.data, self.loss = start, data, loss
        self.values = np.vstack([start.weights, start.biases]).astype(float)
        self.first = self.values.copy()
        rate = LEARNING_RATE * root_mean_square(start.weights) / REFERENCE_RMS
        self.adam = Adam(self.values, rate, settings.updates)
        self.variance = float(data.targets.var(axis=0).sum())
        self.pull = settings.pull * anchor_penalty(data, len(start.classes))
        self.batches = Batches(len(data.rows), BATCH_SIZE, np.random.default_rng([settings.seed, 1]))

    def run(self, updates: int) -> Prototypes:
        """Make so many more updates; give the pictures after them."""
        for _ in range(updates):
            self.adam.step(self._gradient(self.data.at(self.batches.next())))
        return Prototypes(self.values[:-1].copy(), self.values[-1].copy(), self.start.classes)

    def _gradient(self, batch: FitData) -> Array:
        x = np.hstack([as_pixels(batch.rows), np.ones((len(batch.rows), 1))])
        scores = x @ self.values
        winners = self.start.winners(scores)
        slope = self.loss.slope(centred(np.take_along_axis(scores, winners, axis=1)), batch.targets)
        upstream = np.zeros_like(scores)
        np.put_along_axis(upstream, winners, centred(slope) / (len(x) * self.variance), axis=1)
        gradient = x.T @ upstream
        gradient[:-1] += self.pull / self.variance * (self.values - self.first)[:-1]
        return gradient
