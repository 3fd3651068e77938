"""Verdicts, each with its threshold; none where the threshold is inside the interval."""

from dataclasses import dataclass
from enum import StrEnum

from scipy.special import ndtri

from looking_for.core.tables import N_DIGITS, Interval
from looking_for.results.network import NetworkResults
from looking_for.results.seed_spread import Spread
from looking_for.surrogates.course import SnapshotMeasures

NEARLY, SKETCH = 0.9, 0.7
OUTGROWN = 0.1  # by how much agreement falls where a network outgrows its picture
STILL_IMPROVING = 0.01  # by how much accuracy rises in the second half of a training that has not ended


class Verdict(StrEnum):
    """What a network's composed pictures are."""

    CONTROL = "control"
    CONSTANT = "constant"
    FLAT = "flat"
    NEARLY = "nearly"
    SKETCH = "sketch"
    FICTION = "fiction"
    NEAR_NEARLY = "too_near_nearly"
    NEAR_SKETCH = "too_near_sketch"


def judge_network(network: NetworkResults) -> Verdict:
    """Judge a network's composed pictures."""
    if network.is_control:
        return Verdict.CONTROL
    if network.is_constant:
        return Verdict.CONSTANT
    if network.is_flat:
        return Verdict.FLAT
    return judge_measures(network.ladder["composed"].agreement, network.ladder["composed_balanced"].explained)


def judge_measures(agreement: Interval, explained: Interval) -> Verdict:
    """Judge by agreement (as they are) and explained (balanced): both must be wholly above a threshold."""
    for threshold, verdict, near in (
        (NEARLY, Verdict.NEARLY, Verdict.NEAR_NEARLY),
        (SKETCH, Verdict.SKETCH, Verdict.NEAR_SKETCH),
    ):
        if all_above((agreement, explained), threshold):
            return verdict
        if not any_below((agreement, explained), threshold):
            return near
    return Verdict.FICTION


def all_above(intervals: tuple[Interval, ...], threshold: float) -> bool:
    """Whether all of them are wholly above."""
    return all(i.low is not None and i.low >= threshold for i in intervals)


def any_below(intervals: tuple[Interval, ...], threshold: float) -> bool:
    """Whether one of them is wholly below."""
    return any(i.high is not None and i.high < threshold for i in intervals)


class Status(StrEnum):
    """How a network's composed pictures fared along its training.

    OUTGREW: they were nearly the network and lost at least OUTGROWN; SLIPPED: they lost less, but more than
    chance; KEPT; NEVER: they never were nearly the network, or no better than a constant.
    """

    OUTGREW = "outgrew"
    SLIPPED = "slipped"
    KEPT = "kept"
    NEVER = "never"


@dataclass(frozen=True)
class Course:
    """One network's composed pictures along its training.

    Parameters
    ----------
    best : SnapshotMeasures
        The snapshot after the start with the greatest agreement on the first half of the test images.
    best_interval, end, floor : Interval
        Its agreement on the second half, the agreement of the trained network, and what a constant gives.
    seeds : Spread, optional
        Of the trained networks' agreement over seeds, where the study knows it.
    """

    network: NetworkResults
    best: SnapshotMeasures
    best_interval: Interval
    end: Interval
    floor: Interval
    seeds: Spread | None = None

    @property
    def status(self) -> Status:
        best, end, floor = (tuple(v or 0.0 for v in i) for i in (self.best_interval, self.end, self.floor))
        if best[0] < NEARLY or self.best.explained < NEARLY or best[1] <= floor[2]:
            return Status.NEVER
        if end[2] >= best[1]:
            return Status.KEPT
        return Status.OUTGREW if best[0] - end[0] >= OUTGROWN else Status.SLIPPED


def trace_course(network: NetworkResults, n_tests: int, seeds: Spread | None = None) -> Course | None:
    """Trace a network's course; None where it has none: flat, a control, constant, no snapshots."""
    if network.is_flat or network.is_control or network.is_constant or len(network.truth) < 2:
        return None
    best = max(network.truth[1:], key=lambda snapshot: snapshot.agreement_half_1)
    end = network.ladder["composed"].agreement
    n_half = max(1, n_tests // 2)
    interval = end if best == network.truth[-1] else wilson_interval(best.agreement_half_2, n_half)
    return Course(network, best, interval, end, network.ladder["constant"].agreement, seeds)


def wilson_interval(share: float, n: int) -> Interval:
    """Give Wilson's 95 % interval of a share of n images (Wilson 1927, JASA 22, 209-212).

    scipy.stats has it, and takes longer to import than the report to write.
    """
    z2 = ndtri(0.975) ** 2 / n
    p = round(share * n) / n
    centre, half = p + z2 / 2, (z2 * (p * (1 - p) + z2 / 4)) ** 0.5
    return Interval(share, *(round(float(end / (1 + z2)), N_DIGITS) for end in (centre - half, centre + half)))


def is_still_learning(network: NetworkResults) -> bool:
    """Whether its test accuracy still rose over the second half of a training seen here."""
    if network.recipe is None:
        return False
    history = network.history
    half = next(i for i, epoch in enumerate(history["epoch"]) if epoch >= network.recipe.epochs / 2)
    return history["accuracy"][-1] - history["accuracy"][half] > STILL_IMPROVING
