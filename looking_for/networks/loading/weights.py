"""Weights of imported dense networks, in Keras' orientation or PyTorch's, with their batch normalisations folded in.

Nothing of theirs is run: what is read are arrays alone. A file does not say how its network was fed, nor what its
activation is; what else it leaves open is asked for.
"""

import logging
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from looking_for.core.activations import KERAS_LEAK, TORCH_LEAK, name_activation
from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.core.imageset import Shape
from looking_for.networks.dense import DenseNetwork, two_logits
from looking_for.networks.loading.arrays import NamedArrays, read_arrays
from looking_for.networks.loading.chain import ORIENTATIONS, Linear, Normalisation, group_layers, order_layers
from looking_for.networks.loading.names import numbers_in
from looking_for.networks.preprocessing import Numbers, make_preprocessing, to_channels_last

logger = logging.getLogger(__name__)

EPSILON = 1e-5  # of a batch normalisation, PyTorch's default


def load_weights(
    path: Path,
    shape: Shape,
    *,
    n_classes: int | None = None,
    activation: str | None = None,
    slope: float | None = None,
    scale: float = 1.0,
    mean: Numbers = 0.0,
    std: Numbers = 1.0,
    layers: Sequence[str] = (),
    orientation: str | None = None,
    channels: str | None = None,
    epsilon: float | None = None,
    normalisation: str | None = None,
) -> DenseNetwork:
    """Read a dense network from a file's weights and biases.

    Parameters
    ----------
    path : Path
        .npz, .safetensors, .pt or .pth.
    shape : (int, int) or (int, int, 3)
        Height and width of the images, in pixels; the 3 of images in colour.
    n_classes : int, optional
        Of the images; of two, an output of one unit z becomes (0, z).
    activation : str, optional
        Of the hidden layers; default: what the file says, else relu.
    slope : float, optional
        Of leaky_relu below 0; default: PyTorch's 0.01 in its files, where others must say it.
    scale, mean, std : float
        The network was trained on (scale · x − mean) / std of pixels x in [0, 1]; they are folded into the
        first layer, so that the network here sees x. One trained on 0…255 has the scale 255. Mean and std may
        have a number per colour.
    layers : sequence of str
        The layers' names in their order, where their sizes leave it open.
    orientation : str, optional
        "inputs-by-units" (Keras') or "units-by-inputs" (PyTorch's), where their sizes leave it open.
    channels : str, optional
        "last" if a pixel's three colours stand together, as in Keras, "first" if all of one colour do, as in
        PyTorch; needed of images in colour, whose order no file of weights says.
    epsilon : float, optional
        Of batch normalisations; default: 1e-5.
    normalisation : str, optional
        Whether these are "before" or "after" the activation, where the layers' numbers leave it open.

    Raises
    ------
    UserError
        If the arrays are not one chain of dense layers from an image's pixels on; it names the array.
    """
    pixels = make_preprocessing(path, shape, scale, mean, std)
    _check_choice(path, "orientation", orientation, ORIENTATIONS)
    _check_choice(path, "normalisation", normalisation, ("before", "after"))
    _check_channels(path, shape, channels)
    named = read_arrays(path)
    full_name = _choose_activation(named, activation, slope)
    linear, norms = group_layers(path, named.arrays)
    chain = order_layers(path, linear, math.prod(shape), n_classes, layers=layers, orientation=orientation)
    for layer in chain:
        if layer.biases is not None and len(layer.biases) != layer.weights.shape[1]:
            raise UserError(f"{path}: each layer needs one bias per unit; {layer.name} has "
                            f"{layer.weights.shape[1]} units and {len(layer.biases)} biases")  # fmt: skip
    if without := [la.name for la in chain if la.biases is None]:
        logger.info("%s: no biases of %s: taken as zeros", path, ", ".join(without))
    weights = [layer.weights for layer in chain]
    biases = [np.zeros(la.weights.shape[1]) if la.biases is None else la.biases for la in chain]
    if norms and epsilon is None and any(norm.is_keras for norm in norms):
        raise UserError(f"{path}: the epsilon of its batch normalisations is not in the file; say epsilon: 0.001 "
                        f"(Keras' default) or epsilon: {EPSILON:g} (PyTorch's)")  # fmt: skip
    if norms:
        logger.info("%s: batch normalisations folded in, epsilon %g", path, epsilon or EPSILON)
    for norm in norms:
        _fold(weights, biases, norm.gain_and_shift(epsilon or EPSILON), *_place(path, chain, norm, normalisation))
    if weights[-1].shape[1] == 1:
        weights[-1], biases[-1] = two_logits(weights[-1], biases[-1])
    if channels == "first":
        weights[0] = to_channels_last(weights[0], shape)
    gain, shift = (np.broadcast_to(v, len(weights[0])) for v in pixels.gain_and_shift(math.prod(shape)))
    biases[0] = biases[0] + shift @ weights[0]
    return DenseNetwork.from_arrays([gain[:, None] * weights[0], *weights[1:]], biases, np.float64, full_name)


