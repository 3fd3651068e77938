"""Weights of imported dense networks: .npz and .safetensors, in Keras' orientation or PyTorch's.

Nothing of theirs is run: both formats hold arrays alone. What the sizes say decides the orientation.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from looking_for.core.activations import ACTIVATIONS
from looking_for.core.arrays import Array
from looking_for.core.errors import UNREADABLE, UserError, reason
from looking_for.networks.dense import DenseNetwork

FORMATS = (".npz", ".safetensors")


def load_weights(
    path: Path, n_inputs: int, *, activation: str = "relu", scale: float = 1.0, mean: float = 0.0, std: float = 1.0
) -> DenseNetwork:
    """Read a dense network from a file's weights and biases, in the order of their names.

    Parameters
    ----------
    path : Path
        .npz or .safetensors.
    n_inputs : int
        Pixels of an image.
    activation : str
        Of the hidden layers.
    scale, mean, std : float
        The network was trained on (scale · x − mean) / std of pixels x in [0, 1]; they are folded into the
        first layer, so that the network here sees x. One trained on 0…255 has the scale 255.

    Raises
    ------
    UserError
        If the arrays are not a chain of dense layers from `n_inputs` on.
    """
    if activation not in ACTIVATIONS:
        raise UserError(f"{path}: activation {activation!r} is not known; allowed: {', '.join(ACTIVATIONS)}")
    arrays = _read_arrays(path)
    names = _layer_order(arrays, n_inputs)
    matrices = [arrays[name] for name in names if arrays[name].ndim == 2]
    biases = [arrays[name] for name in names if arrays[name].ndim == 1]
    if others := [name for name in names if arrays[name].ndim not in (1, 2)]:
        shape = arrays[others[0]].shape
        raise UserError(f"{path}: {others[0]} has the shape {shape}; dense layers have matrices and biases")
    weights = _orient_chain(path, matrices, n_inputs)
    if [len(b) for b in biases] != [w.shape[1] for w in weights]:
        raise UserError(f"{path}: each layer needs one bias per unit; units {[w.shape[1] for w in weights]}, "
                        f"biases {[len(b) for b in biases]}")  # fmt: skip
    biases[0] = biases[0] - mean / std * weights[0].sum(axis=0)
    return DenseNetwork.from_arrays([weights[0] * scale / std, *weights[1:]], biases, np.float64, activation)


def _read_arrays(path: Path) -> Mapping[str, Array]:
    """Read the arrays of a file as float64; refuse numbers that are not finite."""
    if path.suffix not in FORMATS:
        raise UserError(f"{path}: weights come as {' or '.join(FORMATS)}")
    try:
        if path.suffix == ".safetensors":
            arrays = load_file(path)
        else:
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files if name != "activation"}
    except (*UNREADABLE, SafetensorError, TypeError) as error:
        raise UserError(f"{path} cannot be read: {reason(error)}") from error
    for name, array in arrays.items():
        if not np.issubdtype(array.dtype, np.floating):
            raise UserError(f"{path}: {name} is {array.dtype}; weights are floating-point numbers")
        if not np.isfinite(array).all():
            raise UserError(f"{path}: {name} has numbers that are not finite")
    return {name: array.astype(np.float64) for name, array in arrays.items()}


def _layer_order(arrays: Mapping[str, Array], n_inputs: int) -> list[str]:
    """Sort the names layer by layer. Those without a number come first (`dense`, `dense_1`) or last (`fc1`,
    `out`): whichever gives a chain."""
    orders = [sorted(arrays, key=partial(_natural_key, without=place)) for place in (-1, 10**9)]
    for names in orders:
        matrices = [arrays[name] for name in names if arrays[name].ndim == 2]
        if any(_is_chain(turned, n_inputs) for turned in ([*matrices], [m.T for m in matrices])):
            return names
    return orders[0]


def _natural_key(name: str, without: int) -> list[tuple[int, str]]:
    """Sort layer 10 after layer 9, and each layer's arrays together: W1, b1, W2 by their number alone."""
    numbers = [int(number) for number in re.findall(r"\d+", name)] or [without]
    return [(number, "") for number in numbers] + [(0, name)]


def _orient_chain(path: Path, matrices: Sequence[Array], n_inputs: int) -> list[Array]:
    """Turn the matrices to inputs × units, if in one orientation each begins where the last ended."""
    fitting = [turned for turned in ([*matrices], [m.T for m in matrices]) if _is_chain(turned, n_inputs)]
    if not fitting:
        shapes = ", ".join(f"{m.shape[0]}×{m.shape[1]}" for m in matrices) or "none"
        raise UserError(f"{path}: its matrices ({shapes}) are not a chain of layers from {n_inputs} pixels on")
    if len(fitting) == 2:
        raise UserError(f"{path}: all its matrices are square: their orientation cannot be told")
    return fitting[0]


def _is_chain(weights: Sequence[Array], n_inputs: int) -> bool:
    sizes = [weight.shape for weight in weights]
    return bool(sizes) and sizes[0][0] == n_inputs and all(a[1] == b[0] for a, b in pairwise(sizes))
