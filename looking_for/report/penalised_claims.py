"""What a run shows of networks that paid for leaving their picture, against the same networks without a penalty."""

from dataclasses import dataclass
from typing import NamedTuple

from looking_for.core import paths
from looking_for.core.arrays import as_pixels
from looking_for.core.tables import N_DIGITS
from looking_for.networks.stored import load_stored_network
from looking_for.report.claims import is_below
from looking_for.results.choices import flat_like
from looking_for.results.kept import compare_answers
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults
from looking_for.surrogates.rest import explain_changes_by


class Substitute(NamedTuple):
    """The pictures of a network, of itself or of another, used in a network's place: the share of images that they get
    right, agreement, agreement on errors, and the share of how its logits change with the image that they explain."""

    network: NetworkResults
    right: float
    agreement: float
    on_errors: float | None
    explained_change: float


@dataclass(frozen=True)
class PenalisedTraining:
    """A network that paid for leaving its picture, and the same without a penalty.

    Parameters
    ----------
    kind : str
        `truer` where its pictures explain more, beyond both intervals, or else `not_truer`.
    n_overruled, n_right : int
        On how many test images it answers otherwise than its pictures, and is then right.
    pictures, free_pictures : Substitute
        Its own pictures in its place, and those of the other network in that one's.
    flat, free_flat : Substitute, optional
        A network without hidden layers in both places, where one saw the same images.
    """

    kind: str
    penalised: NetworkResults
    free: NetworkResults
    n_overruled: int
    n_right: int
    pictures: Substitute
    free_pictures: Substitute
    flat: Substitute | None
    free_flat: Substitute | None


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
            flat = flat_like(run, penalised)
            pictures = [_replace(n, n, run) for n in (penalised, other)]
            flats = [_replace(n, flat, run) if flat else None for n in (penalised, other)]
            overruled = count_overruled(run, penalised)
            claims.append(PenalisedTraining(kind, penalised, other, *overruled, *pictures, *flats))
    return claims


def count_overruled(run: RunResults, network: NetworkResults) -> tuple[int, int]:
    """Count the test images on which a network answers otherwise than its pictures, and those where it is then
    right."""
    x, answers = as_pixels(run.images.x_test), network.pictures.logits.argmax(axis=1)
    overruled = network.pictures.composed.layers[-1](x).argmax(axis=1) != answers
    return int(overruled.sum()), int((answers == run.images.y_test)[overruled].sum())


def _replace(network: NetworkResults, by: NetworkResults, run: RunResults) -> Substitute:
    """Use a network's composed pictures in a network's place; changes are explained after one gain."""
    if by is network:
        rung = network.ladder["composed"]
        agreement, on_errors = rung.agreement.value or 0.0, rung.agreement_on_errors.value
    else:
        agreement, on_errors = compare_answers(by.pictures, network.pictures, run.images.y_test)
    stored = load_stored_network(paths.network_file(network.name))
    change = explain_changes_by(stored, by.pictures.composed.output, run.images.x_test)
    right = [by.pictures.accuracy, agreement, on_errors, change]
    return Substitute(by, *(None if v is None else round(v, N_DIGITS) for v in right))  # type: ignore[arg-type]
