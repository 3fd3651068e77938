"""Tables as CSV: a row is a pydantic model, a column a field, an interval three columns."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from looking_for.core.arrays import Array
from looking_for.core.files import save_text, translate_errors

LOW, HIGH = 0.025, 0.975  # quantiles between which 95 % of resamples are
N_DIGITS = 4  # of what is measured: more would not be stable
ENDS = ("", "_low", "_high")  # suffixes of an interval's columns

Cell = str | int | float | None


class Interval(NamedTuple):
    """An estimate with its 95 % interval; None where there is nothing to estimate it from."""

    value: float | None
    low: float | None
    high: float | None

    @classmethod
    def from_samples(cls, value: float, samples: Array) -> "Interval":
        """Take the interval between the quantiles of what resampled test images give.

        Parameters
        ----------
        value : float
            The estimate from all test images; NaN stands for nothing.
        samples : array, shape (n_resamples,)

        Examples
        --------
        >>> Interval.from_samples(0.5, np.linspace(0, 1, 1001))
        Interval(value=0.5, low=0.025, high=0.975)
        """
        if np.isnan(value) or np.isnan(samples).all():
            return cls(None, None, None)
        low, high = np.nanquantile(samples, [LOW, HIGH])
        return cls(*(round(float(v), N_DIGITS) for v in (value, low, high)))

    @property
    def excludes_zero(self) -> bool:
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


class Row(BaseModel):
    """A row of a table; a field of type Interval has the columns `name`, `name_low`, `name_high`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @classmethod
    def columns(cls) -> list[str]:
        """Give the table's columns in order."""
        return [column for name in cls.model_fields for column in _columns_of(cls, name)]

    def cells(self) -> dict[str, Cell]:
        """Give each column's value."""
        values: list[Cell] = []
        for name in type(self).model_fields:
            value = getattr(self, name)
            values += [*value] if isinstance(value, Interval) else [value]
        return dict(zip(self.columns(), values, strict=True))

    @classmethod
    def from_cells(cls, cells: Mapping[str, str]) -> Self:
        """Read a row from text; an empty cell is None.

        Raises
        ------
        ValueError
            If a cell is not of its type.
        KeyError
            If a column is missing.
        """
        values: dict[str, Any] = {}
        for name in cls.model_fields:
            columns = _columns_of(cls, name)
            texts = [cells[column] or None for column in columns]
            values[name] = tuple(texts) if len(columns) > 1 else texts[0]
        return cls.model_validate(values)


AnyRow = TypeVar("AnyRow", bound=Row)


def save_rows(path: Path, kind: type[AnyRow], rows: Sequence[AnyRow]) -> None:
    """Write rows of one kind; without rows the table is its header."""
    save_table(path, kind.columns(), (row.cells() for row in rows))


def load_rows(path: Path, kind: type[AnyRow]) -> list[AnyRow]:
    """Read the rows that a stage wrote; raises UserError if the file is missing or broken."""
    with translate_errors(path):
        return list(parse_rows(path.read_text(encoding="utf-8"), kind))


def parse_rows(text: str, kind: type[AnyRow]) -> Iterator[AnyRow]:
    """Read rows of one kind from CSV; raises ValueError or KeyError (a missing column) if it is not such CSV."""
    for cells in parse_csv(text):
        yield kind.from_cells(cells)


def save_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> None:
    """Write rows as CSV; None becomes an empty cell."""
    text = io.StringIO()
    table = csv.DictWriter(text, columns, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    save_text(path, text.getvalue())


def parse_csv(text: str) -> list[dict[str, str]]:
    """Read the rows of CSV by column name; raises ValueError where a row is shorter or longer than the header."""
    rows = list(csv.DictReader(io.StringIO(text)))
    if any(None in row or None in row.values() for row in rows):
        raise ValueError("a row has not as many cells as there are columns")
    return rows


def _columns_of(kind: type[Row], name: str) -> list[str]:
    field = kind.model_fields[name]
    column = field.serialization_alias or name
    return [f"{column}{end}" for end in ENDS] if field.annotation is Interval else [column]
