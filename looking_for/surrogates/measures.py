"""How true a stand-in is: agreement, agreement on the network's errors, explained; with resamples."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from looking_for.core.arrays import Array, centred
from looking_for.core.parallel import spread
from looking_for.surrogates.ladder import MEASURES

RESAMPLES, AT_ONCE = 1_000, 100


class Measured(NamedTuple):
    """values: stand-ins × measures; resampled: stand-ins × measures × resamples; NaN where undefined."""

    values: Array
    resampled: Array


def measure(predictions: Sequence[Array], logits: Array, labels: Array) -> Measured:
    """Measure what stand-ins predict (n × classes each) of a network's logits (n × classes) on n images.

    The images are resampled with replacement; every stand-in, and every network measured on as many
    images, is measured on the same resamples, so that differences are paired.
    """
    n = len(logits)
    stats = per_image(predictions, logits, labels)
    sums = spread(lambda start: _counts(n, start) @ stats, range(0, RESAMPLES, AT_ONCE))
    resampled = np.stack(_measures(np.concatenate(sums), n, len(predictions)))
    return Measured(estimates(predictions, logits, labels), resampled.transpose(2, 0, 1))


def estimates(predictions: Sequence[Array], logits: Array, labels: Array) -> Array:
    """The measures alone (stand-ins × measures), without resampling."""
    sums = per_image(predictions, logits, labels).sum(axis=0)
    return np.stack(_measures(sums, len(logits), len(predictions)), axis=1)


def per_image(predictions: Sequence[Array], logits: Array, labels: Array) -> Array:
    """All that the measures need of each image, as columns whose sums over images say the rest.

    For each stand-in: same class; same class on an error; squared miss. Then: error, |z|², z.
    """
    z = centred(logits)
    predicted = z.argmax(axis=1)
    wrong = predicted != labels
    same = np.stack([p.argmax(axis=1) == predicted for p in predictions], axis=1)
    missed = np.stack([np.square(z - centred(p)).sum(axis=1) for p in predictions], axis=1)
    errors = wrong[:, None]
    return np.hstack([same, same & errors, missed, errors, np.square(z).sum(axis=1, keepdims=True), z])


def _measures(sums: Array, n: int, k: int) -> tuple[Array, ...]:
    """Agreement, agreement on errors and explained (… × stand-ins each) from sums over n images."""
    same, same_on_errors, missed = (sums[..., part * k : (part + 1) * k] for part in range(3))
    errors, squares, z = sums[..., 3 * k, None], sums[..., 3 * k + 1, None], sums[..., 3 * k + 2 :]
    spread_out = squares - np.square(z).sum(axis=-1, keepdims=True) / n
    nothing = spread_out <= np.finfo(float).eps * squares  # always the same logits: nothing to explain
    explained = np.where(nothing, 0.0, 1 - missed / np.where(nothing, 1, spread_out))
    on_errors = np.divide(same_on_errors, errors, out=np.full_like(same, np.nan), where=errors > 0)
    found = {"agreement": same / n, "agreement_on_errors": on_errors, "explained": explained}
    return tuple(found[name] for name in MEASURES)


def _counts(n: int, start: int) -> Array:
    """How often each of n images is drawn in some of the resamples (resamples × n)."""
    chance = np.random.default_rng([n, start])
    drawn = chance.integers(0, n, (AT_ONCE, n))
    return np.stack([np.bincount(row, minlength=n) for row in drawn]).astype(float)


def cross_entropy(logits: Array, labels: Array) -> float:
    """The mean of −log softmax(z) at the label, in nats."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    own = np.take_along_axis(shifted, labels[:, None].astype(int), axis=1)[:, 0]
    return float((np.log(np.exp(shifted).sum(axis=1)) - own).mean())


def accuracy(logits: Array, labels: Array) -> float:
    return float((logits.argmax(axis=1) == labels).mean())


def mean_cosine(pictures: Array, others: Array) -> float:
    """The mean over classes of the cosine between two pictures (inputs × classes) of the class."""
    return float(cosines(pictures, others).mean())


def cosines(pictures: Array, others: Array) -> Array:
    """The cosine of each column with the other's (columns); 0 where one is 0."""
    lengths = np.linalg.norm(pictures, axis=0) * np.linalg.norm(others, axis=0)
    return np.asarray((pictures * others).sum(axis=0) / np.maximum(lengths, np.finfo(float).tiny))
