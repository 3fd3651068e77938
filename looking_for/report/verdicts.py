"""Verdicts in words, each with its threshold; none where the threshold lies inside the interval."""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

from looking_for.results.run import Facts
from looking_for.surrogates.ladder import Interval
from looking_for.surrogates.truth import Moment

NEARLY, SKETCH = 0.9, 0.7
OUTGROWN = 0.1
STILL = 0.01
Z95 = 1.96

Status = Literal["outgrew", "slipped", "kept", "never"]


def verdict(network: Facts) -> str:
    """What its composed pictures are, in words."""
    if network.control:
        return "(a control)"
    if network.is_constant:
        return "nothing to picture: one class for all"
    if network.is_flat:
        return "the network itself"
    return by_measures(network.ladder["composed"].agreement, network.ladder["composed_balanced"].explained)


def by_measures(agreement: Interval, explained: Interval) -> str:
    """By agreement (as they are) and explained (balanced): both must be wholly above a threshold."""
    for threshold, words in ((NEARLY, "nearly the network"), (SKETCH, "a sketch of the network")):
        if above((agreement, explained), threshold):
            return words
        if not below((agreement, explained), threshold):
            return f"too near {threshold} to say"
    return "mostly fiction"


def above(intervals: tuple[Interval, ...], threshold: float) -> bool:
    """Whether all of them lie wholly above."""
    return all(i.low is not None and i.low >= threshold for i in intervals)


def below(intervals: tuple[Interval, ...], threshold: float) -> bool:
    """Whether one of them lies wholly below."""
    return any(i.high is not None and i.high < threshold for i in intervals)


@dataclass(frozen=True)
class Course:
    """How one network's composed pictures fared along its training.

    best: the moment after the start with the greatest agreement; best_interval: of that agreement; end:
    the agreement of the trained network; floor: what a constant gives; status: outgrew (they were nearly
    the network and lost at least OUTGROWN), slipped (they lost less, but more than chance), kept, or
    never (they never were nearly the network, or no better than a constant).
    """

    network: Facts
    best: Moment
    best_interval: Interval
    end: Interval
    floor: Interval

    @property
    def status(self) -> Status:
        best, end, floor = (tuple(v or 0.0 for v in i) for i in (self.best_interval, self.end, self.floor))
        if best[0] < NEARLY or self.best.explained < NEARLY or best[1] <= floor[2]:
            return "never"
        if end[2] >= best[1]:
            return "kept"
        return "outgrew" if best[0] - end[0] >= OUTGROWN else "slipped"


def course(network: Facts, tests: int) -> Course | None:
    """A network's course, or None where it has none to tell: flat, a control, constant, no snapshots."""
    if network.is_flat or network.control or network.is_constant or len(network.truth) < 2:
        return None
    best = max(network.truth[1:], key=lambda moment: moment.agreement)
    end = network.ladder["composed"].agreement
    interval = end if best == network.truth[-1] else wilson(best.agreement, tests)
    return Course(network, best, interval, end, network.ladder["constant"].agreement)


def wilson(share: float, n: int) -> Interval:
    """Wilson's 95 % interval of a share of n images."""
    middle = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    return Interval(share, round(middle - half, 4), round(middle + half, 4))


def still_learning(network: Facts) -> bool:
    """Whether its test accuracy rose by more than STILL over the second half of a training seen here."""
    if network.recipe is None:
        return False
    history = network.history
    half = next(i for i, epoch in enumerate(history["epoch"]) if epoch >= network.recipe.epochs / 2)
    return history["accuracy"][-1] - history["accuracy"][half] > STILL
