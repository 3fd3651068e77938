"""State dicts as PyTorch writes them, without PyTorch: a zip of a pickle and of raw storages."""

import io
import pickle
import sys
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from zipfile import ZipFile

import numpy as np

from looking_for.core.arrays import Array

STORAGES = {"float32": "FloatStorage", "float64": "DoubleStorage", "float16": "HalfStorage", "int64": "LongStorage"}


def _module(name: str, **members: Any) -> ModuleType:
    module = ModuleType(name)
    for key, value in members.items():
        value.__module__, value.__qualname__, value.__name__ = name, key, key
        setattr(module, key, value)
    return module


def _storage_class() -> type:
    return type("Storage", (), {})


def _rebuild_tensor_v2(*_: Any) -> None:
    """Only its name is written."""


MODULES = {
    "torch": _module("torch", **{name: _storage_class() for name in STORAGES.values()}),
    "torch._utils": _module("torch._utils", _rebuild_tensor_v2=_rebuild_tensor_v2),
}


class _Storage:
    def __init__(self, key: str, array: Array) -> None:
        self.key, self.array = key, array


class _Tensor:
    """A tensor that is a view of a storage: transposed where the array is, as PyTorch keeps it."""

    def __init__(self, storage: _Storage, array: Array) -> None:
        self.storage, self.array = storage, array

    def __reduce__(self) -> tuple[Any, ...]:
        strides = tuple(step // self.array.itemsize for step in self.array.strides)
        return _rebuild_tensor_v2, (self.storage, 0, self.array.shape, strides, False, OrderedDict())


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        if not isinstance(obj, _Storage):
            return None
        kind = getattr(MODULES["torch"], STORAGES[obj.array.dtype.name])
        return ("storage", kind, obj.key, "cpu", obj.array.size)


def save_state_dict(path: Path, arrays: Mapping[str, Array], *, within: str = "") -> None:
    """Write arrays by name; `within`: the key of a checkpoint that holds them."""
    storages = [_Storage(str(n), np.asarray(array)) for n, array in enumerate(arrays.values())]
    tensors = [_Tensor(storage, storage.array) for storage in storages]
    content: Any = OrderedDict(zip(arrays, tensors, strict=True))
    buffer, before = io.BytesIO(), {name: sys.modules.get(name) for name in MODULES}
    sys.modules.update(MODULES)
    try:
        _Pickler(buffer, protocol=2).dump({within: content, "epoch": 3, "lr": 0.1} if within else content)
    finally:
        for name, module in before.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module
    with ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", buffer.getvalue())
        file.writestr("archive/byteorder", b"little")
        for storage in storages:
            raw = storage.array.T if storage.array.flags.f_contiguous else storage.array
            file.writestr(f"archive/data/{storage.key}", np.ascontiguousarray(raw).tobytes())
