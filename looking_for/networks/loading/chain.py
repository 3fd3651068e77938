"""From named arrays to the layers of a dense network: what each array is, and the order in which the layers follow.

A file of weights says neither. So a name's words decide what an array is, and the sizes decide the order; where sizes
allow two, numbers in the names decide; else a person is asked. Nothing is guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.networks.loading.names import ArrayName, Role, numbers_in, parse_name, stem_of

MAX_ORDERS = 20_000  # orders of layers that are tried
ORIENTATIONS = ("inputs-by-units", "units-by-inputs")  # Keras', PyTorch's


@dataclass(frozen=True)
class Linear:
    """A dense layer: weights (n_inputs, n_units) once it is turned, biases (n_units,) or none."""

    name: str
    weights: Array
    biases: Array | None

    def transposed(self) -> "Linear":
        return Linear(self.name, self.weights.T, self.biases)


@dataclass(frozen=True)
class Normalisation:
    """A batch normalisation: x ↦ γ(x − μ) / √(σ² + ε) + β, each (n_units,); is_keras: whether its arrays have Keras'
    names, whose ε is another."""

    name: str
    scale: Array
    shift: Array
    mean: Array
    variance: Array
    is_keras: bool

    def gain_and_shift(self, epsilon: float) -> tuple[Array, Array]:
        """Give it as a gain and a shift per unit."""
        gain = self.scale / np.sqrt(self.variance + epsilon)
        return gain, self.shift - self.mean * gain


def group_layers(path: Path, arrays: Mapping[str, Array]) -> tuple[list[Linear], list[Normalisation]]:
    """Find out what each array is.

    Raises
    ------
    UserError
        If one of them is no dense layer's and no batch normalisation's; it names the array.
    """
    roles = {name: parse_name(name) for name in arrays}
    is_weight = [role.role == Role.WEIGHT and arrays[name].ndim >= 2 for name, role in roles.items()]
    if not any(is_weight):
        return _group_by_order(path, arrays), []
    layers: dict[str, dict[Role, Array]] = {}
    for name, (layer, role) in roles.items():
        if role == Role.UNKNOWN or role in layers.get(layer, {}):
            raise UserError(f"{path}: {name} is not read: dense layers have weights and biases, batch normalisations "
                            "weight, bias, running_mean and running_var")  # fmt: skip
        layers.setdefault(layer, {})[role] = arrays[name]
    names = {parsed: name for name, parsed in roles.items()}
    linear, norms = [], []
    for layer, parts in layers.items():
        if Role.MEAN in parts or Role.VARIANCE in parts:
            norms.append(
                _normalisation(
                    path, layer, parts, names[ArrayName(layer, Role.MEAN if Role.MEAN in parts else Role.VARIANCE)]
                )
            )
        else:
            linear.append(_linear(path, layer, parts, names[ArrayName(layer, max(parts))]))
    return linear, norms


def _linear(path: Path, layer: str, parts: Mapping[Role, Array], name: str) -> Linear:
    weights, biases = parts.get(Role.WEIGHT), parts.get(Role.BIAS)
    if weights is None or weights.ndim == 1 or Role.SCALE in parts:
        size = next(iter(parts.values())).size
        raise UserError(f"{path}: {name}: {size} numbers without a matrix beside them: of a PReLU, or of a norm that "
                        "is no batch normalisation? Neither is read")  # fmt: skip
    if weights.ndim != 2:
        raise UserError(f"{path}: {name} has the shape {weights.shape}; dense layers have matrices. A network with "
                        "convolutions comes as .keras")  # fmt: skip
    return Linear(layer, weights, None if biases is None else _vector(path, layer, biases))


def _normalisation(path: Path, layer: str, parts: Mapping[Role, Array], name: str) -> Normalisation:
    if Role.MEAN not in parts or Role.VARIANCE not in parts:
        raise UserError(f"{path}: {name} is of a batch normalisation, which has a running mean and a running variance; "
                        "one of them is missing")  # fmt: skip
    vectors = {role: _vector(path, layer, array) for role, array in parts.items() if role != Role.COUNT}
    mean = vectors[Role.MEAN]
    scale = vectors.get(Role.SCALE, vectors.get(Role.WEIGHT, np.ones_like(mean)))
    shift = vectors.get(Role.BIAS, np.zeros_like(mean))
    if len({len(v) for v in (scale, shift, mean, vectors[Role.VARIANCE])}) > 1:
        raise UserError(f"{path}: {layer} is a batch normalisation whose arrays are of different lengths")
    return Normalisation(layer, scale, shift, mean, vectors[Role.VARIANCE], "moving" in name.lower())


def _vector(path: Path, layer: str, array: Array) -> Array:
    """A vector, also where it is written as a column or a row."""
    if array.size != max(array.shape):
        raise UserError(f"{path}: {layer} has a bias of the shape {array.shape}; it needs one number per unit")
    return array.ravel()


def _group_by_order(path: Path, arrays: Mapping[str, Array]) -> list[Linear]:
    """Pair matrices and vectors whose names do not say what they are: one vector per matrix, or none at all."""
    by_number = sorted(arrays, key=numbers_in) if all(map(numbers_in, arrays)) else list(arrays)
    matrices = [name for name in by_number if arrays[name].ndim == 2 and 1 not in arrays[name].shape]
    vectors = [name for name in by_number if name not in matrices]
    if not matrices or (vectors and len(vectors) != len(matrices)):
        shapes = ", ".join(f"{name} {arrays[name].shape}" for name in by_number) or "no arrays"
        raise UserError(f"{path}: its names do not say which arrays are weights and which biases ({shapes}); call them "
                        "W1, b1, W2, b2, …")  # fmt: skip
    biases: list[Array | None] = [_vector(path, name, arrays[name]) for name in vectors]
    biases = biases or [None] * len(matrices)
    return [Linear(name, arrays[name], bias) for name, bias in zip(matrices, biases, strict=True)]


def order_layers(
    path: Path, linear: Sequence[Linear], n_inputs: int, n_classes: int | None, *,
    layers: Sequence[str] = (), orientation: str | None = None,
) -> list[Linear]:  # fmt: skip
    """Put layers into the order in which they follow on each other, turned to inputs × units.

    Parameters
    ----------
    n_inputs, n_classes : int
        Where the chain begins and ends; None where that is not known.
    layers : sequence of str
        The order by name, where a person says it.
    orientation : str, optional
        One of ORIENTATIONS, where a person says it.

    Raises
    ------
    UserError
        If no order fits, or several do.
    """
    if layers:
        linear = _as_named(path, linear, layers)
    ways: list[list[Linear]] = []
    for way in ORIENTATIONS if orientation is None else (orientation,):
        turned = [la.transposed() for la in linear] if way == ORIENTATIONS[1] else list(linear)
        ways += _orders(turned, n_inputs, n_classes, is_named=bool(layers))
    if not ways:
        _reject_other_outputs(path, linear, n_inputs, n_classes)
        shapes = ", ".join(f"{la.name} {la.weights.shape[0]}×{la.weights.shape[1]}" for la in linear) or "none"
        end = f"to {n_classes} classes" if n_classes else "on"
        raise UserError(f"{path}: its matrices ({shapes}) are not a chain of layers from {n_inputs} pixels {end}")
    if len(ways) == 1:
        return ways[0]
    names = [", ".join(la.name for la in way) for way in ways]
    if names[0] == names[1]:
        raise UserError(f"{path}: all its matrices are square, so that their orientation cannot be told; say "
                        f"orientation: {' or '.join(ORIENTATIONS)} (Keras', PyTorch's)")  # fmt: skip
    raise UserError(f"{path}: two orders fit: {names[0]} or {names[1]}; say layers: [{ways[0][0].name}, …]")


def _reject_other_outputs(path: Path, linear: Sequence[Linear], n_inputs: int, n_classes: int | None) -> None:
    """Raise UserError where the layers are a chain, to another number of classes."""
    for turned in (linear, [la.transposed() for la in linear]):
        if n_classes and (ways := _orders(turned, n_inputs, None, is_named=False)):
            raise other_outputs(path, ways[0][-1].weights.shape[1], n_classes)


def other_outputs(path: Path, n_outputs: int, n_classes: int) -> UserError:
    """Make the error for a network of another number of classes than the images'."""
    return UserError(
        f"{path} gives {n_outputs} numbers for an image; the data has {n_classes} classes, and a network needs one for "
        "each, in their order"
    )


