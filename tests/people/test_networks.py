"""100 files of weights, 30 Keras models and 20 ONNX graphs by chance: the logits that numpy, Keras or ONNX' own
reference gives; and files with a fault: one line that says which."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from looking_for import load_network
from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.networks.loading.formats import SUFFIXES, suffixes_of
from tests.conftest import slow_except
from tests.people.networks import FAULTS, draw_weights, write_arrays

pytestmark = pytest.mark.xdist_group("keras")


def is_near(ours: Array, theirs: Array, precision: float) -> bool:
    return bool(np.abs(ours - theirs).max() <= precision * np.abs(theirs).max())


@pytest.mark.parametrize("seed", slow_except(range(40), range(100)))
def test_weights_of_any_kind_give_their_logits(tmp_path: Path, seed: int) -> None:
    drawn = draw_weights(seed, tmp_path)
    network = load_network(drawn.path, drawn.shape, n_classes=drawn.n_classes, **drawn.settings)
    x = np.random.default_rng(seed).random((20, int(np.prod(drawn.shape))))
    assert is_near(network.logits(x), drawn.forward(x), drawn.precision), drawn.words


def draw_keras(seed: int) -> tuple[Any, tuple[int, ...]]:
    """Draw a model of layers that are piecewise affine, for grey images or in colour."""
    from looking_for.core.keras_backend import keras

    la, rng = keras.layers, np.random.default_rng(seed)
    keras.utils.set_random_seed(seed)
    shape = (8, 9, 3) if rng.random() < 0.5 else (8, 9, 1)
    layers: list[Any] = [keras.Input(shape)]
    if rng.random() < 0.4:
        layers.append(la.Rescaling(1 / 255) if rng.random() < 0.5 else la.RandomFlip("horizontal"))
    activation = str(rng.choice(["relu", "leaky_relu", "linear"]))
    if rng.random() < 0.6:
        for _ in range(rng.integers(1, 3)):
            layers.append(la.Conv2D(int(rng.integers(2, 5)), 3, padding=str(rng.choice(["same", "valid"])),
                                    strides=int(rng.integers(1, 3)), activation=activation))  # fmt: skip
            if rng.random() < 0.4:
                layers.append(la.BatchNormalization())
        if rng.random() < 0.5:
            layers.append(rng.choice([la.MaxPooling2D, la.AveragePooling2D])(2, padding="same"))
    layers.append(la.Flatten())
    for _ in range(rng.integers(0, 3)):
        layers += [la.Dense(int(rng.integers(5, 20)), activation=activation), la.Dropout(0.3)]
    model = keras.Sequential([*layers, la.Dense(4)])
    model.set_weights([rng.random(w.shape) * 0.5 + (0.2 if w.ndim == 1 else -0.25) for w in model.get_weights()])
    return model, shape


@pytest.mark.parametrize("seed", slow_except(range(6), range(30)))
def test_keras_models_of_any_kind_give_their_logits(tmp_path: Path, seed: int) -> None:
    model, shape = draw_keras(seed)
    path = tmp_path / f"mine{['.keras', '.h5'][seed % 2]}"
    model.save(path)
    pixels = np.random.default_rng(seed).integers(0, 256, (20, *shape)).astype("f4")
    is_of_bytes = any(layer.name.startswith("rescaling") for layer in model.layers)
    network = load_network(path, shape if shape[2] == 3 else shape[:2])
    expected = np.asarray(model(pixels if is_of_bytes else pixels / 255, training=False))
    x = pixels.reshape(20, -1) / 255
    assert is_near(network.logits(x), expected, 1e-4)
    network.check_exactness(x)


def draw_onnx(seed: int, path: Path) -> tuple[int, ...]:
    """Draw a graph as PyTorch exports it: channels first, and write it."""
    rng = np.random.default_rng(seed)
    channels, height, width = int(rng.choice([1, 3])), 8, 7
    constants: dict[str, Array] = {}
    nodes: list[Any] = []
    at, shape = "x", (channels, height, width)

    def add(kind: str, *arrays: Array, **settings: Any) -> None:
        nonlocal at
        names = [f"{kind}{len(nodes)}_{n}" for n in range(len(arrays))]
        constants.update(zip(names, arrays, strict=True))
        nodes.append(helper.make_node(kind, [at, *names], [f"t{len(nodes)}"], **settings))
        at = nodes[-1].output[0]

    for _ in range(rng.integers(0, 3)):
        filters = int(rng.integers(2, 5))
        add("Conv", _normal(rng, filters, shape[0], 3, 3), _normal(rng, filters), pads=[1, 1, 1, 1])
        shape = (filters, *shape[1:])
        if rng.random() < 0.4:
            add("BatchNormalization", *(rng.random(filters).astype("f4") + 0.5 for _ in range(4)), epsilon=1e-3)
        add(*[("Relu",), ("LeakyRelu",)][rng.integers(2)])
        if rng.random() < 0.4 and min(shape[1:]) >= 4:
            add(str(rng.choice(["MaxPool", "AveragePool"])), kernel_shape=[2, 2], strides=[2, 2])
            shape = (filters, shape[1] // 2, shape[2] // 2)
    if rng.random() < 0.5:
        add("Flatten")
    else:
        add("Reshape", np.array([-1, int(np.prod(shape))]))
    widths = [int(np.prod(shape)), *(int(w) for w in rng.integers(5, 20, rng.integers(0, 3))), 4]
    for n, (a, b) in enumerate(pairwise(widths)):
        add("Gemm", _normal(rng, b, a), _normal(rng, b), transB=1)
        if n < len(widths) - 2:
            add("Relu")
    info = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", channels, height, width]),
            helper.make_tensor_value_info(at, TensorProto.FLOAT, ["n", 4])]  # fmt: skip
    graph = helper.make_graph(
        nodes, "mine", info[:1], info[1:], [numpy_helper.from_array(a, name) for name, a in constants.items()]
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]), path)
    return channels, height, width


def _normal(rng: np.random.Generator, *shape: int) -> Array:
    return rng.normal(0, 0.3, shape).astype("f4")


@pytest.mark.parametrize("seed", slow_except(range(6), range(20)))
def test_onnx_graphs_of_any_kind_give_their_logits(tmp_path: Path, seed: int) -> None:
    channels, height, width = draw_onnx(seed, tmp_path / "mine.onnx")
    shape = (height, width, 3) if channels == 3 else (height, width)
    x = np.random.default_rng(seed).random((10, *shape)).astype("f4")
    first = x.reshape(10, height, width, channels).transpose(0, 3, 1, 2)
    (expected,) = ReferenceEvaluator(str(tmp_path / "mine.onnx")).run(None, {"x": np.ascontiguousarray(first)})
    network = load_network(tmp_path / "mine.onnx", shape)
    assert is_near(network.logits(x.reshape(10, -1)), np.asarray(expected), 1e-4)


def write_flat(suffix: str, path: Path) -> None:
    """Write a network of one layer from 8×7 pixels to 4 classes in a format of the documents' table."""
    if suffix in suffixes_of("keras"):
        from looking_for.core.keras_backend import keras

        keras.Sequential([keras.Input((8, 7)), keras.layers.Flatten(), keras.layers.Dense(4)]).save(path)
    else:
        rng = np.random.default_rng(0)
        write_arrays(path, {"0.weight": _normal(rng, 4, 56), "0.bias": _normal(rng, 4)}, rng)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_in_the_documents_is_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"mine{suffix}"
    shape: tuple[int, ...] = (8, 7)
    if suffix == ".onnx":
        channels, *sizes = draw_onnx(0, path)
        shape = (*sizes, channels) if channels > 1 else tuple(sizes)
    else:
        write_flat(suffix, path)
    network = load_network(path, shape)
    assert (network.n_inputs, network.n_classes) == (int(np.prod(shape)), 4)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("fault", FAULTS)
def test_networks_with_a_fault_are_refused_in_a_line(tmp_path: Path, fault: str, seed: int) -> None:
    at = 0
    while (drawn := draw_weights(1_000 * seed + at, tmp_path)).path.suffix != ".npz":
        at += 1
    spoil, words = FAULTS[fault]
    spoil(drawn.path)
    with pytest.raises(UserError, match=words) as problem:
        load_network(drawn.path, drawn.shape, n_classes=drawn.n_classes, **drawn.settings)
    assert "\n" not in str(problem.value)
    assert "allow_pickle" not in str(problem.value)
