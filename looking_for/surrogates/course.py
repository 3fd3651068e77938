"""The course of a training: how true the composed pictures of each snapshot's network are."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from pydantic import Field

from looking_for.clusters.survey import Survey, sample_images
from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.core.imageset import ImageSet
from looking_for.core.parallel import parallel_calls, parallel_map
from looking_for.core.tables import N_DIGITS, Row
from looking_for.networks.dense_weights import AffineMap, DenseWeights, Snapshots
from looking_for.networks.exact_maps import compose
from looking_for.networks.training_pass import LogitSums
from looking_for.surrogates.fits import Covariances, balance, least_squares
from looking_for.surrogates.ladder import Ladder
from looking_for.surrogates.measures import accuracy, estimate

IMAGES_AT_ONCE = 2_000
CLASS_IMAGES_AT_ONCE = 1_000  # more leave fewer pixels blank


def _column(name: str) -> Any:
    """A field whose column keeps an older name, which people's DVC plots read."""
    return Field(validation_alias=name, serialization_alias=name)


class SnapshotMeasures(Row):
    """A network after so many updates, measured on the test images.

    Parameters
    ----------
    updates : int
    accuracy : float
    agreement : float
        Of its composed pictures as they are.
    agreement_balanced, explained : float
        Of the same pictures after one gain for all classes and one bias per class.
    linear_fit : float
        The share explained by the best linear map.
    active_fraction : float or None
        The share of hidden units that are active, over units and images; None where there are none.
    distance_from_init : float
        ‖W − W⁽⁰⁾‖ / ‖W⁽⁰⁾‖ of the first layer.
    agreement_half_1, agreement_half_2 : float
        Agreement on each half of the test images, drawn at random: a snapshot that is chosen for its agreement is
        chosen on the first half and measured on the second.
    """

    updates: int
    accuracy: float
    agreement: float
    agreement_balanced: float
    explained: float
    linear_fit: float
    active_fraction: float | None = _column("on")
    distance_from_init: float = _column("travel")
    agreement_half_1: float
    agreement_half_2: float


# What is measured of a snapshot, in the order in which it is computed.
MEASURED = (
    "accuracy", "agreement", "agreement_half_1", "agreement_half_2", "agreement_balanced", "explained", "linear_fit",
    "active_fraction", "distance_from_init",
)  # fmt: skip


def measure_course(
    snapshots: Snapshots,
    images: ImageSet,
    survey: Survey,
    final: Ladder,
    final_accuracy: float,
    final_agrees: Array,
    sums: Sequence[LogitSums] | None = None,
) -> list[SnapshotMeasures]:
    """Measure each snapshot, in training's order.

    The passes are in float32: twice as fast, and what is stated of them has four digits.

    Parameters
    ----------
    final : Ladder
        Of the trained network, which is the last snapshot: its row is the ladder's.
    final_accuracy : float
    final_agrees : array, shape (n_tests,), bool
        Where the trained network's composed pictures give its answer.
    sums : sequence of LogitSums, optional
        Of all snapshots but the last, where they are known.
    """
    if not len(snapshots):
        return []
    *before, last = snapshots.networks
    x = as_pixels(images.x_test, np.float32)
    sums = sum_logits(before, images) if sums is None else sums
    precise = x.astype(float)

    def measure_one(pair: tuple[DenseWeights, LogitSums]) -> list[float | None]:
        logits, active = forward(pair[0], x)
        covariances = Covariances.from_sums(survey.sampled_pixels, pair[1], survey.pixel_basis)
        return [*_measure_snapshot(pair[0], covariances, precise, logits, images.y_test), active]

    rows = parallel_map(measure_one, zip(before, sums, strict=True))
    rows.append(_final_row(final, final_accuracy, final_agrees, forward(last, x)[1]))
    first = snapshots.networks[0].weights[0]
    distances = [relative_distance(network.weights[0], first) for network in snapshots.networks]
    return [
        SnapshotMeasures(
            updates=updates,
            **{n: None if v is None else round(v, N_DIGITS) for n, v in zip(MEASURED, (*row, d), strict=True)},  # type: ignore[arg-type]
        )
        for (updates, _), row, d in zip(snapshots, rows, distances, strict=True)
    ]


def stack_output_pictures(snapshots: Snapshots, shape: tuple[int, ...]) -> Array:
    """Compose the classes' pictures at each snapshot, centred across classes.

    Parameters
    ----------
    shape : (n_inputs, n_classes)

    Returns
    -------
    array, shape (n_snapshots, n_inputs, n_classes), float32
    """
    networks = (network.astype(np.float64) for network in snapshots.networks)
    pictures = [compose(network)[-1].centred().weights for network in networks]
    return np.array(pictures, np.float32).reshape(-1, *shape)


