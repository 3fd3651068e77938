"""The truth along a training: how true the composed pictures are at each snapshot of the weights."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from looking_for.core import files


class Moment(NamedTuple):
    """A network after so many updates.

    agreement: of its composed pictures as they are; agreement_balanced, explained: of the same after
    one gain and one bias a class; linear_fit: explained by the best linear map; on: share of hidden
    units that are on (None: it has none); travel: how far the first layer has moved, in its lengths.
    """

    updates: int
    accuracy: float
    agreement: float
    agreement_balanced: float
    explained: float
    linear_fit: float
    on: float | None
    travel: float


def save(path: Path, moments: Sequence[Moment]) -> None:
    files.save_table(path, Moment._fields, [moment._asdict() for moment in moments])


def load(path: Path) -> list[Moment]:
    rows = files.load_table(path)
    with files.reading(path):
        return [_moment(row) for row in rows]


def _moment(row: dict[str, str]) -> Moment:
    cells = [float(row[key]) if row[key] else None for key in Moment._fields[1:]]
    return Moment(int(row["updates"]), *cells)  # type: ignore[arg-type]