def _as_named(path: Path, linear: Sequence[Linear], layers: Sequence[str]) -> list[Linear]:
    by_name = {la.name: la for la in linear}
    if sorted(layers) != sorted(by_name):
        raise UserError(f"{path}: layers: [{', '.join(layers)}] are not its layers, which are {', '.join(by_name)}")
    return [by_name[name] for name in layers]


def _orders(linear: Sequence[Linear], n_inputs: int, n_classes: int | None, is_named: bool) -> list[list[Linear]]:
    """Find the orders that chain; of several those in which numbers in names grow, where any do."""
    if is_named:
        return [list(linear)] if _is_chain(linear, n_inputs, n_classes) else []
    for by_number in (True, False):
        ways = list(islice(_chains(list(linear), n_inputs, n_classes, by_number), MAX_ORDERS))
        if ways:
            return [way for way in ways if _grows(way)] or ways
    return []


def _chains(rest: list[Linear], n_inputs: int, n_classes: int | None, by_number: bool) -> Iterator[list[Linear]]:
    """Give every order of layers in which each begins where the last ended; `by_number`: and in which layers whose
    names differ in numbers alone follow those numbers, `dense` before `dense_1`."""
    if not rest:
        yield []
    for place, layer in enumerate(rest):
        begins, ends = layer.weights.shape
        is_last = len(rest) == 1
        if begins != n_inputs or (is_last and not _is_output(ends, n_classes)):
            continue
        others = rest[:place] + rest[place + 1 :]
        if by_number and any(_stands_before(other, layer) for other in others):
            continue
        yield from ([layer, *tail] for tail in _chains(others, ends, n_classes, by_number))


def _stands_before(layer: Linear, other: Linear) -> bool:
    return stem_of(layer.name) == stem_of(other.name) and numbers_in(layer.name) < numbers_in(other.name)


def _is_chain(linear: Sequence[Linear], n_inputs: int, n_classes: int | None) -> bool:
    ends = [n_inputs, *(la.weights.shape[1] for la in linear)]
    follows = all(la.weights.shape[0] == end for la, end in zip(linear, ends, strict=False))
    return bool(linear) and follows and _is_output(ends[-1], n_classes)


def _is_output(n_units: int, n_classes: int | None) -> bool:
    """Whether a layer may give the classes' logits: of two classes one number is enough."""
    return n_classes is None or n_units == n_classes or (n_units, n_classes) == (1, 2)


def _grows(way: Sequence[Linear]) -> bool:
    """Whether all layers have numbers, and those grow."""
    numbers = [numbers_in(layer.name) for layer in way]
    return all(numbers) and numbers == sorted(numbers)
