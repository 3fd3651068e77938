"""Networks of images in colour: in whichever order their file has the colours, their own logits."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from looking_for import load_network
from looking_for.core.arrays import Array, as_pixels
from looking_for.core.errors import UserError
from looking_for.core.keras_backend import keras
from looking_for.networks.base import Network
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.stored import load_stored_network

pytestmark = pytest.mark.xdist_group("keras")
SHAPE = (6, 5, 3)
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (20, *SHAPE)).astype(np.uint8)
X, FIRST = as_pixels(IMAGES), as_pixels(IMAGES.transpose(0, 3, 1, 2))
W1, B1 = RNG.normal(0, 0.2, (90, 8)).astype("f4"), RNG.normal(0, 0.2, 8).astype("f4")
W2, B2 = RNG.normal(0, 0.4, (8, 4)).astype("f4"), RNG.normal(0, 0.2, 4).astype("f4")
MEAN, STD = [0.5, 0.4, 0.3], [0.2, 0.3, 0.1]


def dense(x: Array, activation: Callable[[Array], Array] = lambda z: np.maximum(z, 0)) -> Array:
    return activation(x @ W1.astype(float) + B1) @ W2.astype(float) + B2


def is_right(ours: Array, theirs: Array, share: float = 1e-5) -> bool:
    return bool(np.abs(ours - theirs).max() <= share * np.abs(theirs).max())


def save_weights(folder: Path) -> Path:
    np.savez(folder / "mine.npz", W1=W1, b1=B1, W2=W2, b2=B2)
    return folder / "mine.npz"


@pytest.mark.parametrize("activation", [{}, {"activation": "tanh"}], ids=["relu", "tanh"])
@pytest.mark.parametrize(("channels", "x"), [("last", X), ("first", FIRST)], ids=["last", "first"])
@pytest.mark.parametrize(("mean", "std"), [(0.0, 1.0), (0.3, 0.2), (MEAN, STD), (MEAN, 0.2)], ids=str)
def test_load_network_reads_weights_in_both_orders(
    tmp_path: Path, channels: str, x: Array, mean: Any, std: Any, activation: dict[str, Any]
) -> None:
    rows = {"first": lambda v: np.repeat(v, 30), "last": lambda v: np.tile(v, 30)}
    per_pixel = [v if np.size(v) == 1 else rows[channels](v) for v in (mean, std)]
    network = load_network(save_weights(tmp_path), SHAPE, channels=channels, mean=mean, std=std, **activation)
    expected = dense((x - per_pixel[0]) / per_pixel[1], np.tanh if activation else lambda z: np.maximum(z, 0))
    assert is_right(network.logits(X), expected)


@pytest.mark.parametrize(
    ("shape", "settings", "reason"),
    [
        (SHAPE, {}, r"order of an image's colours is not in the file; say channels: first .* or channels: last"),
        ((9, 10), {"channels": "first"}, "images are grey, and `channels` is for images in colour"),
        ((9, 10), {"mean": MEAN}, "a number per colour, and the images are grey"),
        (SHAPE, {"channels": "furst"}, "channels: furst is not known; allowed: first, last"),
        (SHAPE, {"channels": "last", "std": 0.0}, "std: 0.0 must be greater than 0"),
        (SHAPE, {"channels": "last", "mean": [0.5, 0.5]}, r"mean: \[0.5, 0.5\] is not a number, or three of them"),
    ],
)
def test_load_network_asks_for_what_weights_leave_open(
    tmp_path: Path, shape: tuple[int, ...], settings: dict[str, Any], reason: str
) -> None:
    with pytest.raises(UserError, match=reason):
        load_network(save_weights(tmp_path), shape, **settings)


def keras_network(*layers: Any) -> Any:
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input(SHAPE), *layers, keras.layers.Flatten(), keras.layers.Dense(4)])


MODELS = {
    "dense": keras_network,
    "normalised per colour, dense": lambda: keras_network(
        keras.layers.Normalization(mean=MEAN, variance=np.square(STD).tolist())
    ),
    "normalised by row, dense": lambda: keras_network(keras.layers.BatchNormalization(axis=1)),
    "normalised by column, dense": lambda: keras_network(keras.layers.BatchNormalization(axis=2)),
    "turned twice, dense": lambda: keras_network(*[keras.layers.Permute((3, 1, 2)) for _ in range(2)]),
    "turned and shifted, dense": lambda: keras_network(
        keras.layers.Permute((3, 1, 2)), keras.layers.Rescaling(1.0, offset=[0.1, 0.2, 0.3, 0.4, 0.5])
    ),
    "a layer of each pixel's own": lambda: keras_network(keras.layers.Permute((3, 1, 2)), keras.layers.Dense(5)),
    "convolution": lambda: keras_network(keras.layers.Conv2D(4, 3, activation="relu"), keras.layers.MaxPooling2D()),
    "any size": lambda: keras.Sequential(
        [keras.Input((None, None, 3)), keras.layers.Conv2D(4, 3, activation="relu"),
         keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(4)]
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", MODELS)
def test_load_network_gives_kerass_logits_in_colour(tmp_path: Path, kind: str) -> None:
    model = MODELS[kind]()
    model.set_weights([0.4 * RNG.random(w.shape) + 0.5 if w.ndim == 1 else w for w in model.get_weights()])
    model.save(tmp_path / "mine.keras")
    network = load_network(tmp_path / "mine.keras", SHAPE, mean=MEAN, std=STD)
    expected = model((IMAGES / 255 - MEAN) / STD).numpy()
    assert is_right(network.logits(X), expected, 1e-4)
    assert isinstance(network, DenseNetwork) is ("dense" in kind)
    network.check_exactness(X)
    assert is_right(stored_again(network, tmp_path).logits(X), expected, 1e-4)


def stored_again(network: Network, folder: Path) -> Network:
    network.save(folder / "stored.npz")
    return load_stored_network(folder / "stored.npz")


def test_load_network_refuses_grey_models_of_images_in_colour(tmp_path: Path) -> None:
    keras_network().save(tmp_path / "mine.keras")
    with pytest.raises(UserError, match="reads 6×5×3; the images are grey, 6×5 pixels"):
        load_network(tmp_path / "mine.keras", SHAPE[:2])


def graph(folder: Path, shape: list[int], *nodes: Any) -> Path:
    sizes: dict[str, list[str | int | None]] = {"x": ["n", *shape], "y": ["n", 4]}
    tensors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, s) for name, s in sizes.items()]
    weights = [numpy_helper.from_array(a, name) for name, a in (("w", W1), ("b", B1), ("v", W2), ("c", B2))]
    layers = [helper.make_node("Gemm", ["r", "w", "b"], ["z"]), helper.make_node("Tanh", ["z"], ["h"]),
              helper.make_node("Gemm", ["h", "v", "c"], ["y"])]  # fmt: skip
    onnx.save(
        helper.make_model(helper.make_graph([*nodes, *layers], "mine", tensors[:1], tensors[1:], weights)),
        folder / "mine.onnx",
    )
    return folder / "mine.onnx"


def test_load_network_takes_onnxs_colours_in_their_order(tmp_path: Path) -> None:
    network = load_network(
        graph(tmp_path, [3, 6, 5], helper.make_node("Flatten", ["x"], ["r"])), SHAPE, mean=MEAN, std=STD
    )
    assert isinstance(network, DenseNetwork)
    x = (FIRST - np.repeat(MEAN, 30)) / np.repeat(STD, 30)
    assert is_right(network.logits(X), dense(x, np.tanh))


def test_load_network_refuses_onnx_rows_of_images_in_colour(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="do not say the order of an image's colours: export it with its Flatten"):
        load_network(graph(tmp_path, [90], helper.make_node("Identity", ["x"], ["r"])), SHAPE)
