"""Keras models as people build them: their own logits on the pixels that their makers fed, or one line."""

import io
import json
import zipfile
from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from looking_for import load_network
from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.networks.base import Network
from looking_for.networks.dense import DenseNetwork

pytestmark = pytest.mark.xdist_group("keras")  # one process: TensorFlow's start is what takes long
X = np.random.default_rng(3).integers(0, 256, (30, 8, 8)).astype(np.uint8)
Build = Callable[[Any, Any], Any]  # of keras and its layers a model


def keras() -> Any:
    from looking_for.core.keras_backend import keras as module

    return module


def adapted(la: Any) -> Any:
    normalisation = la.Normalization(axis=None)
    normalisation.adapt(X.astype("f4"))
    return normalisation


def functional(k: Any, make: Callable[[Any], Any], shape: tuple[int, ...] = (8, 8, 1)) -> Any:
    pixels = k.Input(shape, name="image")
    return k.Model(pixels, make(pixels))


def in_dictionaries(k: Any, la: Any) -> Any:
    pixels = k.Input((64,), name="image")
    return k.Model(inputs={"image": pixels}, outputs={"y": la.Dense(10)(pixels)})


def chain(*make: Callable[[Any], Any], shape: tuple[int | None, ...] = (64,)) -> Build:
    return lambda k, la: k.Sequential([k.Input(shape), *(make_layer(la) for make_layer in make)])


def layer(kind: str, *settings: Any, **named: Any) -> Callable[[Any], Any]:
    return lambda la: getattr(la, kind)(*settings, **named)


def dense(units: int, activation: Any = None) -> Callable[[Any], Any]:
    return lambda la: la.Dense(units, activation=activation)


OF_BYTES = 255.0
SAME, PROBABILITIES, SIGMOIDS, SECOND = "same", "softmax", "sigmoid", "second class"
# a model, what its maker multiplied pixels of 0…1 by, and what its output is of the logits
MODELS: dict[str, tuple[Build, float, str]] = {
    "rescaled after a reshape": (
        chain(layer("Reshape", (8, 8, 1)), layer("Rescaling", 1 / 255), layer("Conv2D", 4, 3), layer("ReLU"),
              layer("Flatten"), dense(10)), OF_BYTES, SAME),
    "rescaled after padding": (
        chain(layer("ZeroPadding2D", 2), layer("Rescaling", 1 / 255), layer("Flatten"), dense(10),
              shape=(8, 8, 1)), OF_BYTES, SAME),
    "rescaled by an array": (chain(layer("Rescaling", np.array([1 / 255.0])), dense(10)), OF_BYTES, SAME),
    "rescaled by the article": (chain(dense(9, "relu"), dense(10, "softmax")), 1.0, PROBABILITIES),
    "rescaled in two steps": (chain(layer("Rescaling", 1 / 16), layer("Rescaling", 1 / 16), dense(10)), OF_BYTES, SAME),
    "normalised by row": (chain(layer("BatchNormalization", axis=1), layer("Flatten"), dense(9, "relu"), dense(10),
                                shape=(8, 8)), 1.0, SAME),
    "normalised": (chain(adapted, layer("Flatten"), dense(10), shape=(8, 8, 1)), OF_BYTES, SAME),
    "divided": (lambda k, la: functional(k, lambda x: la.Dense(10)(la.Flatten()(x / 255.0))), OF_BYTES, SAME),
    "turned to the negative": (lambda k, la: functional(k, lambda x: la.Dense(10)((1.0 - x) * 2), (64,)), 1.0, SAME),
    "augmented": (
        chain(layer("RandomFlip", "horizontal"), layer("RandomRotation", 0.1), layer("Rescaling", 1 / 255),
              layer("Flatten"), dense(10), shape=(8, 8, 1)), OF_BYTES, SAME),
    "a model inside": (lambda k, la: k.Sequential([k.Input((64,)), k.Sequential([k.Input((64,)), la.Dense(9, "relu")]),
                                                   la.Dense(10)]), 1.0, SAME),
    "one sigmoid": (chain(dense(12, "relu"), dense(1, "sigmoid")), 1.0, SECOND),
    "ten sigmoids": (chain(dense(12, "relu"), dense(10, "sigmoid")), 1.0, SIGMOIDS),
    "a leaky ReLU as an object": (chain(lambda la: la.Dense(12, la.LeakyReLU(0.01)), dense(10)), 1.0, SAME),
    "a ReLU as an object": (chain(lambda la: la.Dense(12, la.ReLU()), dense(10)), 1.0, SAME),
    "a PReLU": (chain(dense(12), layer("PReLU"), dense(10)), 1.0, SAME),
    "a PReLU per channel": (chain(layer("Conv2D", 3, 3), layer("PReLU", shared_axes=[1, 2]),
                                  layer("Flatten"), dense(10), shape=(8, 8, 1)), 1.0, SAME),
    "sizes left open": (chain(layer("Conv2D", 3, 3), layer("ReLU"), layer("GlobalAveragePooling2D"),
                              dense(10), shape=(None, None, 1)), 1.0, SAME),
    "dictionaries": (in_dictionaries, 1.0, SAME),
}  # fmt: skip


