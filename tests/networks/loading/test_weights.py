"""Imported networks give their makers' logits; what is not a chain of dense layers is refused."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file
from sklearn.neural_network import MLPClassifier

from looking_for.core.arrays import Array, as_pixels
from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageSet
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.exact_maps import compose
from looking_for.networks.loading.weights import load_weights

SIZES = [64, 12, 8, 10]


@pytest.fixture
def layers() -> list[tuple[Array, Array]]:
    """Weights (inputs × units) and biases of a dense network, in float32 as files hold them."""
    chance = np.random.default_rng(0)
    return [
        (chance.normal(0, a**-0.5, (a, b)).astype(np.float32), chance.normal(0, 1, b).astype(np.float32))
        for a, b in pairwise(SIZES)
    ]


def plain(layers: list[tuple[Array, Array]], x: Array) -> Array:
    for n, (weight, bias) in enumerate(layers):
        x = (np.maximum(x, 0) if n else x) @ weight.astype(float) + bias
    return x


def as_pytorch(folder: Path, layers: list[tuple[Array, Array]]) -> Path:
    """As `safetensors.torch.save_file` writes a Sequential's state: 0, 2, 4 with ReLUs between."""
    arrays = {f"{2 * n}.weight": np.ascontiguousarray(w.T) for n, (w, _) in enumerate(layers)}
    save_file(arrays | {f"{2 * n}.bias": b for n, (_, b) in enumerate(layers)}, folder / "mine.safetensors")
    return folder / "mine.safetensors"


def as_keras(folder: Path, layers: list[tuple[Array, Array]]) -> Path:
    names = ["dense", *(f"dense_{n}" for n in range(1, len(layers)))]
    arrays = {f"{name}/kernel": w for name, (w, _) in zip(names, layers, strict=True)}
    save_file(arrays | {f"{name}/bias": b for name, (_, b) in zip(names, layers, strict=True)},
              folder / "mine.safetensors")  # fmt: skip
    return folder / "mine.safetensors"


def as_ours(folder: Path, layers: list[tuple[Array, Array]]) -> Path:
    DenseNetwork.from_arrays([w for w, _ in layers], [b for _, b in layers], np.float32).save(folder / "mine.npz")
    return folder / "mine.npz"


@pytest.mark.parametrize("write", [as_pytorch, as_keras, as_ours])
def test_load_weights_gives_the_logits(
    tmp_path: Path,
    images: ImageSet,
    layers: list[tuple[Array, Array]],
    write: Callable[[Path, list[tuple[Array, Array]]], Path],
) -> None:
    network, x = load_weights(write(tmp_path, layers), (8, 8)), as_pixels(images.x_test)
    assert np.abs(network.logits(x) - plain(layers, x)).max() < 1e-5
    product = np.linalg.multi_dot([w.astype(float) for w, _ in layers])
    assert np.abs(compose(network)[-1].weights - product).max() < 1e-5


def test_load_weights_from_scikit_learn(tmp_path: Path, images: ImageSet) -> None:
    x, y = as_pixels(images.x_train), images.y_train
    model = MLPClassifier((12,), activation="tanh", max_iter=30, random_state=0)
    with pytest.warns(match="converged"):
        model.fit(x, y)
    arrays: dict[str, Any] = {f"W{n}": w for n, w in enumerate(model.coefs_, 1)}
    np.savez(tmp_path / "mine.npz", **arrays, **{f"b{n}": b for n, b in enumerate(model.intercepts_, 1)})
    logits = load_weights(tmp_path / "mine.npz", (8, 8), activation="tanh").logits(as_pixels(images.x_test))
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    assert np.allclose(odds / odds.sum(axis=1, keepdims=True), model.predict_proba(as_pixels(images.x_test)))


def test_load_weights_folds_scaling(tmp_path: Path, images: ImageSet, layers: list[tuple[Array, Array]]) -> None:
    x = as_pixels(images.x_test)
    network = load_weights(as_pytorch(tmp_path, layers), (8, 8), mean=0.1307, std=0.3081)
    assert np.abs(network.logits(x) - plain(layers, (x - 0.1307) / 0.3081)).max() < 1e-5


def test_load_weights_orders_ten_layers(tmp_path: Path) -> None:
    sizes = [9, *range(20, 31), 4]
    arrays = {f"fc{n}.weight": np.ones((b, a), np.float32) for n, (a, b) in enumerate(pairwise(sizes))}
    save_file(arrays | {f"fc{n}.bias": np.zeros(b, np.float32) for n, b in enumerate(sizes[1:])},
              tmp_path / "mine.safetensors")  # fmt: skip
    assert load_weights(tmp_path / "mine.safetensors", (3, 3)).hidden == sizes[1:-1]


def test_load_weights_puts_unnumbered_last(tmp_path: Path) -> None:
    arrays = {"fc1.weight": np.ones((20, 9), np.float32), "fc1.bias": np.zeros(20, np.float32),
              "out.weight": np.ones((4, 20), np.float32), "out.bias": np.zeros(4, np.float32)}  # fmt: skip
    save_file(arrays, tmp_path / "mine.safetensors")
    assert load_weights(tmp_path / "mine.safetensors", (3, 3)).hidden == [20]


def written(folder: Path, arrays: dict[str, Array], name: str = "mine.npz") -> Path:
    np.savez(folder / name, **arrays)  # type: ignore[arg-type]
    return folder / name


W, B = np.ones((64, 10)), np.zeros(10)
BAD: dict[str, tuple[dict[str, Array], str]] = {
    "a convolution": ({"conv.weight": np.ones((8, 1, 3, 3))}, "conv.weight has the shape"),
    "another input": ({"W1": np.ones((50, 10)), "b1": B}, "not a chain of layers from 64 pixels on"),
    "a broken chain": ({"W1": np.ones((64, 9)), "b1": np.zeros(9), "W2": W, "b2": B}, "1 64×9, 2 64×10"),
    "half a bias": ({"W1": W, "b1": B[1:]}, "each layer needs one bias per unit"),
    "all square": ({"W1": np.ones((64, 64)), "b1": np.zeros(64)}, "orientation cannot be told"),
    "whole numbers": ({"W1": W.astype(int), "b1": B}, "W1 is int64; weights are floating-point"),
    "not finite": ({"W1": W * np.nan, "b1": B}, "W1 has numbers that are not finite"),
    "nothing": ({}, r"which biases \(no arrays\)"),
}


@pytest.mark.parametrize("case", BAD)
def test_load_weights_rejects_other_arrays(tmp_path: Path, case: str) -> None:
    arrays, words = BAD[case]
    with pytest.raises(UserError, match=words) as problem:
        load_weights(written(tmp_path, arrays), (8, 8))
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize("name", ["mine.npz", "mine.safetensors", "mine.pt"])
def test_load_weights_rejects_other_files(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x80\x02 a pickle, say")
    with pytest.raises(UserError, match="is a Python pickle, which is never opened"):
        load_weights(tmp_path / name, (8, 8))


def test_load_weights_rejects_unknown_activations(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="activation 'swish' is not known; allowed: relu"):
        load_weights(written(tmp_path, {"W1": W, "b1": B}), (8, 8), activation="swish")
