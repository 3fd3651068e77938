"""Networks as people might have them: layers, names, order, format and what the file leaves open by chance."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from safetensors.numpy import save_file
from scipy.special import erf, expit

from looking_for.core.arrays import Array
from tests.people.torch_writer import save_state_dict

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": expit,
    "gelu": lambda z: z * (1 + erf(z / np.sqrt(2))) / 2,
    "linear": lambda z: z,
}


class Drawn(NamedTuple):
    """A file, what has to be said with it, images' shape and numbers of classes, and a plain forward pass."""

    path: Path
    settings: dict[str, Any]
    shape: tuple[int, ...]
    n_classes: int
    forward: Callable[[Array], Array]
    precision: float
    words: list[str]


class Layer(NamedTuple):
    weights: Array  # inputs × units
    biases: Array
    norm: tuple[Array, Array, Array, Array] | None  # weight, bias, running mean and variance
    is_before: bool  # whether the norm stands before the activation


def draw_layers(rng: np.random.Generator, n_inputs: int, n_classes: int, has_norms: bool) -> list[Layer]:
    """Draw 1 to 4 layers of different widths, so that no order but one fits."""
    widths = [int(w) for w in rng.choice(np.arange(11, 60), rng.integers(0, 4), replace=False)]
    layers = []
    for a, b in pairwise([n_inputs, *widths, n_classes]):
        norm = tuple(rng.random(b).astype("f4") + 0.5 for _ in range(4)) if has_norms and b in widths else None
        layers.append(Layer(rng.normal(0, a**-0.5, (a, b)).astype("f4"), rng.normal(0, 0.5, b).astype("f4"),
                            norm, bool(rng.random() < 0.5)))  # type: ignore[arg-type]  # fmt: skip
    return layers


def forward(layers: list[Layer], act: Callable[[Array], Array], epsilon: float, has_biases: bool, x: Array) -> Array:
    """The logits by a plain pass in float64."""
    for n, layer in enumerate(layers):
        x = x @ layer.weights.astype(float) + (layer.biases if has_biases else 0)
        if n == len(layers) - 1:
            return x
        x = _normed(layer, epsilon, x) if layer.is_before else x
        x = act(x)
        x = x if layer.is_before else _normed(layer, epsilon, x)
    return x


def _normed(layer: Layer, epsilon: float, x: Array) -> Array:
    if layer.norm is None:
        return x
    weight, bias, mean, variance = (v.astype(float) for v in layer.norm)
    return np.asarray(weight * (x - mean) / np.sqrt(variance + epsilon) + bias)


def names_of(rng: np.random.Generator, layers: list[Layer], words: list[str]) -> tuple[list[str], list[str]]:
    """Names of the layers and of their norms: a Sequential's numbers, or words where there are no norms."""
    has_norms = any(layer.norm for layer in layers)
    style = "sequential" if has_norms else rng.choice(["sequential", "fc", "deep", "shuffled", "prefixed"])
    words.append(str(style))
    if style in ("sequential", "prefixed"):
        names, norms, at = [], [], 0
        for layer in layers:
            names.append(str(at))
            norms.append(str(at + (1 if layer.is_before else 2)))
            at += 3 if layer.norm else 2
        prefix = str(rng.choice(["", "net.", "module.", "_orig_mod.module."])) if style == "prefixed" else ""
        return [prefix + n for n in names], [prefix + n for n in norms]
    if style == "shuffled":
        pool = ["input", "hidden", "output", "body", "head", "stem", "a", "z"]
        return [str(n) for n in rng.choice(pool, len(layers), replace=False)], []
    return [f"fc{n + 1}" if style == "fc" else f"layers.{n}.linear" for n in range(len(layers))], []


def draw_weights(seed: int, folder: Path) -> Drawn:
    """Draw a dense network and write its weights."""
    rng, words = np.random.default_rng(seed), list[str]()
    shape: tuple[int, ...] = (int(rng.integers(5, 9)), int(rng.integers(9, 12)))
    channels = None
    if rng.random() < 0.3:
        shape, channels = (*shape, 3), str(rng.choice(["first", "last"]))
    n_classes, form = int(rng.integers(2, 10)), str(rng.choice([".safetensors", ".npz", ".pt", ".pth"]))
    layers = draw_layers(rng, int(np.prod(shape)), n_classes, has_norms := rng.random() < 0.3)
    is_torch, has_biases = has_norms or form.startswith(".pt") or rng.random() < 0.5, rng.random() < 0.8
    settings: dict[str, Any] = {} if channels is None else {"channels": channels}
    activation = _draw_activation(rng, form, settings)
    epsilon = 1e-5
    if has_norms and rng.random() < 0.5:
        epsilon = settings["epsilon"] = 0.01
    mean, std, scale = _draw_pixels(rng, shape, settings)
    names, norms = names_of(rng, layers, words)
    arrays = _arrays(layers, names, norms, is_torch, has_biases)
    dtype = str(rng.choice(["f4", "f8", "f2"]))
    arrays = {name: a.astype(dtype) if a.dtype.kind == "f" else a for name, a in arrays.items()}
    if rng.random() < 0.3:
        arrays = dict(sorted(arrays.items(), key=lambda _: rng.random()))
    path = folder / f"mine{form}"
    write_arrays(path, arrays, rng)
    words += [form, dtype, "torch" if is_torch else "keras", str(settings)]

    def full(x: Array) -> Array:
        in_shape = x.reshape(len(x), *shape)
        per_pixel = (scale * in_shape - mean) / std
        if channels == "first":
            per_pixel = per_pixel.transpose(0, 3, 1, 2)
        return forward(layers, activation, epsilon, has_biases, per_pixel.reshape(len(x), -1))

    return Drawn(path, settings, shape, n_classes, full, 1e-5 if dtype != "f2" else 2e-2, words)