def sum_logits(networks: Sequence[DenseWeights], images: ImageSet) -> list[LogitSums]:
    """Take the sums that fits need, of each network over the sampled training images, in one pass over them."""
    return total_logits(parallel_calls(logit_jobs(networks, images)))


def total_logits(parts: Sequence[Sequence[LogitSums]]) -> list[LogitSums]:
    """Add up what the jobs of `logit_jobs` give, by network."""
    return [LogitSums.total(of_network) for of_network in zip(*parts, strict=True)]


def logit_jobs(networks: Sequence[DenseWeights], images: ImageSet) -> list[Callable[[], list[LogitSums]]]:
    """Divide the pass of `sum_logits` into portions of images, each a job.

    A pixel that is blank in all images of a portion adds nothing and is left out of all
    products. Images of one class have more of them in common: of MNIST's a third, which takes a quarter off the pass.
    """
    sampled = sample_images(len(images.y_train))
    by_class = sampled[np.argsort(images.y_train[sampled], kind="stable")]

    def portion(start: int) -> list[LogitSums]:
        some = images.x_train[by_class[start : start + CLASS_IMAGES_AT_ONCE]]
        some = some.reshape(-1, images.x_train[0].size)
        inked = np.any(some, axis=0)
        x = as_pixels(some[:, inked], np.float32)
        logits = [centred(n.restrict_inputs(inked).logits(x)) for n in networks]
        return [LogitSums.from_logits(x, z).expand_inputs(inked) for z in logits]

    return [partial(portion, start) for start in range(0, len(by_class), CLASS_IMAGES_AT_ONCE)]


def _measure_snapshot(
    network: DenseWeights, covariances: Covariances, x: Array, logits: Array, labels: Array
) -> list[float]:
    """accuracy, agreement, of its halves, agreement_balanced, explained, linear_fit of one network."""
    composed = compose(network)[-1]
    pictures = composed.centred().weights.astype(float)
    maps = composed, balance(pictures, covariances), least_squares(covariances)
    together = AffineMap(np.hstack([m.weights for m in maps]), np.hstack([m.bias for m in maps]))
    predictions = np.split(together(x), len(maps), axis=1)
    (as_it_is, _, _), (agreement, _, explained), (_, _, linear) = estimate(predictions, logits, labels).tolist()
    halves = agreement_of_halves(predictions[0].argmax(axis=1) == logits.argmax(axis=1))
    return [accuracy(logits, labels), as_it_is, *halves, agreement, explained, linear]


def agreement_of_halves(agrees: Array) -> tuple[float, float]:
    """Give the share of each half of the test images (n_tests,), drawn at random, that agrees."""
    order = np.random.default_rng(0).permutation(len(agrees))
    halves = np.array_split(agrees[order], 2) if len(agrees) > 1 else (agrees, agrees)
    return float(halves[0].mean()), float(halves[1].mean())


def _final_row(final: Ladder, final_accuracy: float, agrees: Array, active: float | None) -> list[float | None]:
    """The same of the trained network, as the ladder has it."""
    composed, balanced, linear = (final[name] for name in ("composed", "composed_balanced", "linear_fit"))
    agreements = composed.agreement.value, *agreement_of_halves(agrees), balanced.agreement.value
    return [final_accuracy, *agreements, balanced.explained.value, linear.explained.value, active]


def forward(network: DenseWeights, x: Array) -> tuple[Array, float | None]:
    """Give the logits (n_images, n_classes), float64, of rows of pixels (n_images, n_inputs), and the share of
    hidden units that are active, over units and images; None where there are none."""
    logits, n_active = [], 0
    for start in range(0, len(x), IMAGES_AT_ONCE):
        *hidden, last = network.preactivations(x[start : start + IMAGES_AT_ONCE])
        logits.append(last.astype(float))
        n_active += sum(int(np.count_nonzero(z > 0)) for z in hidden)
    n_units = len(x) * sum(network.hidden)
    return np.concatenate(logits), n_active / n_units if n_units else None


def relative_distance(weights: Array, first: Array) -> float:
    """Give ‖W − W⁽⁰⁾‖ / ‖W⁽⁰⁾‖ of two matrices (n_inputs, n_units)."""
    return float(np.linalg.norm(weights - first) / np.linalg.norm(first))
