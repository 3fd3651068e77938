"""The ladder: how true each stand-in for a network is, and with what uncertainty."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from looking_for.core import files
from looking_for.core.arrays import Array

MEASURES = ("agreement", "agreement_on_errors", "explained")
COLUMNS = ("rung", "constants", *(f"{m}{end}" for m in MEASURES for end in ("", "_low", "_high")))
LOW, HIGH = 0.025, 0.975
DIGITS = 4


class Interval(NamedTuple):
    """An estimate with its 95 % interval; None where there is nothing to estimate it from."""

    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, value: float, resampled: Array) -> "Interval":
        """The interval between the quantiles of what resampled test images give; NaN stands for nothing."""
        if np.isnan(value) or np.isnan(resampled).all():
            return cls(None, None, None)
        low, high = np.nanquantile(resampled, [LOW, HIGH])
        return cls(*(round(float(v), DIGITS) for v in (value, low, high)))

    @property
    def excludes_zero(self) -> bool:
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Rung:
    """A stand-in, the number of constants fitted for it, and its measures on the test images."""

    name: str
    constants: int
    agreement: Interval
    agreement_on_errors: Interval
    explained: Interval


@dataclass(frozen=True)
class Ladder:
    rungs: Sequence[Rung]

    def __getitem__(self, name: str) -> Rung:
        return next(rung for rung in self.rungs if rung.name == name)

    def get(self, name: str) -> Rung | None:
        return next((rung for rung in self.rungs if rung.name == name), None)

    def __iter__(self) -> Iterator[Rung]:
        return iter(self.rungs)

    def save(self, path: Path) -> None:
        rows = []
        for rung in self.rungs:
            intervals = [value for measure in MEASURES for value in getattr(rung, measure)]
            rows.append(dict(zip(COLUMNS, [rung.name, rung.constants, *intervals], strict=True)))
        files.save_table(path, COLUMNS, rows)

    @classmethod
    def load(cls, path: Path) -> "Ladder":
        with files.reading(path):
            return cls.of_rows(files.load_table(path))

    @classmethod
    def of_rows(cls, rows: Sequence[dict[str, str]]) -> "Ladder":
        return cls([_rung(row) for row in rows])


def numbered(name: str, number: int) -> str:
    """The name of a rung that comes by clusters a class, as in exact_maps.10."""
    return f"{name}.{number}"


def headline(numbers: Sequence[int]) -> int:
    """How many a class metrics and report speak of: ten, or the most tried below it, or else the fewest."""
    return max((number for number in numbers if number <= 10), default=min(numbers))


def _rung(row: dict[str, str]) -> Rung:
    def interval(measure: str) -> Interval:
        cells = [row[f"{measure}{end}"] for end in ("", "_low", "_high")]
        return Interval(*(float(cell) if cell else None for cell in cells))

    return Rung(row["rung"], int(row["constants"]), *map(interval, MEASURES))
