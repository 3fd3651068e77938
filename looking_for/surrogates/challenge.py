"""What was put beside a network's fitted pictures, measured as they are."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from looking_for.core import files
from looking_for.surrogates.ladder import Interval

MEASURES = ("agreement", "agreement_on_errors", "explained", "margin")


class Challenger(NamedTuple):
    """A stand-in with its number of pictures and what was measured of it.

    likeness: the mean cosine of its pictures with the fitted ones, each paired with one of its class (None
    for what is no such set); margin: the mean cosine of answer less runner-up in it with the same in each
    test image's own exact map.
    """

    name: str
    pictures: int
    likeness: float | None
    agreement: Interval
    agreement_on_errors: Interval
    explained: Interval
    margin: Interval


ENDS = ("", "_low", "_high")
COLUMNS = ("name", "pictures", "likeness", *(f"{m}{end}" for m in MEASURES for end in ENDS))


def save(path: Path, challengers: Sequence[Challenger]) -> None:
    rows = []
    for found in challengers:
        cells = [value for measure in MEASURES for value in getattr(found, measure)]
        rows.append(dict(zip(COLUMNS, [*found[:3], *cells], strict=True)))
    files.save_table(path, COLUMNS, rows)


def load(path: Path) -> list[Challenger]:
    return [_challenger(row) for row in files.load_table(path)]


def _challenger(row: dict[str, str]) -> Challenger:
    def number(key: str) -> float | None:
        return float(row[key]) if row[key] else None

    intervals = [Interval(*(number(f"{measure}{end}") for end in ENDS)) for measure in MEASURES]
    return Challenger(row["name"], int(row["pictures"]), number("likeness"), *intervals)
