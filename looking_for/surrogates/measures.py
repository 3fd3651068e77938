"""How true a surrogate is: agreement, agreement on the network's errors, explained; with resamples."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import log_softmax

from looking_for.core.arrays import Array, centred
from looking_for.core.parallel import parallel_map

MEASURES = ("agreement", "agreement_on_errors", "explained")
N_RESAMPLES, RESAMPLES_AT_ONCE = 1_000, 100


class Measured(NamedTuple):
    """values: (n_surrogates, n_measures); resampled: (n_surrogates, n_measures, n_resamples); NaN where
    undefined."""

    values: Array
    resampled: Array


def measure(predictions: Sequence[Array], logits: Array, labels: Array) -> Measured:
    """Measure what surrogates predict of a network's logits.

    The images are resampled with replacement; every surrogate, and every network measured on as many
    images, is measured on the same resamples, so that differences are paired.

    Parameters
    ----------
    predictions : sequence of arrays, shape (n_images, n_classes)
    logits : array, shape (n_images, n_classes)
    labels : array, shape (n_images,)
    """
    n = len(logits)
    stats = stats_per_image(predictions, logits, labels)
    starts = range(0, N_RESAMPLES, RESAMPLES_AT_ONCE)
    sums = parallel_map(lambda start: resample_counts(n, start) @ stats, starts)
    resampled = np.stack(_measures_from_sums(np.concatenate(sums), n, len(predictions)))
    return Measured(estimate(predictions, logits, labels), resampled.transpose(2, 0, 1))


def estimate(predictions: Sequence[Array], logits: Array, labels: Array) -> Array:
    """Give the measures alone (n_surrogates, n_measures), without resampling; parameters as of `measure`."""
    sums = stats_per_image(predictions, logits, labels).sum(axis=0)
    return np.stack(_measures_from_sums(sums, len(logits), len(predictions)), axis=1)


def stats_per_image(predictions: Sequence[Array], logits: Array, labels: Array) -> Array:
    """Collect what the measures need of each image, as columns that are summed over images.

    Returns
    -------
    array, shape (n_images, 3 · n_surrogates + 2 + n_classes)
        For each surrogate: same class; same class on an error; squared miss. Then: error, |z|², z centred.
    """
    z = centred(logits)
    predicted = z.argmax(axis=1)
    wrong = predicted != labels
    same = np.stack([p.argmax(axis=1) == predicted for p in predictions], axis=1)
    missed = np.stack([np.square(z - centred(p)).sum(axis=1) for p in predictions], axis=1)
    errors = wrong[:, None]
    return np.hstack([same, same & errors, missed, errors, np.square(z).sum(axis=1, keepdims=True), z])


def _measures_from_sums(sums: Array, n: int, k: int) -> tuple[Array, ...]:
    """Agreement, agreement on errors and explained (…, n_surrogates) from sums over n images."""
    same, same_on_errors, missed = (sums[..., part * k : (part + 1) * k] for part in range(3))
    errors, squares, z = sums[..., 3 * k, None], sums[..., 3 * k + 1, None], sums[..., 3 * k + 2 :]
    variation = squares - np.square(z).sum(axis=-1, keepdims=True) / n
    is_constant = variation <= np.finfo(float).eps * squares  # always the same logits: nothing to explain
    explained = np.where(is_constant, 0.0, 1 - missed / np.where(is_constant, 1, variation))
    on_errors = np.divide(same_on_errors, errors, out=np.full_like(same, np.nan), where=errors > 0)
    by_name = {"agreement": same / n, "agreement_on_errors": on_errors, "explained": explained}
    return tuple(by_name[name] for name in MEASURES)


def resample_counts(n: int, start: int) -> Array:
    """Count how often each of n images is drawn in RESAMPLES_AT_ONCE of the resamples (n_resamples, n), from one on."""
    drawn = np.random.default_rng([n, start]).integers(0, n, (RESAMPLES_AT_ONCE, n))
    return np.stack([np.bincount(row, minlength=n) for row in drawn]).astype(float)


def cross_entropy(logits: Array, labels: Array) -> float:
    """Give the mean over images (n_images, n_classes) of −log softmax(z) at the label (n_images,), in nats."""
    by_label = np.take_along_axis(log_softmax(logits, axis=1), labels[:, None].astype(int), axis=1)
    return float(-by_label.mean())


def accuracy(logits: Array, labels: Array) -> float:
    """Give the share of images (n_images, n_classes) whose largest logit is the label's.

    Examples
    --------
    >>> accuracy(np.array([[2.0, 1.0], [0.0, 3.0]]), np.array([0, 0]))
    0.5
    """
    return float((logits.argmax(axis=1) == labels).mean())


def mean_cosine(pictures: Array, others: Array) -> float:
    """Average over classes the cosine between two pictures (n_inputs, n_classes) of the class."""
    return float(cosines(pictures, others).mean())


def cosines(pictures: Array, others: Array) -> Array:
    """Give the cosine of each column with the other's; 0 where one is 0.

    Examples
    --------
    >>> cosines(np.array([[1.0, 3.0], [0.0, 4.0]]), np.array([[2.0, 4.0], [0.0, 3.0]]))
    array([1.  , 0.96])
    """
    lengths = np.linalg.norm(pictures, axis=0) * np.linalg.norm(others, axis=0)
    return np.asarray((pictures * others).sum(axis=0) / np.maximum(lengths, np.finfo(float).tiny))
