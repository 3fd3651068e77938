"""The named arrays in a file of weights: .npz, .safetensors, PyTorch's .pt and .pth, distinguished by content."""

import json
import logging
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize

from looking_for.core.arrays import Array
from looking_for.core.errors import UNREADABLE, UserError, reason
from looking_for.core.foreign import ZIP, describe_foreign, read_member, read_start
from looking_for.networks.loading.formats import suffixes_of
from looking_for.networks.loading.names import Role, parse_name
from looking_for.networks.loading.torch_file import expand_bfloat16, is_torch_archive, read_state_dict

logger = logging.getLogger(__name__)

SAFETENSORS_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
                      "U8": "u1", "BOOL": "?"}  # fmt: skip


@dataclass(frozen=True)
class NamedArrays:
    """What a file of weights holds.

    Parameters
    ----------
    path : Path
    arrays : dict from str to array
        Floating-point arrays, float64, by name, in the file's order.
    is_torch : bool
        Whether PyTorch wrote it, or a tool of its users.
    activation : str or None
        Of the hidden layers, where the file says it.
    """

    path: Path
    arrays: dict[str, Array]
    is_torch: bool
    activation: str | None = None


def read_arrays(path: Path) -> NamedArrays:
    """Read the floating-point arrays of a file; whole numbers and single values beside them are passed over.

    Raises
    ------
    UserError
        If the file is of another form, damaged, or has numbers that are not finite.
    """
    read = _read_zip(path) if read_start(path).startswith(ZIP) else _read_safetensors(path)
    kept = {}
    for name, array in read.arrays.items():
        role = parse_name(name).role
        if array.ndim == 0 and role == Role.BIAS:
            array = array.reshape(1)  # noqa: PLW2901
        if _is_beside_weights(array, role):
            continue
        if not np.issubdtype(array.dtype, np.floating):
            raise UserError(f"{path}: {name} is {array.dtype}; weights are floating-point numbers")
        if not np.isfinite(array).all():
            raise UserError(f"{path}: {name} has numbers that are not finite")
        kept[name] = array.astype(np.float64)
    if ignored := [name for name in read.arrays if name not in kept]:
        logger.info("%s: %s passed over, whole or single numbers", path, ", ".join(ignored))
    return replace(read, arrays=kept)


def _is_beside_weights(array: Array, role: Role) -> bool:
    """Whether an array is no layer's, as an epoch, a learning rate, names or a list of widths."""
    is_no_number = array.dtype.kind in "biuSU"
    return array.ndim == 0 or (is_no_number and array.ndim == 1 and role in (Role.UNKNOWN, Role.COUNT))


def _read_zip(path: Path) -> NamedArrays:
    if is_torch_archive(path):
        return NamedArrays(path, read_state_dict(path), is_torch=True)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: read_member(path, file, name, "save each layer's array by itself") for name in file.files}
    except UserError:
        raise
    except (*UNREADABLE, TypeError) as error:
        raise UserError(f"{path} cannot be read as .npz: {reason(error)}") from error
    activation = arrays.pop("activation", None)
    is_named = activation is not None and activation.dtype.kind == "U" and activation.ndim == 0
    return NamedArrays(path, arrays, is_torch=False, activation=str(activation) if is_named else None)


def _read_safetensors(path: Path) -> NamedArrays:
    raw = path.read_bytes()
    try:
        tensors = deserialize(raw)
    except (SafetensorError, ValueError) as error:
        foreign = describe_foreign(path)
        if foreign:
            raise UserError(f"{path} is {foreign}; weights come as {', '.join(suffixes_of('weights'))}") from error
        raise UserError(f"{path} cannot be read as .safetensors: {reason(error)}") from error
    order = [name for name in json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")]) if name != "__metadata__"]
    arrays = {name: _from_safetensors(path, name, tensor) for name, tensor in tensors}
    return NamedArrays(path, {name: arrays[name] for name in order}, is_torch=True)


def _from_safetensors(path: Path, name: str, tensor: dict[str, Any]) -> Array:
    dtype, data, shape = tensor["dtype"], bytes(tensor["data"]), tuple(tensor["shape"])
    if dtype == "BF16":
        return expand_bfloat16(np.frombuffer(data, "<u2")).reshape(shape)
    if dtype not in SAFETENSORS_DTYPES:
        raise UserError(f"{path}: {name} is {dtype}; weights are read as F64, F32, F16 or BF16")
    return np.frombuffer(data, SAFETENSORS_DTYPES[str(dtype)]).reshape(shape)