def _check_choice(path: Path, key: str, value: str | None, allowed: Sequence[str]) -> None:
    if value not in (None, *allowed):
        raise UserError(f"{path}: {key}: {value} is not known; allowed: {', '.join(allowed)}")


def _check_channels(path: Path, shape: Shape, channels: str | None) -> None:
    _check_choice(path, "channels", channels, ("first", "last"))
    if len(shape) == 2 and channels is not None:
        raise UserError(f"{path}: the images are grey, and `channels` is for images in colour: leave it out")
    if len(shape) == 3 and channels is None:
        raise UserError(f"{path}: the order of an image's colours is not in the file; say channels: first (PyTorch's, "
                        "3×height×width) or channels: last (Keras', height×width×3)")  # fmt: skip


def _choose_activation(named: NamedArrays, activation: str | None, slope: float | None) -> str:
    """Name the hidden layers' activation; a leaky ReLU's slope is a framework's default only in its own files."""
    if named.activation and activation and name_activation(activation, slope) != named.activation:
        raise UserError(f"{named.path} says that its activation is {named.activation}, and params.yaml {activation}")
    chosen = activation or named.activation or "relu"
    if chosen != "leaky_relu" and slope is not None:
        raise UserError(f"{named.path}: slope: {slope} is of leaky_relu alone; the activation is {chosen}")
    if chosen != "leaky_relu" or slope is not None or named.activation:
        return name_activation(chosen, slope)
    if not named.is_torch:
        raise UserError(f"{named.path}: the slope of leaky_relu is not in the file; say slope: {TORCH_LEAK} (PyTorch's "
                        f"default) or slope: {KERAS_LEAK} (Keras')")  # fmt: skip
    logger.info("%s: leaky_relu with slope %g, PyTorch's default; `slope:` says another", named.path, TORCH_LEAK)
    return name_activation(chosen, TORCH_LEAK)


def _fold(weights: list[Array], biases: list[Array], gain_shift: tuple[Array, Array], layer: int, place: str) -> None:
    """Fold a normalisation into the layer that it follows (before its activation), or into the next one (after)."""
    gain, shift = gain_shift
    if place == "before":
        weights[layer] = weights[layer] * gain
        biases[layer] = biases[layer] * gain + shift
    else:
        biases[layer + 1] = biases[layer + 1] + shift @ weights[layer + 1]
        weights[layer + 1] = gain[:, None] * weights[layer + 1]


def _place(path: Path, chain: Sequence[Linear], norm: Normalisation, given: str | None) -> tuple[int, str]:
    """Find the layer that a normalisation follows, −1 for the pixels, and whether it stands before its activation."""
    width = len(norm.mean)
    fitting = [n for n, layer in enumerate(chain) if layer.weights.shape[1] == width]
    if width == len(chain[0].weights):
        fitting = [-1, *fitting]
    layer = _follows(chain, norm, fitting)
    if layer is None:
        raise UserError(f"{path}: {norm.name} normalises {width} numbers; it fits after "
                        f"{', '.join(chain[n].name if n >= 0 else 'the pixels' for n in fitting) or 'no layer'}, and "
                        "its name does not say which")  # fmt: skip
    if layer in (-1, len(chain) - 1):  # no activation is there
        return layer, "after" if layer == -1 else "before"
    place = given or _place_by_number(chain, layer, norm)
    if place is None:
        raise UserError(f"{path}: {norm.name} stands before or after the activation of {chain[layer].name}, which "
                        "their names do not tell; say normalisation: before or normalisation: after")  # fmt: skip
    return layer, place


def _follows(chain: Sequence[Linear], norm: Normalisation, fitting: Sequence[int]) -> int | None:
    """Choose the layer by numbers: the last with a smaller or equal one, if it has as many units."""
    if len(fitting) == 1:
        return fitting[0]
    numbers = [numbers_in(layer.name) for layer in chain]
    if not numbers_in(norm.name) or not all(numbers) or numbers != sorted(numbers):
        return None
    before = [n for n, number in enumerate(numbers) if number <= numbers_in(norm.name)]
    chosen = before[-1] if before else -1
    return chosen if chosen in fitting else None


def _place_by_number(chain: Sequence[Linear], layer: int, norm: Normalisation) -> str | None:
    """Tell by the numbers of modules one after another, as of PyTorch's Sequential: 0 linear, 1 norm, 2 ReLU, 3 linear.

    What stands between has no arrays: the activation, and a dropout perhaps. So with something on both sides of a
    norm it cannot be told.
    """
    names = [chain[layer].name, norm.name, chain[layer + 1].name]
    stems = {name.rpartition(".")[0] if "." in name else "" for name in names}
    last = [name.rpartition(".")[2] for name in names]
    if len(stems) > 1 or not all(name.isdigit() for name in last):
        return None
    here, at, then = map(int, last)
    if at == here + 1 and then > at + 1:
        return "before"
    return "after" if at > here + 1 and then == at + 1 else None
