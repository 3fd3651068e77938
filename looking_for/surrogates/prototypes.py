"""The fewest pictures: several a class, of which the strongest counts, fitted to a network's logits.

score_k(x) = max over the class's pictures of xa + c, a convex piecewise-linear function (Magnani & Boyd
2009) or one layer of maxout units (Goodfellow et al. 2013), fitted by least squares to logits as Ba &
Caruana 2014 fit shallow networks to deep ones. It begins as the network's own exact maps, one a cluster.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from looking_for.core.arrays import Array, centred, pixels
from looking_for.surrogates.maps import AffineMap, ClusterMaps, MaxAffine
from looking_for.surrogates.measures import estimates
from stages.params import Fit

BATCH = 64
RATE = 0.01  # of the steps at the start, for pictures whose weights have a root mean square of RATE_FOR
RATE_FOR = 0.1
HELD_OUT = 12  # one training image in so many judges the fit and takes no part in it
LOOKS = 4
EXACT = 1e-9  # of the variation left: nothing to fit, as where there is no hidden layer
BALANCED_ON = slice(5_000)  # of the images in their random order
PIXELS_FROM = 5_000  # images that tell the pixels' mean variance

Function = Callable[[Array, Array], Array]


class Images(NamedTuple):
    """Images as rows of bytes (n × inputs) and what to fit to them (n × classes)."""

    rows: Array
    targets: Array

    def at(self, places: Array | slice) -> "Images":
        return Images(self.rows[places], self.targets[places])


class Loss(NamedTuple):
    """A loss of each image (n) and its slope in the scores (n × classes), from scores and targets."""

    value: Function
    slope: Function


def from_exact_maps(clusters: ClusterMaps, classes: Array) -> MaxAffine:
    """Each cluster's own class in its mean exact map, as a picture of that class."""
    own = np.arange(len(classes))
    return MaxAffine(clusters.maps[own, :, classes].T, clusters.biases[own, classes], classes)


