"""The truth along the training: at each snapshot, how true the composed pictures of that moment are."""

from collections.abc import Sequence

import numpy as np

from looking_for.clusters.survey import Survey
from looking_for.core.arrays import Array, centred, pixels
from looking_for.core.parallel import spread
from looking_for.images.imageset import Images
from looking_for.networks.composing import compose
from looking_for.networks.dense import Network, Snapshots
from looking_for.surrogates.evaluate import Evaluation
from looking_for.surrogates.fits import LogitSums, Moments, balanced, least_squares
from looking_for.surrogates.ladder import DIGITS
from looking_for.surrogates.measures import accuracy, estimates
from looking_for.surrogates.truth import Moment

IMAGES_AT_ONCE = 2_000
OF_A_CLASS = 1_000  # at once: more leave fewer pixels blank


def truth(snapshots: Snapshots, images: Images, survey: Survey, final: Evaluation) -> list[Moment]:
    """A row a snapshot, in training's order. The last is the trained network, so its row is the ladder's.

    The passes are in float32: twice as fast, and what is stated of them has four digits.
    """
    if not snapshots.networks:
        return []
    *before, last = snapshots.networks
    x = pixels(images.x_test, np.float32)
    sums = logit_sums(before, images)
    precise = x.astype(float)

    def measured(pair: tuple[Network, LogitSums]) -> list[float | None]:
        (logits, on), moments = passed(pair[0], x), Moments.of(survey, pair[1])
        return [*_measured(pair[0], moments, precise, logits, images.y_test), on]

    rows = spread(measured, zip(before, sums, strict=True))
    rows.append(_final(final, passed(last, x)[1]))
    first = snapshots.networks[0].weights[0]
    travels = [travelled(network.weights[0], first) for network in snapshots.networks]
    return [
        Moment(updates, *(None if v is None else round(v, DIGITS) for v in (*row, travel)))  # type: ignore[arg-type]
        for (updates, _), row, travel in zip(snapshots, rows, travels, strict=True)
    ]


def output_pictures(snapshots: Snapshots) -> list[Array]:
    """The composed pictures of the classes at each snapshot (inputs × classes), centred."""
    precise = (n.of_type(np.float64) for n in snapshots.networks)
    return [compose(network)[-1].centred().weights for network in precise]


def logit_sums(networks: Sequence[Network], images: Images) -> list[LogitSums]:
    """The sums that fits need, of each network over all training images, in one pass over them.

    A pixel that is blank in all images of a portion adds nothing and is left out of all products. Images
    of one class have more of them in common: of MNIST's a third, which takes a quarter off the pass.
    """
    by_class = np.argsort(images.y_train, kind="stable")

    def portion(start: int) -> list[LogitSums]:
        some = images.x_train[by_class[start : start + OF_A_CLASS]].reshape(-1, images.x_train[0].size)
        inked = np.any(some, axis=0)
        x = pixels(some[:, inked], np.float32)
        return [LogitSums.of(x, centred(n.seeing(inked).logits(x))).among(inked) for n in networks]

    parts = spread(portion, range(0, len(by_class), OF_A_CLASS))
    return [LogitSums.total(of_network) for of_network in zip(*parts, strict=True)]


def _measured(network: Network, moments: Moments, x: Array, logits: Array, labels: Array) -> list[float]:
    """accuracy, agreement, agreement_balanced, explained, linear_fit of one network."""
    composed = compose(network)[-1]
    fitted = balanced(composed.centred().weights.astype(float), moments), least_squares(moments)
    (as_it_is, _, _), (agreement, _, explained), (_, _, linear) = estimates(
        [composed(x), *(fit(x) for fit in fitted)], logits, labels
    ).tolist()
    return [accuracy(logits, labels), as_it_is, agreement, explained, linear]


def _final(final: Evaluation, on: float | None) -> list[float | None]:
    """The same of the trained network, as the ladder has it."""
    composed, fitted, linear = (
        final.ladder[name] for name in ("composed", "composed_balanced", "linear_fit")
    )
    agreements = composed.agreement.value, fitted.agreement.value
    return [final.metrics["accuracy"], *agreements, fitted.explained.value, linear.explained.value, on]


def passed(network: Network, x: Array) -> tuple[Array, float | None]:
    """The logits of images (n × classes, float64), and the share of hidden units that are on, over units
    and images; None where there are none."""
    logits, on = [], 0
    for start in range(0, len(x), IMAGES_AT_ONCE):
        *hidden, last = network.preactivations(x[start : start + IMAGES_AT_ONCE])
        logits.append(last.astype(float))
        on += sum(int(np.count_nonzero(z > 0)) for z in hidden)
    units = len(x) * sum(network.hidden)
    return np.concatenate(logits), on / units if units else None


def travelled(weights: Array, first: Array) -> float:
    """‖W − W⁽⁰⁾‖ / ‖W⁽⁰⁾‖."""
    return float(np.linalg.norm(weights - first) / np.linalg.norm(first))
