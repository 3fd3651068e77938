"""Is a file of arrays what its stage writes? Asked wherever one is read: a damaged or foreign file is an
error in a line there, and no wrong picture later."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, NoReturn

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError


class Field(NamedTuple):
    """An array's type, "uint8 or uint16" where either will do, and, in words, its axes: one word is one
    length all over a file.

    may_lack: whether NaN may stand there, for nothing to measure.
    """

    dtype: str
    axes: str = ""
    may_lack: bool = False


Layout = Mapping[str, Field]


def check(path: Path, arrays: Mapping[str, Array], layout: Layout) -> None:
    """A UserError unless a file's arrays are those of a layout, no more and no less, and finite."""
    lengths: dict[str, int] = {}
    for name, field in layout.items():
        if name not in arrays:
            refuse(path, f"it has no {name}")
        array, axes = arrays[name], field.axes.split()
        kind = "str" if array.dtype.kind == "U" else array.dtype.name
        if kind not in field.dtype.split(" or "):
            refuse(path, f"{name} is {kind} where {field.dtype} is needed")
        if not _fits(array.shape, axes, lengths):
            needed = ", ".join(str(lengths.get(axis, axis)) for axis in axes)
            refuse(path, f"{name} has the shape {array.shape} where ({needed}) is needed")
        if array.dtype.kind == "f" and not field.may_lack and not np.isfinite(array).all():
            refuse(path, f"{name} has numbers that are not finite")
    if strange := sorted(arrays.keys() - layout.keys()):
        refuse(path, f"it has {strange[0]}, which does not belong there")


def _fits(shape: tuple[int, ...], axes: list[str], lengths: dict[str, int]) -> bool:
    """Whether axes are as long as those of the same word before; new ones are noted."""
    return len(shape) == len(axes) and all(
        lengths.setdefault(axis, n) == n for axis, n in zip(axes, shape, strict=True)
    )


def refuse(path: Path, what: str) -> NoReturn:
    """The UserError for a file that can be read and is not what it should be."""
    raise UserError(
        f"{path} is not what its stage writes: {what}; `dvc checkout --force {path}` brings it back"
    )
