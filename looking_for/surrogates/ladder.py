"""The ladder: how true each surrogate of a network is, and with what uncertainty."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from looking_for.core.tables import Interval, Row, load_rows, save_rows
from looking_for.surrogates.measures import Measured
from looking_for.surrogates.robustness import Robustness
from looking_for.surrogates.surrogate import Surrogate

HEADLINE_COUNT = 10  # clusters or pictures per class that metrics and report speak of, if so many were tried


class Rung(Row):
    """A surrogate, the number of constants fitted for it, and its measures on the test images.

    Parameters
    ----------
    name : str
    constants : int
    agreement, agreement_on_errors, explained : Interval
    explained_erased, explained_shifted, explained_flipped, explained_thickened : Interval
        The share that it explains of how the logits change with the image, by change.
    explained_change : Interval
        The mean of those four.
    deletion : Interval
        The median share of the ink that is gone when the network answers otherwise, taken away in the order in which
        the surrogate's pictures have it speak for the answer; None of what has no pictures.
    """

    name: str = Field(validation_alias="rung", serialization_alias="rung")
    constants: int
    agreement: Interval
    agreement_on_errors: Interval
    explained: Interval
    explained_erased: Interval
    explained_shifted: Interval
    explained_flipped: Interval
    explained_thickened: Interval
    explained_change: Interval
    deletion: Interval


@dataclass(frozen=True)
class Ladder:
    """The rungs of one network, from the floor up; `ladder["linear_fit"]` is one of them."""

    rungs: Sequence[Rung]

    @classmethod
    def from_measured(cls, surrogates: Sequence[Surrogate], measured: Measured, robustness: Robustness) -> "Ladder":
        """Put each surrogate's measures and their intervals together."""
        rungs, explained_change = [], robustness.explained_change
        for n, (surrogate, values, resampled) in enumerate(zip(surrogates, *measured, strict=True)):
            agreement, on_errors, explained = map(Interval.from_samples, values, resampled)
            changes = {f"explained_{name}": some[n].interval() for name, some in robustness.changes.items()}
            deletion = robustness.deletion[n]
            rungs.append(
                Rung(
                    name=surrogate.name,
                    constants=surrogate.n_constants,
                    agreement=agreement,
                    agreement_on_errors=on_errors,
                    explained=explained,
                    explained_change=explained_change[n].interval(),
                    deletion=deletion.interval() if deletion else Interval(None, None, None),
                    **changes,
                )
            )
        return cls(rungs)

    def __getitem__(self, name: str) -> Rung:
        return next(rung for rung in self.rungs if rung.name == name)

    def get(self, name: str) -> Rung | None:
        return next((rung for rung in self.rungs if rung.name == name), None)

    def __iter__(self) -> Iterator[Rung]:
        return iter(self.rungs)

    def save(self, path: Path) -> None:
        save_rows(path, Rung, self.rungs)

    @classmethod
    def load(cls, path: Path) -> "Ladder":
        return cls(load_rows(path, Rung))


def headline_count(numbers: Sequence[int]) -> int:
    """Choose how many per class metrics and report speak of: ten, or the most tried below, or the fewest.

    Examples
    --------
    >>> headline_count([1, 3, 10, 30]), headline_count([20, 30])
    (10, 20)
    """
    return max((number for number in numbers if number <= HEADLINE_COUNT), default=min(numbers))
