"""Which networks of a run stand beside each other in its story."""

from collections.abc import Sequence

from looking_for.results.labels import SAME_LENGTH
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults

MIN_MOMENTS = 2  # snapshots, without which nothing can be shown along a training


def trained_as_the_article(networks: Sequence[NetworkResults]) -> list[NetworkResults]:
    """Take those that were trained here on real labels and without a penalty, as the article's were."""
    return [n for n in networks if n.recipe and not n.is_control and not n.is_penalised]


def few_and_many(run: RunResults) -> tuple[NetworkResults, NetworkResults] | None:
    """Choose the compared networks with the fewest and the most images, if all else but the epochs is the same."""
    deep = [n for n in trained_as_the_article(run.compared) if not n.is_flat and not n.is_constant]
    deep = sorted(deep, key=lambda n: n.samples)
    if len(deep) < 2 or deep[0].samples == deep[-1].samples:
        return None
    return (deep[0], deep[-1]) if deep[0].differs_in_length_alone(deep[-1]) else None


def trained_as_long(run: RunResults, few: NetworkResults, many: NetworkResults) -> NetworkResults:
    """Find the network that saw the images of `few` for as many updates as `many`; `few` itself where there is none."""
    alike = [
        n for n in run.networks
        if n.samples == few.samples
        and n.differs_in_length_alone(few)
        and abs(n.updates - many.updates) <= SAME_LENGTH * many.updates
    ]  # fmt: skip
    return alike[0] if alike else few


def kept_network(run: RunResults, free: NetworkResults | None) -> NetworkResults | None:
    """Find the first network that differs from another in nothing but its penalty for leaving the picture."""
    paying = [n for n in run.networks if n.is_penalised and not n.is_constant]
    return next((n for n in paying if free and n.differs_in_penalty_alone(free)), None)


def truest_network(run: RunResults) -> NetworkResults | None:
    """Choose the network whose pictures say most of it: the one kept to them if there is one, or else the compared
    network with the greatest agreement; None where it has no pictures."""
    kept = kept_network(run, run.featured)
    able = [n for n in run.compared if not (n.is_control or n.is_constant)]
    truest = kept or max(able, key=lambda n: n.metrics["agreement"], default=None)
    return truest if truest and truest.architecture.is_dense else None


def flat_like(run: RunResults, deep: NetworkResults | None) -> NetworkResults | None:
    """Find the network without hidden layers that saw as many images as another; of several, the one trained most
    nearly as long."""
    if deep is None:
        return None
    flat = [n for n in trained_as_the_article(run.networks) if n.is_flat and n.samples == deep.samples]
    return min(flat, key=lambda n: abs(n.updates - deep.updates), default=None)


def untrained_network(run: RunResults) -> NetworkResults | None:
    """Find the network with hidden layers that was not trained."""
    return next((n for n in run.networks if n.recipe and not n.recipe.epochs and not n.is_flat), None)


def networks_along(run: RunResults) -> list[NetworkResults]:
    """Choose whose pictures are shown along the training: few images, many, and many kept to their picture.

    The few are those trained as long as the many, where there are such. Without a pair it is the featured network,
    or the first that has snapshots.
    """
    pair = few_and_many(run)
    chosen = [trained_as_long(run, *pair), *networks_side_by_side(run)[1:]] if pair else networks_side_by_side(run)
    return [n for n in chosen if len(n.truth) >= MIN_MOMENTS and not n.is_constant]


def networks_side_by_side(run: RunResults) -> list[NetworkResults]:
    """Choose who stands in the rows of the page to draw on: few images, many, and many kept to their picture; without
    a pair the featured network, or the first that is compared."""
    pair, featured = few_and_many(run), run.featured
    if pair:
        chosen = [*pair, kept_network(run, pair[1])]
    else:
        chosen = [featured or next((n for n in run.compared if not n.is_flat), None), kept_network(run, featured)]
    return [n for n in chosen if n] or list(run.compared[:1])


def class_shown(classes: Sequence[str]) -> int:
    """The class whose picture is shown on the way: a third along the list, a 3 of the digits."""
    return len(classes) // 3