def filled(model: Any) -> Any:
    """Give a model weights that are no zeros; variances and seeds of augmentation stay."""
    rng = np.random.default_rng(5)
    for layer in model._flatten_layers(include_self=False):
        if type(layer).__name__ == "BatchNormalization":
            layer.set_weights([0.4 * rng.random(w.shape) + 0.5 for w in layer.get_weights()])
        if layer.weights and type(layer).__name__ in ("Dense", "Conv2D", "PReLU"):
            layer.set_weights([rng.normal(0, 0.4, w.shape) for w in layer.get_weights()])
    return model


def own_answers(model: Any, factor: float) -> Array:
    pixels = (X / 255 * factor).astype("f4").reshape(-1, *(size or 8 for size in model.inputs[0].shape[1:]))
    is_named = not isinstance(model, keras().Sequential) and isinstance(model.input, dict)
    answers = model({"image": pixels} if is_named else pixels, training=False)
    return np.asarray(answers["y"] if isinstance(answers, dict) else answers)


def as_answers(network: Network, output: str) -> Array:
    z = network.logits(X.reshape(len(X), -1) / 255)
    if output == PROBABILITIES:
        powers = np.exp(z - z.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))
    if output in (SIGMOIDS, SECOND):
        return np.asarray(1 / (1 + np.exp(-(z[:, 1:] if output == SECOND else z))))
    return z


@pytest.mark.parametrize("case", MODELS)
def test_load_network_gives_the_models_answers(tmp_path: Path, case: str) -> None:
    build, factor, output = MODELS[case]
    model = filled(build(keras(), keras().layers))
    model.save(tmp_path / "mine.keras")
    network = load_network(tmp_path / "mine.keras", (8, 8))
    theirs = own_answers(model, factor)
    assert np.abs(as_answers(network, output) - theirs).max() < 2e-5 * max(1, np.abs(theirs).max())
    network.check_exactness(X[:10].reshape(10, -1) / 255)
    assert network.compose()[-1].weights.shape == (64, network.n_classes)


def test_load_network_ignores_the_suffix(tmp_path: Path) -> None:
    model = filled(chain(dense(9, "relu"), dense(10))(keras(), keras().layers))
    model.save(tmp_path / "mine.h5")
    (tmp_path / "mine.h5").rename(tmp_path / "MINE.KERAS")
    network = load_network(tmp_path / "MINE.KERAS", (8, 8))
    assert isinstance(network, DenseNetwork)
    assert np.abs(network.logits(X.reshape(30, -1) / 255) - own_answers(model, 1)).max() < 1e-4


def as_keras_2(layer: Any, *, is_first: bool) -> dict[str, Any]:
    """A layer's description as Keras 2.2 and 2.3 wrote it: what goes in is said by the first layer."""
    kept = ("name", "filters", "kernel_size", "strides", "padding", "data_format", "activation", "use_bias", "units",
            "pool_size")  # fmt: skip
    config = {key: value for key, value in layer.get_config().items() if key in kept}
    shape = {"batch_input_shape": [None, 8, 8, 1]} if is_first else {}
    return {"class_name": type(layer).__name__, "config": config | shape | {"trainable": True, "dtype": "float32"}}


@pytest.mark.parametrize("is_list", [True, False], ids=["2.2", "2.3"])
def test_load_network_reads_files_of_keras_2(tmp_path: Path, is_list: bool) -> None:
    model = filled(chain(layer("Conv2D", 4, 3, activation="relu"), layer("MaxPooling2D"), layer("Flatten"), dense(10),
                         shape=(8, 8, 1))(keras(), keras().layers))  # fmt: skip
    model.save(tmp_path / "mine.h5")
    described = [as_keras_2(la, is_first=n == 0) for n, la in enumerate(model.layers)]
    config = described if is_list else {"name": "sequential_1", "layers": described}
    with h5py.File(tmp_path / "mine.h5", "r+") as file:
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": config})
    ours = load_network(tmp_path / "mine.h5", (8, 8)).logits(X.reshape(30, -1) / 255)
    assert np.abs(ours - own_answers(model, 1)).max() < 1e-4


