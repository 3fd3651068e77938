"""What a run's report claims: enums and numbers, no English; the templates have a macro for each kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isnan
from typing import Any, NamedTuple

from looking_for.core import paths
from looking_for.core.arrays import as_pixels
from looking_for.core.tables import N_DIGITS, Interval
from looking_for.networks.stored import load_stored_network
from looking_for.results.choices import trained_as_the_article
from looking_for.results.run import NetworkResults, RunResults
from looking_for.results.verdicts import Course, Status, is_still_learning, trace_course
from looking_for.surrogates.measures import estimate
from looking_for.surrogates.rest import explain_changes_by
from looking_for.surrogates.surrogate import rung_name

MIN_UPDATE_RATIO = 2  # of a longer training's updates to the shorter one's, from which on they are compared
MIN_SEEDS = 4  # trainings, from which on it says something to be the lowest of them
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
    unpenalised = [c for c in courses if not (c.network.recipe and c.network.recipe.keep_picture)] or courses
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


@dataclass(frozen=True)
class PenalisedTraining:
    """A network that paid for leaving its picture, and the same without a penalty.

    Parameters
    ----------
    kind : str
        `truer` where its pictures explain more, beyond both intervals, or else `not_truer`.
    n_overruled, n_right : int
        On how many test images it answers otherwise than its pictures, and is then right.
    flat : FlatBaseline, optional
        What a network without hidden layers gives in its place, where one saw the same images.
    """

    kind: str
    penalised: NetworkResults
    free: NetworkResults
    n_overruled: int
    n_right: int
    flat: "FlatBaseline | None"


class FlatBaseline(NamedTuple):
    """A network without hidden layers in another's place: agreement, agreement on errors, and the share of how the
    other's logits change with the image that its pictures explain."""

    network: NetworkResults
    agreement: float
    on_errors: float | None
    explained_change: float


def penalised_trainings(run: RunResults) -> list[PenalisedTraining]:
    """Pair each compared network that paid for leaving its picture with the one that differs in nothing else."""
    claims = []
    for penalised in (n for n in run.compared if n.recipe and n.recipe.keep_picture):
        if penalised.is_flat or penalised.is_control or penalised.is_constant:
            continue
        alike = penalised.recipe.without("keep_picture") if penalised.recipe else {}
        free = [n for n in run.networks if n.recipe and n is not penalised and not n.recipe.keep_picture]
        for other in (n for n in free if n.recipe and n.recipe.without("keep_picture") == alike):
            explained = [n.ladder["composed_balanced"].explained for n in (other, penalised)]
            kind = "truer" if is_below(*explained) else "not_truer"
            claims.append(
                PenalisedTraining(
                    kind, penalised, other, *count_overruled(run, penalised), _compare_flat(run, penalised)
                )
            )
    return claims


def count_overruled(run: RunResults, network: NetworkResults) -> tuple[int, int]:
    """Count the test images on which a network answers otherwise than its pictures, and those where it is then
    right."""
    x, answers = as_pixels(run.images.x_test), network.pictures.logits.argmax(axis=1)
    overruled = network.pictures.composed.layers[-1](x).argmax(axis=1) != answers
    return int(overruled.sum()), int((answers == run.images.y_test)[overruled].sum())


def _compare_flat(run: RunResults, network: NetworkResults) -> FlatBaseline | None:
    """The network without hidden layers and without a penalty, but else of the same recipe, in the network's place."""
    alike = network.recipe.without("hidden", "keep_picture") if network.recipe else {}
    free = [n for n in run.networks if n.is_flat and n.recipe and not n.recipe.keep_picture]
    flat = [n for n in free if n.recipe and n.recipe.without("hidden", "keep_picture") == alike]
    if not flat:
        return None
    logits = network.pictures.logits.astype(float)
    agreement, on_errors, _ = estimate([flat[0].pictures.logits.astype(float)], logits, run.images.y_test)[0].tolist()
    stored = load_stored_network(paths.network_file(network.name))
    changes = explain_changes_by(stored, flat[0].pictures.composed.output, run.images.x_test)
    return FlatBaseline(
        flat[0],
        round(agreement, N_DIGITS),
        None if isnan(on_errors) else round(on_errors, N_DIGITS),
        round(changes, N_DIGITS),
    )


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
        if spread and spread.seeds >= MIN_SEEDS and value in (spread.low, spread.high):
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
    """How many training images ink a region, the share of each class among them, and the class that leads."""

    images: int
    shares: dict[str, float]
    leading: str


def count_region(claims: dict[str, Any], name: str) -> RegionCount:
    """Summarise which classes ink one of the article's regions."""
    by_class = claims[name]["by_class"]
    total = max(sum(by_class.values()), 1)
    shares = {label: round(n / total, 6) for label, n in by_class.items()}
    return RegionCount(claims[name]["images"], shares, max(by_class, key=by_class.__getitem__))
