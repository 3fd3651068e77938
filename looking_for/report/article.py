"""What the article says of its digits, held against a run, claim by claim."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from looking_for.report.claims import count_region
from looking_for.results.choices import few_and_many, flat_like, kept_network, untrained_network
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults
from looking_for.results.structure import (
    MIN_STRUCTURE,
    NAMED,
    erase_edge,
    is_reddest_at_edge,
    measure_locality,
    measure_structure,
)
from looking_for.results.verdicts import OUTGROWN, Status, trace_course

MOSTLY, MANY = 0.9, 0.5  # shares from which a claim holds, and holds in part
USED, CLEARLY_MORE = 0.05, 2.0  # answers that erasing a place changes, and how many times as many as elsewhere, from
# which on it counts as used


class Holding(StrEnum):
    """Whether the article's claim holds here."""

    YES = "yes"
    PARTLY = "in part"
    NO = "no"


class Claim(NamedTuple):
    """One claim: the name of its words, whether it holds, and the numbers that the words need."""

    kind: str
    verdict: Holding
    values: Any


class Cast(NamedTuple):
    """Whom the claims are about: few images, many, the same kept to its picture, no hidden layer, untrained."""

    few: NetworkResults
    many: NetworkResults
    kept: NetworkResults | None
    flat: NetworkResults | None
    untrained: NetworkResults | None


def judge_article(run: RunResults) -> list[Claim]:
    """Judge each of the article's claims of which the run has the numbers; none without few images and many."""
    pair = few_and_many(run)
    if not pair:
        return []
    cast = Cast(*pair, kept_network(run, pair[1]), flat_like(run, pair[1]), untrained_network(run))
    judges: list[Callable[[RunResults, Cast], Claim | None]] = [
        _layer_1, _layer_2, _digits_appear, _less_obvious, _bottom_edge, _corners, _network_uses_edge, _top,
        _more_data, _easiest_route, _no_hidden_layer, _clearer_without, _design,
    ]  # fmt: skip
    return [claim for judge in judges if (claim := judge(run, cast))]


def _layer_1(run: RunResults, cast: Cast) -> Claim | None:
    if cast.few.is_flat:
        return None
    values = [measure_structure(n, 0, run.images.shape) for n in (cast.few, cast.many)]
    is_noise = [value < MIN_STRUCTURE for value in values]
    return Claim("layer_1", Holding.YES if all(is_noise) else Holding.PARTLY if any(is_noise) else Holding.NO, values)


def _layer_2(run: RunResults, cast: Cast) -> Claim | None:
    if len(cast.many.widths) < 2 or not cast.untrained or len(cast.untrained.widths) < 2:
        return None
    many, untrained = (measure_locality(n, 1, run.images.shape) for n in (cast.many, cast.untrained))
    holds = Holding.PARTLY if many.share > untrained.share else Holding.NO
    return Claim("layer_2", holds, (many.share, untrained.share, many.overlap, untrained.overlap))


def _digits_appear(run: RunResults, cast: Cast) -> Claim:
    structure = measure_structure(cast.few, -1, run.images.shape)
    return Claim("digits_appear", Holding.YES if structure >= MIN_STRUCTURE else Holding.NO, cast.few)


def _less_obvious(run: RunResults, cast: Cast) -> Claim:
    few, many = (measure_structure(n, -1, run.images.shape) for n in (cast.few, cast.many))
    lost = cast.few.metrics["agreement"] - cast.many.metrics["agreement"]
    values = SimpleNamespace(few=few, many=many, is_less_true=lost >= OUTGROWN)
    return Claim("less_obvious", Holding.PARTLY if many >= MIN_STRUCTURE else Holding.YES, values)


def _bottom_edge(run: RunResults, _: Cast) -> Claim:
    region = count_region(run.region_counts, "bottom_rows")
    share = sum(region.shares[name] for name in NAMED)
    holds = _judge_share(share)
    return Claim(
        "bottom_edge",
        Holding.PARTLY if share < 1 and holds is Holding.YES else holds,
        (region, share, _usual_share(run, NAMED)),
    )


def _usual_share(run: RunResults, names: Sequence[str]) -> float:
    """The share of all training images that are of some classes: what a region's share is compared with."""
    return float(np.isin(run.images.y_train, [run.classes.index(name) for name in names]).mean())


def _corners(run: RunResults, _: Cast) -> Claim:
    left, right = (count_region(run.region_counts, f"bottom_edge_{side}") for side in ("left", "right"))
    corners = [count_region(run.region_counts, f"bottom_{side}") for side in ("left", "right")]
    shares = SimpleNamespace(
        left=sum(left.shares[name] for name in NAMED),
        right=[right.shares[name] for name in NAMED],
        corners=[sum(region.shares[name] for name in NAMED) for region in corners],
    )
    return Claim("corners", _judge_share(min(shares.left, shares.right[-1])), shares)


def _network_uses_edge(run: RunResults, cast: Cast) -> Claim | None:
    if not cast.many.architecture.is_dense:
        return None
    at_edge, elsewhere, n_images = erase_edge(cast.many, run)
    if not n_images:
        return None
    is_used = at_edge > CLEARLY_MORE * elsewhere and at_edge >= USED
    has_line = is_reddest_at_edge(cast.many, run)
    values = SimpleNamespace(
        n_images=n_images,
        at_edge=round(at_edge * n_images),
        elsewhere=round(elsewhere * n_images),
        is_needed=at_edge >= USED,
        has_line=has_line,
        network=cast.many,
    )
    holds = Holding.YES if is_used else Holding.PARTLY if has_line else Holding.NO
    return Claim("network_uses_edge", holds, values)


def _top(run: RunResults, _: Cast) -> Claim:
    region = count_region(run.region_counts, "top_rows")
    return Claim("top", _judge_share(region.shares[region.leading]), (region, _usual_share(run, [region.leading])))


def _more_data(_: RunResults, cast: Cast) -> Claim:
    is_truer = cast.many.metrics["agreement"] > cast.few.metrics["agreement"]
    return Claim("more_data", Holding.YES if is_truer else Holding.PARTLY, (cast.few, cast.many))


def _easiest_route(run: RunResults, cast: Cast) -> Claim | None:
    course = trace_course(cast.many, len(run.images.x_test))
    if course is None:
        return None
    has_learned = course.status != Status.NEVER
    return Claim(
        "easiest_route" if has_learned else "not_the_picture", Holding.PARTLY if has_learned else Holding.NO, course
    )


def _no_hidden_layer(_: RunResults, cast: Cast) -> Claim | None:
    return Claim("no_hidden_layer", Holding.PARTLY, (cast.flat, cast.many)) if cast.flat else None


def _clearer_without(run: RunResults, cast: Cast) -> Claim | None:
    if not cast.flat:
        return None
    values = [measure_structure(n, -1, run.images.shape) for n in (cast.flat, cast.many)]
    return Claim("clearer_without", Holding.PARTLY, (cast.flat, values))


def _design(_: RunResults, cast: Cast) -> Claim | None:
    return Claim("design", Holding.YES, cast.kept) if cast.kept else None


def _judge_share(share: float) -> Holding:
    return Holding.YES if share >= MOSTLY else Holding.PARTLY if share >= MANY else Holding.NO