def apart(images: Images, seed: int) -> tuple[Images, Images]:
    """The training images that a fit learns from, in a random order, and those that only judge it."""
    order = np.random.default_rng(seed).permutation(len(images.rows))
    judging, learned = np.split(order, [max(1, len(order) // HELD_OUT)])
    return images.at(learned if len(learned) else judging), images.at(judging)


SQUARED = Loss(lambda p, z: np.square(p - z).sum(axis=1), lambda p, z: 2 * (p - z))


def fit(
    start: MaxAffine, learned: Images, judging: Images, settings: Fit, loss: Loss = SQUARED
) -> MaxAffine:
    """Pictures fitted to the targets from a start.

    Adam on batches, its steps falling to 0 along half a cosine. Of the start and LOOKS moments on the way
    that counts which has the least loss on the images that only judge.
    """
    variance = float(learned.targets.var(axis=0).sum())
    if variance == 0 or mean_loss(start, judging, SQUARED) <= EXACT * variance:
        return start
    descent = _Descent(start, learned, settings, loss)
    found = [start, *(descent.run(-(-settings.updates // LOOKS)) for _ in range(LOOKS))]
    return min(found, key=lambda pictures: mean_loss(pictures, judging, loss))


def mean_loss(said: MaxAffine, images: Images, loss: Loss) -> float:
    return float(loss.value(centred(said(pixels(images.rows))), images.targets).mean())


def explained(said: MaxAffine, images: Images) -> float:
    """The share of the targets' variation that pictures explain."""
    found = estimates([said(pixels(images.rows))], images.targets, np.zeros(len(images.rows)))
    return float(found[0, 2])


def balanced(said: MaxAffine, images: Images) -> MaxAffine:
    """The same after one gain and one shift a class: least squares; as it is where no gain above 0 fits."""
    p = centred(said(pixels(images.rows)))
    apart, z = p - p.mean(axis=0), images.targets - images.targets.mean(axis=0)
    variance = float(np.square(apart).sum())
    gain = float((apart * z).sum()) / variance if variance > 0 else 1.0
    if gain <= 0:
        return said
    return said.scaled(gain, images.targets.mean(axis=0) - gain * p.mean(axis=0))


def in_gauge(said: MaxAffine, weight: Array) -> MaxAffine:
    """A function added to all pictures alike changes nothing: taken off is the mean over classes of each
    class's mean picture, a picture counted by its `weight` (pictures), as classes are centred elsewhere."""
    of_class = np.bincount(said.classes, weight)[said.classes]
    share = np.where(of_class > 0, weight / np.maximum(of_class, 1), 0) / (said.classes.max() + 1)
    common = AffineMap(said.weights @ share, said.biases @ share)
    return MaxAffine(said.weights - common.weights[:, None], said.biases - common.bias, said.classes)


def pull(images: Images, pictures: int) -> float:
    """The slope of K · mean over pictures of σ²‖Δa‖² in a picture's change Δa, divided by Δa.

    σ² is the mean variance of a pixel: σ²‖Δa‖² is how much a score would vary by the change alone if
    pixels were independent. Divided by the targets' variance it is on the scale of 1 − explained.
    """
    variance = float(pixels(images.rows[:PIXELS_FROM]).var(axis=0).mean())
    return 2 * images.targets.shape[1] * variance / pictures


class _Descent:
    """Adam (Kingma & Ba 2015) over the pictures, in float64 and on the thread that calls."""

    def __init__(self, start: MaxAffine, images: Images, settings: Fit, loss: Loss) -> None:
        self.start, self.images, self.settings, self.loss = start, images, settings, loss
        self.values = np.vstack([start.weights, start.biases]).astype(float)
        self.first = self.values.copy()
        self.mean, self.square = np.zeros_like(self.values), np.zeros_like(self.values)
        self.rate = RATE * float(np.sqrt(np.square(start.weights).mean())) / RATE_FOR
        self.variance = float(images.targets.var(axis=0).sum())
        self.pull = settings.pull * pull(images, len(start.classes))
        self.chance = np.random.default_rng([settings.seed, 1])
        self.queue, self.done = np.empty(0, int), 0

    def run(self, updates: int) -> MaxAffine:
        """So many more updates; gives the pictures after them."""
        for _ in range(updates):
            self._update()
        return self._now(self.values.copy())

    def _now(self, values: Array) -> MaxAffine:
        return MaxAffine(values[:-1], values[-1], self.start.classes)

    def _update(self) -> None:
        """One step of Adam, in place: there are as many passes over memory as sums of products."""
        self.done += 1
        gradient = self._gradient(self.images.at(self._batch()))
        self.mean *= 0.9
        self.mean += 0.1 * gradient
        self.square *= 0.999
        np.square(gradient, out=gradient)
        gradient *= 0.001
        self.square += gradient
        progress = min(1.0, self.done / self.settings.updates)
        rate = self.rate * 0.5 * (1 + np.cos(np.pi * progress)) / (1 - 0.9**self.done)
        np.sqrt(self.square, out=gradient)
        gradient /= np.sqrt(1 - 0.999**self.done)
        gradient += 1e-8
        np.divide(self.mean, gradient, out=gradient)
        gradient *= rate
        self.values -= gradient

    def _gradient(self, batch: Images) -> Array:
        x = np.hstack([pixels(batch.rows), np.ones((len(batch.rows), 1))])
        said = x @ self.values
        best = self.start.strongest(said)
        slope = self.loss.slope(centred(np.take_along_axis(said, best, axis=1)), batch.targets)
        along = np.zeros_like(said)
        np.put_along_axis(along, best, centred(slope) / (len(x) * self.variance), axis=1)
        gradient = x.T @ along
        gradient[:-1] += self.pull / self.variance * (self.values - self.first)[:-1]
        return gradient

    def _batch(self) -> Array:
        """The next images, each once before any comes again."""
        while len(self.queue) < BATCH:
            again = self.chance.permutation(len(self.images.rows))
            self.queue = np.concatenate([self.queue, again])
        batch, self.queue = np.split(self.queue, [BATCH])
        return batch
