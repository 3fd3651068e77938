"""What a run shows of networks that paid for leaving their picture, against the same networks without a penalty."""

from dataclasses import dataclass
from typing import NamedTuple

from looking_for.core import paths
from looking_for.core.arrays import as_pixels
from looking_for.core.tables import N_DIGITS
from looking_for.networks.stored import load_stored_network
from looking_for.report.claims import is_below
from looking_for.results.kept import compare_answers
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults
from looking_for.surrogates.rest import explain_changes_by


@dataclass(frozen=True)
class PenalisedTraining:
    """A network that paid for leaving its picture, and the same without a penalty.

    Parameters
    ----------
    kind : str
        `truer` where its pictures explain more, beyond both intervals, or else `not_truer`.
    n_overruled, n_right : int
        On how many test images it answers otherwise than its pictures, and is then right.
    explained_change, free_explained_change : float
        Shares of how its logits change with the image that its pictures explain, and the same of the other network:
        after one gain, as `FlatBaseline` has it.
    flat : FlatBaseline, optional
        What a network without hidden layers gives in its place, where one saw the same images.
    """

    kind: str
    penalised: NetworkResults
    free: NetworkResults
    n_overruled: int
    n_right: int
    explained_change: float
    free_explained_change: float
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
    for penalised in (n for n in run.compared if n.is_penalised):
        if penalised.is_flat or penalised.is_control or penalised.is_constant:
            continue
        alike = [n for n in run.networks if n.differs_in_penalty_alone(penalised)]
        for other in (n for n in alike if not n.is_penalised):
            explained = [n.ladder["composed_balanced"].explained for n in (other, penalised)]
            kind = "truer" if is_below(*explained) else "not_truer"
            kept, free = (_explain_changes(n, n, run) for n in (penalised, other))
            overruled, flat = count_overruled(run, penalised), _compare_flat(run, penalised)
            claims.append(PenalisedTraining(kind, penalised, other, *overruled, kept, free, flat))
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
    free = [n for n in run.networks if n.is_flat and n.recipe and not n.is_penalised]
    flat = [n for n in free if n.recipe and n.recipe.without("hidden", "keep_picture") == alike]
    if not flat:
        return None
    agreement, on_errors = compare_answers(flat[0].pictures, network.pictures, run.images.y_test)
    return FlatBaseline(
        flat[0],
        round(agreement, N_DIGITS),
        None if on_errors is None else round(on_errors, N_DIGITS),
        _explain_changes(network, flat[0], run),
    )


def _explain_changes(network: NetworkResults, other: NetworkResults, run: RunResults) -> float:
    """The share of how a network's logits change with the image that another's pictures explain, or its own."""
    stored = load_stored_network(paths.network_file(network.name))
    return round(explain_changes_by(stored, other.pictures.composed.output, run.images.x_test), N_DIGITS)
