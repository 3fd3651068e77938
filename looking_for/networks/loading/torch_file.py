"""PyTorch's .pt and .pth: the tensors of a state_dict, without torch, and without running anything in the file.

Since 1.6 such a file is a zip archive: a pickle that says which tensors there are, and a member for the numbers of
each. A pickle names the functions that build its objects. Here a name is looked up in a table of five, none of
which is PyTorch's own code; any other name ends the reading.
"""

import logging
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from zipfile import ZipFile

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.errors import UNREADABLE, UserError, reason

logger = logging.getLogger(__name__)

BFLOAT16 = "bfloat16"  # no type of numpy: the upper half of a float32
STORAGES = {
    "FloatStorage": "f4", "DoubleStorage": "f8", "HalfStorage": "f2", "BFloat16Storage": BFLOAT16,
    "LongStorage": "i8", "IntStorage": "i4", "ShortStorage": "i2", "CharStorage": "i1", "ByteStorage": "u1",
    "BoolStorage": "?",
}  # fmt: skip
SAVE_STATE = "save its state_dict: torch.save(model.state_dict(), …)"
MAX_BYTES = 2**32  # of a network's numbers
CONTAINERS = ("state_dict", "model_state_dict", "model", "net", "network", "module")


@dataclass(frozen=True)
class _Storage:
    numbers: Array


def read_state_dict(path: Path) -> dict[str, Array]:
    """Read the tensors of a state_dict, or of the one in a checkpoint.

    Returns
    -------
    dict from a tensor's name to its array
        Names of nested dictionaries are joined by dots, but for the container's.

    Raises
    ------
    UserError
        If it is no such file; it says what it holds instead.
    """
    try:
        with ZipFile(path) as file:
            return _name_tensors(path, _read_pickle(path, file))
    except UserError:
        raise
    except (*UNREADABLE, pickle.UnpicklingError, TypeError, AttributeError, IndexError) as error:
        raise UserError(f"{path} cannot be read as PyTorch's .pt: {reason(error)}") from error


def is_torch_archive(path: Path) -> bool:
    """Whether a zip archive is one of PyTorch's."""
    try:
        with ZipFile(path) as file:
            return any(name.endswith(("/data.pkl", "/constants.pkl")) for name in file.namelist())
    except UNREADABLE:
        return False


def _read_pickle(path: Path, file: ZipFile) -> Any:
    names = file.namelist()
    if any(name.endswith("/constants.pkl") for name in names):
        raise UserError(f"{path} is a TorchScript program, which would have to be run: {SAVE_STATE}")
    folder = next(name for name in names if name.endswith("data.pkl")).removesuffix("data.pkl")
    if sum(member.file_size for member in file.infolist()) > MAX_BYTES:
        raise UserError(f"{path} unpacks to over {MAX_BYTES // 2**30} GiB")
    order = file.read(f"{folder}byteorder") if f"{folder}byteorder" in names else b"little"
    with file.open(f"{folder}data.pkl") as data:
        return _TensorUnpickler(data, path, file, folder, "big" if order == b"big" else "little").load()


class _TensorUnpickler(pickle.Unpickler):
    """Builds tensors as arrays; every other name in the pickle is refused before anything is called."""

    def __init__(self, data: Any, path: Path, file: ZipFile, folder: str, order: Literal["big", "little"]) -> None:
        super().__init__(data)
        self.path, self.file, self.folder, self.order = path, file, folder, order

    def find_class(self, module: str, name: str) -> Any:
        builders = {
            ("collections", "OrderedDict"): _Dict,
            ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
            ("torch._utils", "_rebuild_parameter"): lambda tensor, *_: tensor,
            ("torch", "Size"): tuple,
        }
        if (module, name) in builders:
            return builders[module, name]
        if module in ("torch", "torch.storage") and name in STORAGES:
            return STORAGES[name]
        if name[:1].isupper() or module.startswith(("torch.nn", "__main__")):
            raise UserError(f"{self.path} holds a whole {module}.{name}, which is code: {SAVE_STATE}")
        raise UserError(f"{self.path} would run {module}.{name}: refused; {SAVE_STATE}")

    def persistent_load(self, pid: Any) -> Any:
        kind, dtype, key, *_ = pid
        if kind != "storage" or not isinstance(dtype, str):
            raise UserError(f"{self.path} refers to {kind!r}, which is no tensor's storage")
        raw = self.file.read(f"{self.folder}data/{key}")
        if dtype == BFLOAT16:
            return _Storage(expand_bfloat16(np.frombuffer(raw, np.dtype("u2").newbyteorder(self.order))))
        return _Storage(np.frombuffer(raw, np.dtype(dtype).newbyteorder(self.order)))


class _Dict(dict[Any, Any]):
    """An OrderedDict whose further state, as the versions of a model's modules, is dropped."""

    def __setstate__(self, state: Any) -> None:
        pass


def expand_bfloat16(halves: Array) -> Array:
    """Give the float32 numbers whose upper halves are these unsigned 16-bit ones."""
    return (halves.astype(np.uint32) << 16).view(np.float32)


def _rebuild_tensor(storage: _Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any) -> Array:
    """A tensor as an array of its own; raises ValueError where it would reach beyond its storage."""
    numbers = storage.numbers
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if min((offset, *size, *stride), default=0) < 0 or (0 not in size and last >= len(numbers)):
        raise ValueError("a tensor reaches beyond its numbers")
    if 0 in size:
        return np.zeros(size, numbers.dtype)
    steps = [step * numbers.itemsize for step in stride]
    return np.array(np.lib.stride_tricks.as_strided(numbers[offset:], size, steps))


def _name_tensors(path: Path, loaded: Any) -> dict[str, Array]:
    """Find the one dictionary of tensors: the file's own, or one that a checkpoint holds beside an optimizer's."""
    if not isinstance(loaded, Mapping):
        raise UserError(f"{path} holds a {type(loaded).__name__}, not a state_dict: {SAVE_STATE}")
    if any(isinstance(value, np.ndarray) and value.ndim > 0 for value in loaded.values()):
        return _flatten(loaded)
    inner = {str(k): v for k, v in loaded.items() if isinstance(v, Mapping) and not str(k).startswith("optim")}
    named = {k: flat for k, v in inner.items() if (flat := _flatten(v))}
    known = [k for k in CONTAINERS if k in named]
    chosen = known if len(known) == 1 else list(named)
    if len(chosen) != 1:
        raise UserError(
            f"{path} holds {len(named)} dictionaries of tensors ({', '.join(named) or 'none'}): {SAVE_STATE}"
        )
    if len(named) > 1:
        logger.info("%s: of %s, the tensors of %r are read", path, ", ".join(named), chosen[0])
    return named[chosen[0]]


def _flatten(tensors: Mapping[Any, Any], prefix: str = "") -> dict[str, Array]:
    flat: dict[str, Array] = {}
    for key, value in tensors.items():
        if isinstance(value, Mapping):
            flat |= _flatten(value, f"{prefix}{key}.")
        elif isinstance(value, np.ndarray):
            flat[f"{prefix}{key}"] = value
    return flat
