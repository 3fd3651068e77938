"""What a run's report claims: enums and numbers, no English; the templates have a macro for each kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from looking_for.core.tables import Interval
from looking_for.results.choices import trained_as_the_article
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults
from looking_for.results.verdicts import Course, Status, is_still_learning, trace_course
from looking_for.surrogates.surrogate import rung_name

MIN_UPDATE_RATIO = 2  # of a longer training's updates to the shorter one's, from which on they are compared
MIN_SEEDS_OF_EXTREMES = 4  # trainings, from which on it says something to be the lowest of them
LEVEL = 0.001  # less than so much apart, shares are printed as the same
KEPT = (Status.KEPT, Status.SLIPPED)


class Headline(StrEnum):
    """The finding of a run; it is general only where the run shows both sides of it."""

    BOTH_FEWER = "both_fewer"  # one outgrew its picture, one with fewer images kept it
    BOTH = "both"
    OUTGREW = "outgrew"
    KEPT = "kept"
    NEVER = "never"
    CONSTANT = "constant"
    FLAT = "flat"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Lead:
    """The headline with the courses that it speaks of, all courses, the other compared networks, and what a longer
    training on the same images gives."""

    headline: Headline
    shown: Sequence[Course]
    courses: Sequence[Course]
    rest: Sequence["OtherNetwork"]
    longer: Sequence["LongerTraining"]


@dataclass(frozen=True)
class OtherNetwork:
    """A compared network that the headline does not speak of; kind: constant, flat, ended, traced."""

    kind: str
    network: NetworkResults
    course: Course | None


def find_lead(run: RunResults) -> Lead:
    """Find what a run says of networks and their pictures."""
    n_tests, seeds = len(run.images.x_test), {name: s.get("agreement") for name, s in run.spreads.items()}
    courses = [c for n in run.compared if (c := trace_course(n, n_tests, seeds.get(n.name)))]
    shown = choose_exemplars(courses)
    rest = [_classify_other(n, courses) for n in run.compared if n not in [c.network for c in shown]]
    return Lead(choose_headline(run.compared, courses), shown, courses, rest, longer_trainings(run, courses))


def choose_exemplars(courses: Sequence[Course]) -> list[Course]:
    """Choose the last network that outgrew its picture and the first that kept it; or all of one side."""
    unpenalised = [c for c in courses if not c.network.is_penalised] or courses
    outgrew = [c for c in unpenalised if c.status == Status.OUTGREW]
    kept = [c for c in unpenalised if c.status in KEPT]
    return [outgrew[-1], kept[0]] if outgrew and kept else outgrew or kept


def choose_headline(compared: Sequence[NetworkResults], courses: Sequence[Course]) -> Headline:
    """Choose the headline that the courses allow."""
    shown = choose_exemplars(courses)
    if {c.status == Status.OUTGREW for c in shown} == {True, False}:
        gone, kept = (c.network for c in shown)
        fewer = kept.samples < gone.samples and kept.differs_in_length_alone(gone)
        return Headline.BOTH_FEWER if fewer else Headline.BOTH
    if shown:
        return Headline.OUTGREW if shown[0].status == Status.OUTGREW else Headline.KEPT
    if courses:
        return Headline.NEVER
    if all(n.is_constant for n in compared):
        return Headline.CONSTANT
    return Headline.FLAT if all(n.is_flat for n in compared) else Headline.UNKNOWN


def _classify_other(network: NetworkResults, courses: Sequence[Course]) -> OtherNetwork:
    course = next((c for c in courses if c.network is network), None)
    if network.is_constant:
        return OtherNetwork("constant", network, course)
    if network.is_flat:
        return OtherNetwork("flat", network, course)
    ended = course is None or course.best.updates == network.updates
    return OtherNetwork("ended" if ended else "traced", network, course)


@dataclass(frozen=True)
class LongerTraining:
    """A network that kept its picture, and one trained on the same images for many more updates.

    Parameters
    ----------
    kind : str
        Whether the agreement of the longer training is `lower` or `not_lower`.
    moved : sequence of NetworkResults
        The networks whose first layers' distances are compared.
    """

    kind: str
    short: NetworkResults
    other: NetworkResults
    moved: Sequence[NetworkResults]


def longer_trainings(run: RunResults, courses: Sequence[Course]) -> list[LongerTraining]:
    """Pair each network that kept its picture with those trained on the same images for many more updates."""
    claims = []
    for short in (c.network for c in courses if c.status in KEPT):
        for other in run.others:
            is_same = other.samples == short.samples and other.differs_in_length_alone(short)
            if is_same and not other.is_control and other.updates >= MIN_UPDATE_RATIO * short.updates:
                ends = [n.ladder["composed"].agreement for n in (short, other)]
                moved = [n for n in (other, *(c.network for c in courses)) if n.truth]
                kind = "lower" if is_below(ends[1], ends[0]) else "not_lower"
                claims.append(LongerTraining(kind, short, other, moved if len(moved) > 1 else []))
    return claims


def is_below(interval: Interval, other: Interval) -> bool:
    """Whether an interval is wholly below another."""
    return interval.high is not None and other.low is not None and interval.high < other.low


@dataclass(frozen=True)
class LadderReading:
    """What the ladder of a network says.

    Parameters
    ----------
    balance : str
        Whether balancing `raises` or `lowers` the agreement of the composed pictures; empty where chance may do it.
    gap : float or None
        By how much more the linear fit explains than the balanced composed pictures; None where that is not
        beyond chance.
    better, rest : sequences of str
        The measures in which exact maps lead their clusters' mean logits, and the others.
    """

    network: NetworkResults
    balance: str
    gap: float | None
    better: Sequence[str]
    rest: Sequence[str]


def read_ladder(network: NetworkResults, n_clusters: int) -> LadderReading:
    """Read a ladder: each claim only where its contrast excludes chance."""
    contrast = network.pictures.measured.contrast
    maps, means = rung_name("exact_maps", n_clusters), rung_name("cluster_means", n_clusters)
    balance = contrast("agreement", "composed_balanced", "composed")
    direction = "raises" if (balance.value or 0) > 0 else "lowers"
    gap = contrast("explained", "linear_fit", "composed_balanced")
    leads = {m: contrast(m, maps, means) for m in ("agreement", "agreement_on_errors", "explained")}
    better = [m.replace("_", " ") for m, i in leads.items() if i.excludes_zero and (i.value or 0) > 0]
    rest = [m.replace("_", " ") for m in leads if m.replace("_", " ") not in better]
    return LadderReading(
        network,
        direction if balance.excludes_zero else "",
        gap.value if gap.excludes_zero and (gap.value or 0) > 0 else None,
        better,
        rest,
    )


def seed_outliers(run: RunResults) -> list[tuple[NetworkResults, str, int]]:
    """Find networks whose agreement is the lowest or highest over seeds, so that they are not typical."""
    outliers = []
    for network in run.networks:
        spread, value = run.spreads.get(network.name, {}).get("agreement"), network.metrics["agreement"]
        varies = spread is not None and spread.seeds >= MIN_SEEDS_OF_EXTREMES and spread.low < spread.high
        if spread and varies and value in (spread.low, spread.high):
            outliers.append((network, "lowest" if value == spread.low else "highest", spread.seeds))
    return outliers


@dataclass(frozen=True)
class FlatNetwork:
    """A network without hidden layers, those compared with hidden layers on as many images, and whether it was
    still getting better when its training ended."""

    network: NetworkResults
    deep: Sequence[NetworkResults]
    is_still_learning: bool


def flat_networks(run: RunResults) -> list[FlatNetwork]:
    """Compare networks without hidden layers with those that have them."""
    deep = [n for n in trained_as_the_article(run.compared) if not n.is_flat]
    return [
        FlatNetwork(n, [d for d in deep if d.samples == n.samples], is_still_learning(n))
        for n in trained_as_the_article(run.networks)
        if n.is_flat
    ]


@dataclass(frozen=True)
class RegionCount:
    """How many training images ink a region, the share of each class among them, the class that leads, those that are
    level with it to a tenth of a percent, and how many rows of pixels it has."""

    images: int
    shares: dict[str, float]
    leading: str
    level: list[str]
    n_rows: int


def count_region(counts: Mapping[str, Any], name: str) -> RegionCount:
    """Summarise which classes ink one of the article's regions."""
    by_class = counts[name]["by_class"]
    total = max(sum(by_class.values()), 1)
    shares = {label: round(n / total, 6) for label, n in by_class.items()}
    first, last = counts[name]["rows"]
    leading = max(by_class, key=by_class.__getitem__)
    level = [label for label, share in shares.items() if shares[leading] - share < LEVEL]
    return RegionCount(counts[name]["images"], shares, leading, level, last - first + 1)
