"""Arrays in .npz files, and records: dataclasses whose fields say once how they are stored.

Saving, loading, the check of what was loaded and the layout of the file all follow from the fields.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, NamedTuple, NoReturn, TypeVar
from zipfile import BadZipFile, ZipFile, ZipInfo

import numpy as np

from looking_for.core.arrays import Array, as_float32
from looking_for.core.errors import UserError
from looking_for.core.files import atomic_write, translate_errors

# Where an archive without a comment, as numpy's, says in two bytes how many members it has.
EOCD_COUNT_OFFSET = -12
UNIX = 3  # the system that an archive says it was made on

Record = TypeVar("Record")


def save_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write an uncompressed .npz: the same arrays give the same bytes on every machine.

    np.savez does not: what its members' headers hold goes by the system and by Python's version (3.11.4 changed it).
    """
    with atomic_write(path) as temporary, ZipFile(temporary, "w") as archive:
        for name, array in arrays.items():
            values = np.asanyarray(array)
            member = ZipInfo(f"{name}.npy")
            member.create_system = UNIX
            member.file_size = values.nbytes  # else no room is kept for the size of more than 2 GiB
            with archive.open(member, "w") as file:
                np.lib.format.write_array(file, values, allow_pickle=False)


def load_arrays(path: Path, *names: str) -> dict[str, Array]:
    """Read an .npz, whole or the arrays named.

    Raises
    ------
    UserError
        If the file is missing or broken; it says how to get it back.
    """
    with translate_errors(path, f"`dvc checkout --force {path}` brings it back"), ZipFile(path) as file:
        _check_members(path, file)
        return {name: _read_array(file, name) for name in names or _names(file)}


def _check_members(path: Path, file: ZipFile) -> None:
    """Compare the archive's list with its last record: damage in one entry may swallow those after it."""
    with path.open("rb") as raw:
        raw.seek(EOCD_COUNT_OFFSET, io.SEEK_END)
        counted = int.from_bytes(raw.read(2), "little")
    if counted != len(file.namelist()):
        raise BadZipFile(f"{len(file.namelist())} members are listed and {counted} counted")


def _names(file: ZipFile) -> list[str]:
    return [member.removesuffix(".npy") for member in file.namelist()]


def _read_array(file: ZipFile, name: str) -> Array:
    """Read an array to its end: there its checksum is tested, and a damaged header may stop numpy before."""
    with file.open(f"{name}.npy") as member:
        array: Array = np.lib.format.read_array(member, allow_pickle=False)
        if member.read(1):
            raise ValueError(f"{name} goes on after its last number")
    return array


class Stored(NamedTuple):
    """How one field is stored.

    Parameters
    ----------
    name : str
        The array's name; empty for the field's own. In parts that come in numbers `{n}` is the number,
        `{before}` the one before it, and `{out}` is `units{n}`, or `classes` in the last part.
    dtype : str
        "uint8 or uint16" where either will do.
    axes : str
        The axes in words: one word has one length all over a file. Empty for a single value; a last axis in
        brackets may be missing.
    allow_nan : bool
        Whether NaN may be there, for nothing to measure.
    default : object
        A value that is not written, and is assumed where the array is missing.
    needed : bool
        Whether a file without the array is refused; else None is not written, and is what a missing array gives.
    """

    name: str = ""
    dtype: str = "float32"
    axes: str = ""
    allow_nan: bool = False
    default: object = None
    needed: bool = True


@dataclass(frozen=True)
class _Part:
    """A field that holds a dataclass, a list of them (numbered from 1) or a mapping from numbers to them."""

    kind: type
    how: Literal["one", "list", "by number"]
    needed: bool
    stored: Mapping[str, Stored]

    def named(self, numbers: Sequence[int]) -> Iterator[tuple[int, dict[str, Stored]]]:
        """Give the fields of each part with their real names and axes."""
        for n in numbers:
            words = {"n": n, "before": n - 1, "out": "classes" if n == max(numbers) else f"units{n}"}
            yield (
                n,
                {
                    key: s._replace(name=s.name.format(**words), axes=s.axes.format(**words))
                    for key, s in self.stored.items()
                },
            )

    def numbers_in(self, names: Iterable[str]) -> list[int]:
        """Find the parts that a file has, by the names of their first field."""
        if self.how == "one":
            return [1]
        pattern = next(iter(self.stored.values())).name.replace("{n}", r"(\d+)")
        numbers = [int(match[1]) for name in names if (match := re.fullmatch(pattern, name))]
        if self.how == "list":
            numbers = list(range(1, len(numbers) + 1))
        return numbers or [1] * self.needed

    def items(self, value: Any) -> Mapping[int, Any]:
        """Give the parts of a record's field by number."""
        if self.how == "one":
            return {1: value}
        return dict(value) if self.how == "by number" else dict(enumerate(value, start=1))

    def collect(self, items: Mapping[int, Any]) -> Any:
        """The inverse of `items`."""
        if self.how == "one":
            return items[1]
        return items if self.how == "by number" else list(items.values())


def stored(dtype: str = "float32", axes: str = "", **more: Any) -> Any:
    """Declare a field of a record that is one array; see `Stored`."""
    how = Stored(dtype=dtype, axes=axes, **more)
    return field(metadata={"stored": how}) if how.needed else field(default=None, metadata={"stored": how})