def keras_2_archive(path: Path, target: Path, *, is_functional: bool) -> None:
    """Write a .keras file as Keras 2.12 to 2.15 did: with keys of its own, and another folder of weights."""
    with zipfile.ZipFile(path) as file:
        described, weights = json.loads(file.read("config.json")), io.BytesIO(file.read("model.weights.h5"))
    described = plain_dtypes(described)
    for la in described["config"]["layers"]:
        if "batch_shape" in la["config"]:
            la["config"]["batch_input_shape"] = la["config"].pop("batch_shape")
            del la["config"]["optional"]
        if is_functional:
            tensors = [
                [argument["config"]["keras_history"] for argument in node["args"]] for node in la["inbound_nodes"]
            ]
            la["inbound_nodes"] = [[[name, 0, 0, {}] for name, _, _ in node] for node in tensors]
    if is_functional:
        described["config"] |= {key: [described["config"][key]] for key in ("input_layers", "output_layers")}
    renamed = io.BytesIO()
    with h5py.File(weights) as old, h5py.File(renamed, "w") as new:
        for group in old:
            old.copy(group, new, name="_layer_checkpoint_dependencies" if group == "layers" else group)
    with zipfile.ZipFile(target, "w") as file:
        file.writestr("metadata.json", json.dumps({"keras_version": "2.15.0"}))
        file.writestr("config.json", json.dumps(described))
        file.writestr("model.weights.h5", renamed.getvalue())


def plain_dtypes(part: Any) -> Any:
    """The same description with a layer's type as a word."""
    if isinstance(part, dict):
        is_policy = part.get("class_name") == "DTypePolicy"
        return part["config"]["name"] if is_policy else {key: plain_dtypes(value) for key, value in part.items()}
    return [plain_dtypes(value) for value in part] if isinstance(part, list) else part


@pytest.mark.parametrize("is_functional", [False, True], ids=["sequential", "functional"])
def test_load_network_reads_archives_of_keras_2(tmp_path: Path, is_functional: bool) -> None:
    la = keras().layers
    stack = [la.Conv2D(4, 3, activation="relu"), la.MaxPooling2D(), la.Flatten(), la.Dense(10)]
    if is_functional:
        model = functional(keras(), lambda x: reduce(lambda h, layer: layer(h), stack, x))
    else:
        model = keras().Sequential([keras().Input((8, 8, 1)), *stack])
    filled(model).save(tmp_path / "new.keras")
    keras_2_archive(tmp_path / "new.keras", tmp_path / "mine.keras", is_functional=is_functional)
    ours = load_network(tmp_path / "mine.keras", (8, 8)).logits(X.reshape(30, -1) / 255)
    assert np.abs(ours - own_answers(model, 1)).max() < 1e-4


def quantised(k: Any, la: Any) -> Any:
    model = chain(dense(9, "relu"), dense(10))(k, la)
    model.quantize("int8")
    return model


REFUSED: dict[str, tuple[Build, str]] = {
    "quantised": (quantised, "is quantised; save the model as it was"),
    "channels first": (chain(layer("Flatten", data_format="channels_first"), dense(10), shape=(8, 8, 1)),
                       "is channels_first; only channels_last is read"),
    "two inputs multiplied": (lambda k, la: functional(k, lambda x: la.Dense(10)(x * x), (64,)), "Multiply"),
    "scaled by row": (chain(layer("Rescaling", np.ones((8, 1))), layer("Flatten"), dense(10), shape=(8, 8)),
                      "scales along another axis than the last; allowed are one number or one per channel"),
    "elu": (chain(dense(9, "elu"), dense(10)), "has the activation 'elu'; allowed are"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_load_network_names_the_layer(tmp_path: Path, case: str) -> None:
    build, words = REFUSED[case]
    build(keras(), keras().layers).save(tmp_path / "mine.keras")
    with pytest.raises(UserError, match=words) as problem:
        load_network(tmp_path / "mine.keras", (8, 8))
    assert "\n" not in str(problem.value)


def test_load_network_rejects_weights_alone(tmp_path: Path) -> None:
    chain(dense(10))(keras(), keras().layers).save_weights(tmp_path / "mine.weights.h5")
    with pytest.raises(UserError, match=r"holds weights only.*save the model"):
        load_network(tmp_path / "mine.weights.h5", (8, 8))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("mine.onnx", b"\x08\x07 no graph", "cannot be read as ONNX"),
        ("mine.joblib", b"\x80\x04 pickle", r"DenseNetwork\.from_sklearn"),
        ("mine.npz", b"version https://git-lfs.github.com/spec/v1", "a Git LFS pointer, not the file: fetch it with"),
        ("mine.pt", b"<!DOCTYPE html><html>", "a web page, not the file"),
        ("mine.npz", b"", "an empty file"),
        ("mine.tflite", b"\x1c\0\0\0TFL3", "a TensorFlow Lite model"),
    ],
)
def test_load_network_says_what_a_file_is(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=words):
        load_network(tmp_path / name, (8, 8))


def test_load_network_rejects_folders(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is a folder .of a SavedModel"):
        load_network(tmp_path, (8, 8))