def _draw_activation(rng: np.random.Generator, form: str, settings: dict[str, Any]) -> Callable[[Array], Array]:
    name = str(rng.choice([*ACTIVATIONS, "leaky_relu", "relu"]))
    if name == "leaky_relu":
        slope = settings["slope"] = float(rng.choice([0.01, 0.2, 0.3]))
        if slope == 0.01 and form != ".npz":
            del settings["slope"]  # PyTorch's default in its files
        settings["activation"] = name
        return lambda z: np.where(z > 0, z, slope * z)
    if name != "relu" or rng.random() < 0.5:
        settings["activation"] = name
    return ACTIVATIONS[name]


def _draw_pixels(rng: np.random.Generator, shape: tuple[int, ...], settings: dict[str, Any]) -> tuple[Any, Any, float]:
    kind = rng.choice(["as they are", "bytes", "standardised", "per colour"])
    if kind == "bytes":
        settings["scale"] = 255.0
    if kind == "standardised":
        settings |= {"mean": 0.1307, "std": 0.3081}
    if kind == "per colour" and len(shape) == 3:
        settings |= {"mean": [0.5, 0.4, 0.3], "std": [0.2, 0.3, 0.25]}
    mean, std = np.array(settings.get("mean", 0.0)), np.array(settings.get("std", 1.0))
    return mean, std, settings.get("scale", 1.0)


def _arrays(
    layers: list[Layer], names: list[str], norms: list[str], is_torch: bool, has_biases: bool
) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    for n, (layer, name) in enumerate(zip(layers, names, strict=True)):
        arrays[f"{name}.{'weight' if is_torch else 'kernel'}"] = layer.weights.T if is_torch else layer.weights
        if has_biases:
            arrays[f"{name}.bias"] = layer.biases
        if layer.norm:
            keys = ("weight", "bias", "running_mean", "running_var")
            arrays |= {f"{norms[n]}.{key}": v for key, v in zip(keys, layer.norm, strict=True)}
            arrays[f"{norms[n]}.num_batches_tracked"] = np.array(7)
    return arrays


def write_arrays(path: Path, arrays: dict[str, Array], rng: np.random.Generator) -> None:
    """Write arrays by name in the format of a suffix; PyTorch's perhaps within a checkpoint."""
    if path.suffix == ".npz":
        np.savez(path, **arrays)  # type: ignore[arg-type]
    elif path.suffix == ".safetensors":
        save_file({name: np.ascontiguousarray(a) for name, a in arrays.items()}, path)
    else:
        save_state_dict(path, arrays, within=str(rng.choice(["", "state_dict", "model_state_dict"])))


def with_array(make: Callable[[str, Array], dict[str, Array]]) -> Callable[[Path], None]:
    """Spoil one array of an .npz."""

    def spoil(path: Path) -> None:
        with np.load(path) as file:
            arrays = dict(file)
        name = next(name for name in arrays if arrays[name].ndim == 2)
        np.savez(path, **arrays | make(name, arrays[name]))  # type: ignore[arg-type]

    return spoil


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "not a number": (with_array(lambda n, a: {n: np.where(a == a.max(), np.nan, a)}), "not finite"),
    "another width": (with_array(lambda n, a: {n: a[:-1]}), "not a chain of layers"),
    "three axes": (with_array(lambda n, a: {n: a[..., None]}), "has the shape .* matrices"),
    "a norm's vector": (with_array(lambda _, a: {"norm.weight": a[0]}), r"norm\.weight: \d+ numbers without a matrix"),
    "a name of its own": (with_array(lambda _, a: {"what.is.this": a}), "what.is.this is not read"),
    "objects": (with_array(lambda n, a: {n: a.astype(object)}), "Python objects"),
    "whole numbers": (with_array(lambda n, a: {n: np.rint(9 * a).astype(int)}), "weights are floating-point"),
    "a cut": (lambda path: path.write_bytes(path.read_bytes()[:-90]), "cannot be read|mine.npz is"),
    "a pointer": (lambda path: path.write_bytes(b"version https://git-lfs.github.com/spec/v1\n"), "Git LFS"),
    "a page": (lambda path: path.write_bytes(b"<html>"), "a web page"),
}
