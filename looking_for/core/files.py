"""Where each file lies, and how it is written whole or not at all."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.errors import UNREADABLE, UserError, reason

IMAGES = Path("data/images.npz")
SURVEY = Path("data/survey.npz")
CLAIMS = Path("data/survey.json")
REPORT = Path("reports/README.md")
FIGURES = Path("reports/figures")
OVERVIEW = FIGURES / "overview"

COUNT = -12  # where an archive without a comment, as numpy's, says how many members it has: two bytes

Row = Mapping[str, str | int | float | None]


def network_file(name: str) -> Path:
    return Path("data/networks") / f"{name}.npz"


def snapshots_file(name: str) -> Path:
    return Path("data/snapshots") / f"{name}.npz"


def pictures_file(name: str) -> Path:
    return Path("data/pictures") / f"{name}.npz"


def history_file(name: str) -> Path:
    return Path("reports/history") / f"{name}.csv"


def metrics_file(name: str) -> Path:
    return Path("reports/metrics") / f"{name}.json"


def ladder_file(name: str) -> Path:
    return Path("reports/ladder") / f"{name}.csv"


def truth_file(name: str) -> Path:
    return Path("reports/truth") / f"{name}.csv"


def challenge_file(name: str) -> Path:
    return Path("reports/challenges") / f"{name}.csv"


def figures_of(name: str) -> Path:
    """The folder of a network's own figures."""
    return FIGURES / name


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it there only when the block succeeds.

    A `UserError` where the system refuses: a full disk, a folder that may not be written to.
    """
    temporary = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise UserError(
            f"{path} cannot be written: {reason(error)}; what was there is as it was. Make room, or make "
            "the folder writable, then `dvc repro`"
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def save_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write an uncompressed .npz: the same arrays give the same bytes on every machine."""
    with whole(path) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def load_arrays(path: Path, *names: str) -> dict[str, Array]:
    """Read an .npz, whole or the arrays named; a `UserError` says how to get a missing or broken one."""
    with (
        reading(path, f"`dvc checkout --force {path}` brings it back"),
        ZipFile(path) as file,
    ):
        _check_members(path, file)
        return {name: _array(file, name) for name in names or _names(file)}


def _check_members(path: Path, file: ZipFile) -> None:
    """A BadZipFile where the archive's list has fewer members than its last record counts: damage in one
    entry may swallow those after it, and a network would lose its last layers."""
    with path.open("rb") as raw:
        raw.seek(COUNT, io.SEEK_END)
        counted = int.from_bytes(raw.read(2), "little")
    if counted != len(file.namelist()):
        raise BadZipFile(f"{len(file.namelist())} members are listed and {counted} counted")


def _names(file: ZipFile) -> list[str]:
    return [member.removesuffix(".npy") for member in file.namelist()]


def _array(file: ZipFile, name: str) -> Array:
    """An array of an .npz, read to its end: there its checksum is looked at, and a damaged header may have
    numpy stop before."""
    with file.open(f"{name}.npy") as member:
        array: Array = np.lib.format.read_array(member, allow_pickle=False)
        if member.read(1):
            raise ValueError(f"{name} goes on after its last number")
    return array


@contextmanager
def reading(path: Path, remedy: str = "`dvc repro` makes it again") -> Iterator[None]:
    """What goes wrong in the block, with a file that a stage wrote, becomes a `UserError`."""
    try:
        yield
    except FileNotFoundError as error:
        raise UserError(f"{path} is missing; `dvc repro` makes it") from error
    except UNREADABLE as error:
        raise UserError(f"{path} is broken; {remedy}") from error


def save_text(path: Path, text: str) -> None:
    with whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def save_numbers(path: Path, numbers: Mapping[str, Any]) -> None:
    """Write metrics as JSON, in the order given; they come rounded to what is stable."""
    save_text(path, json.dumps(numbers, indent=2) + "\n")


def load_numbers(path: Path) -> dict[str, Any]:
    with reading(path):
        return dict(json.loads(path.read_text(encoding="utf-8")))


def save_table(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows as CSV; None becomes an empty cell."""
    text = io.StringIO()
    table = csv.DictWriter(text, columns, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    save_text(path, text.getvalue())


def load_table(path: Path) -> list[dict[str, str]]:
    with reading(path):
        return rows_of(path.read_text(encoding="utf-8"))


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of CSV by their columns' names; a ValueError where one is short or long."""
    rows = list(csv.DictReader(io.StringIO(text)))
    if any(None in row or None in row.values() for row in rows):
        raise ValueError("a row has not as many cells as there are columns")
    return rows