def stored_parts(kind: type, how: Literal["one", "list", "by number"], *, needed: bool = True, **parts: Stored) -> Any:
    """Declare a field that holds parts of a record; `parts` says how each of their fields is stored.

    `needed`: whether a file without any part is refused.
    """
    return field(metadata={"stored": _Part(kind, how, needed, parts)})


def stored_record(kind: type) -> Any:
    """Declare a field that is a record itself, whose arrays are stored among the others."""
    return field(metadata={"stored": kind})


def save_record(path: Path, record: Any) -> None:
    """Write a record; with `FLOAT32_FIRST` in its class, arrays of other types come last."""
    arrays = _flatten(record)
    if getattr(record, "FLOAT32_FIRST", False):
        arrays = dict(sorted(arrays.items(), key=lambda item: item[1].dtype != np.float32))
    save_arrays(path, arrays)


def load_record(path: Path, kind: type[Record]) -> Record:
    """Read a record that `save_record` wrote.

    Raises
    ------
    UserError
        If the file is missing or broken, or its arrays are not those of the record, no more and no less.
    """
    arrays = load_arrays(path)
    check_arrays(path, arrays, _layout(kind, arrays))
    return _build(kind, arrays)


def _flatten(record: Any) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    for declared in fields(record):
        how, value = declared.metadata["stored"], getattr(record, declared.name)
        if isinstance(how, Stored):
            arrays |= _as_arrays({declared.name: how}, record)
        elif isinstance(how, _Part):
            items = how.items(value)
            for n, named in how.named(list(items)):
                arrays |= _as_arrays(named, items[n])
        else:
            arrays |= _flatten(value)
    return arrays


def _layout(kind: type, names: Iterable[str]) -> dict[str, Stored]:
    """How each array of a record's file is stored, of a file that has arrays of these names."""
    layout: dict[str, Stored] = {}
    for declared in fields(kind):
        how = declared.metadata["stored"]
        if isinstance(how, Stored):
            layout[how.name or declared.name] = how
        elif isinstance(how, _Part):
            for _, named in how.named(how.numbers_in(names)):
                layout |= {s.name or key: s for key, s in named.items()}
        else:
            layout |= _layout(how, names)
    return layout


def _build(kind: type[Record], arrays: Mapping[str, Array]) -> Record:
    values: dict[str, Any] = {}
    for declared in fields(kind):  # type: ignore[arg-type]  # a dataclass
        how = declared.metadata["stored"]
        if isinstance(how, Stored):
            values |= _from_arrays({declared.name: how}, arrays)
        elif isinstance(how, _Part):
            named_parts = how.named(how.numbers_in(arrays))
            items = {n: how.kind(**_from_arrays(named, arrays)) for n, named in named_parts}
            values[declared.name] = how.collect(items)
        else:
            values[declared.name] = _build(how, arrays)
    return kind(**values)


def _as_arrays(named: Mapping[str, Stored], owner: Any) -> dict[str, Array]:
    values = {key: getattr(owner, key) for key in named}
    return {
        s.name or key: as_float32(values[key]) if s.dtype == "float32" else np.array(values[key])
        for key, s in named.items()
        if (s.default is None or values[key] != s.default) and (s.needed or values[key] is not None)
    }


def _from_arrays(named: Mapping[str, Stored], arrays: Mapping[str, Array]) -> dict[str, Any]:
    values = {}
    for key, s in named.items():
        array = arrays.get(s.name or key)
        values[key] = s.default if array is None else array if s.axes.split() else array.item()
    return values


def check_arrays(path: Path, arrays: Mapping[str, Array], layout: Mapping[str, Stored]) -> None:
    """Raise UserError if a file's arrays are not those of a layout, no more and no less, or not finite."""
    lengths: dict[str, int] = {}
    for name, s in layout.items():
        if name not in arrays:
            if s.default is None and s.needed:
                raise_invalid(path, f"it has no {name}")
            continue
        array, axes = arrays[name], _axes_of(s, arrays[name])
        dtype = "str" if array.dtype.kind == "U" else array.dtype.name
        if dtype not in s.dtype.split(" or "):
            raise_invalid(path, f"{name} is {dtype} where {s.dtype} is needed")
        if not _fits(array.shape, axes, lengths):
            needed = ", ".join(str(lengths.get(axis, axis)) for axis in axes)
            raise_invalid(path, f"{name} has the shape {array.shape} where ({needed}) is needed")
        if array.dtype.kind == "f" and not s.allow_nan and not np.isfinite(array).all():
            raise_invalid(path, f"{name} has numbers that are not finite")
    if strange := sorted(arrays.keys() - layout.keys()):
        raise_invalid(path, f"it has {strange[0]}, which does not belong there")


def _axes_of(s: Stored, array: Array) -> list[str]:
    """The axes that an array should have: the one in brackets only where the array has as many."""
    *axes, last = s.axes.split() or [""]
    if not last.startswith("["):
        return s.axes.split()
    return [*axes, last.strip("[]")] if array.ndim > len(axes) else axes


def _fits(shape: tuple[int, ...], axes: list[str], lengths: dict[str, int]) -> bool:
    """Compare axes with those of the same word before; note the lengths of new words."""
    return len(shape) == len(axes) and all(
        lengths.setdefault(axis, n) == n for axis, n in zip(axes, shape, strict=True)
    )


def raise_invalid(path: Path, problem: str) -> NoReturn:
    """Raise the UserError for a file that can be read and is not what it should be."""
    raise UserError(f"{path} is not what its stage writes: {problem}; `dvc checkout --force {path}` brings it back")
