"""Files of weights, 300 and more, read by the page's own reader: numpy's logits, or one line that says why not."""

import io
import itertools
import re
import struct
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file
from scipy.special import erf, expit

from looking_for.core.arrays import Array
from tests.explorer.node import needs_node, run_module
from tests.people.torch_writer import save_state_dict

pytestmark = needs_node
INPUTS, CLASSES = 30, 4
N_GOOD, N_DAMAGED, N_SCALED = 180, 120, 5
ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu(0.01)": lambda z: np.where(z > 0, z, 0.01 * z),
    "tanh": np.tanh,
    "sigmoid": expit,
    "gelu": lambda z: z * (1 + erf(z / np.sqrt(2))) / 2,
}
READ = """
const results = [];
for (const { file, inputs, classes, activation, x } of given) {
  const bytes = readFileSync(file);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  try {
    const layers = lf.chainLayers(await lf.readWeights(buffer), inputs, classes);
    results.push({ logits: x.map(row => lf.logits({ activation, classes, layers }, Float32Array.from(row))) });
  } catch (error) {
    results.push({ refused: error.message, isOurs: error instanceof lf.Refused });
  }
}
return results;
"""


def draw_layers(rng: np.random.Generator) -> list[tuple[Array, Array]]:
    """Draw 1 to 4 layers of different widths, inputs × units, with a bias each."""
    widths = [INPUTS, *(int(w) for w in rng.choice(np.arange(5, 25), rng.integers(0, 4), replace=False)), CLASSES]
    return [(rng.normal(0, a**-0.5, (a, b)), rng.normal(0, 0.5, b)) for a, b in itertools.pairwise(widths)]


def name_arrays(rng: np.random.Generator, layers: list[tuple[Array, Array]], is_torch: bool) -> dict[str, Array]:
    """Name them as Keras', numpy's or PyTorch's people do, with or without biases, in any order."""
    styles = ["{}", "fc{}", "net.{}", "module.layers.{}"] if is_torch else ["W{}", "dense_{}/kernel", "layer{}.weight_"]
    style, has_bias = str(rng.choice(styles)), rng.random() < 0.8
    arrays: dict[str, Array] = {}
    for n, (weights, bias) in enumerate(layers):
        stem = style.format(2 * n if is_torch else n + 1)
        weight_name = f"{stem}.weight" if is_torch else stem
        bias_name = {"W{}": f"b{n + 1}", "dense_{}/kernel": stem.replace("kernel", "bias")}.get(style, f"{stem}bias")
        arrays[weight_name] = weights.T if is_torch else weights
        if has_bias:
            arrays[f"{stem}.bias" if is_torch else bias_name] = bias
        else:
            bias[:] = 0
    return dict(sorted(arrays.items(), key=lambda _: rng.random())) if rng.random() < 0.3 else arrays


def write_npz(path: Path, arrays: dict[str, Array], rng: np.random.Generator) -> None:
    order = {name: np.asfortranarray(a) if rng.random() < 0.3 else a for name, a in arrays.items()}
    if rng.random() < 0.2:
        order = {name: a.astype(a.dtype.newbyteorder(">")) for name, a in order.items()}
    (np.savez_compressed if rng.random() < 0.5 else np.savez)(path, **order)  # type: ignore[arg-type]


def save_keras(path: Path, layers: list[tuple[Array, Array]], activation: str, rng: np.random.Generator) -> None:
    """Save them as a Keras model: a chain or a graph, with or without softmax, with layers that change nothing."""
    import keras

    kinds = keras.layers
    stack = [kinds.Rescaling(1 / 255)] if rng.random() < 0.3 else []
    for n, (weights, bias) in enumerate(layers):
        hidden = n < len(layers) - 1
        is_leaky = activation.startswith("leaky")
        last = "softmax" if rng.random() < 0.5 else None
        stack.append(kinds.Dense(weights.shape[1], activation=(None if is_leaky else activation) if hidden else last,
                                 use_bias=bool(bias.any())))  # fmt: skip
        stack += [kinds.LeakyReLU(negative_slope=0.01)] if hidden and is_leaky else []
        stack += [kinds.Dropout(0.2)] if hidden and rng.random() < 0.3 else []
    if rng.random() < 0.5:
        model = keras.Sequential([keras.Input((INPUTS,)), *stack])
    else:
        first = out = keras.Input((INPUTS,))
        for layer in stack:
            out = layer(out)
        model = keras.Model(first, out)
    model.set_weights([array for weights, bias in layers for array in ([weights, bias] if bias.any() else [weights])])
    if rng.random() < 0.3:
        model.compile("adam", "mse")
    model.save(path)


def draw_case(seed: int, folder: Path) -> tuple[dict[str, Any], Array, float]:
    """A file, what the reader is told, the logits in numpy, and how exact they are in the file's numbers."""
    rng = np.random.default_rng(seed)
    form, layers = str(rng.choice([".safetensors", ".npz", ".pt", ".keras", ".h5"])), draw_layers(rng)
    is_torch = form == ".pt" or rng.random() < 0.5
    arrays = name_arrays(rng, layers, is_torch)
    dtype = str(rng.choice(["f4", "f8", "f2"]))
    arrays = {name: a.astype(dtype) for name, a in arrays.items()}
    path = folder / f"{seed}{form}"
    activation, x = str(rng.choice(list(ACTIVATIONS))), rng.random((3, INPUTS))
    if form in (".keras", ".h5"):
        save_keras(path, layers, activation, rng)
    elif form == ".safetensors":
        save_file({name: np.ascontiguousarray(a) for name, a in arrays.items()}, path, {"format": "pt"})
    elif form == ".npz":
        write_npz(path, arrays, rng)
    else:
        save_state_dict(path, arrays)
    h = x
    for n, (weights, bias) in enumerate(layers):
        h = h @ weights + bias
        h = ACTIVATIONS[activation](h) if n < len(layers) - 1 else h
    case = {"file": str(path), "inputs": INPUTS, "classes": CLASSES, "activation": activation, "x": x}
    return case, h, 1e-3 if dtype != "f2" else 5e-2


def test_good_files_give_numpys_logits(tmp_path: Path) -> None:
    drawn = [draw_case(seed, tmp_path) for seed in range(N_GOOD)]
    results = run_module(tmp_path, READ, [case for case, *_ in drawn])
    for (case, logits, precision), result in zip(drawn, results, strict=True):
        assert "logits" in result, (case["file"], result)
        assert np.abs(np.array(result["logits"]) - logits).max() <= precision * max(1, np.abs(logits).max()), case[
            "file"
        ]


def damage(data: bytes, rng: np.random.Generator) -> bytes:
    """Cut a file, turn a bit of it, or put rubbish into it."""
    kind = rng.integers(3)
    if kind == 0:
        return data[: int(rng.integers(0, len(data)))]
    at = int(rng.integers(0, len(data)))
    if kind == 1:
        return data[:at] + bytes([data[at] ^ (1 << int(rng.integers(8)))]) + data[at + 1 :]
    return data[:at] + rng.bytes(int(rng.integers(1, 40))) + data[at + 40 :]


def test_damaged_files_are_refused_or_read_in_one_line(tmp_path: Path) -> None:
    """None hangs, none ends in another error; of zips the checksums find whatever changed in an array."""
    cases, logits = [], []
    for seed in range(N_DAMAGED):
        case, expected, _ = draw_case(seed, tmp_path)
        rng = np.random.default_rng(1_000 + seed)
        path = Path(case["file"])
        path.write_bytes(damage(path.read_bytes(), rng))
        cases.append(case)
        logits.append(expected)
    results = run_module(tmp_path, READ, cases)
    n_refused = 0
    for case, expected, result in zip(cases, logits, results, strict=True):
        if "refused" in result:
            n_refused += 1
            assert result["isOurs"], (case["file"], result["refused"])
            assert "\n" not in result["refused"]
            assert 10 < len(result["refused"]) < 300
        elif Path(case["file"]).suffix in (".npz", ".pt", ".keras"):
            assert np.abs(np.array(result["logits"]) - expected).max() <= 0.05 * max(1, np.abs(expected).max())
    assert n_refused > N_DAMAGED / 2


def zip_of(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_pkl", ".pkl").replace("__json", ".json").replace("__", "/"), content)
    return file.getvalue()


def npz_of(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def safetensors_of(header: bytes, length: int | None = None) -> bytes:
    return struct.pack("<Q", len(header) if length is None else length) + header


W = {"W1": np.ones((INPUTS, 6)), "b1": np.ones(6), "W2": np.ones((6, CLASSES)), "b2": np.ones(CLASSES)}
GETS = b"\x80\x02cposix\nsystem\nX\x04\x00\x00\x00echo\x85R."
MODULE = b"\x80\x02c__main__\nNet\n)\x81."
ODD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "damaged"),
    "words": (b"these are no weights, but words " * 9, "damaged|longer than the file"),
    "an empty HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(200), "newer form"),
    "a Keras model without weights": (zip_of(config__json=b"{}"), "without weights"),
    "an old pickle": (b"\x80\x02}q\x00.", "before 1.6"),
    "a command": (zip_of(a__data_pkl=GETS), r"would run posix\.system: refused"),
    "a whole module": (zip_of(a__data_pkl=MODULE), r"whole __main__\.Net: save model.state_dict"),
    "a strange opcode": (zip_of(a__data_pkl=b"\x80\x02}\x8f."), "what no state_dict has"),
    "an empty zip": (zip_of(readme=b"hello"), "zip without arrays"),
    "a convolution": (npz_of(W1=np.ones((3, 3, 1, 8)), **{"W2": W["W2"]}), "only dense layers"),
    "a normalisation": (npz_of(**W, running_mean=np.ones(6)), "neither the weights of a dense layer nor its bias"),
    "other classes": (npz_of(W1=np.ones((INPUTS, 7))), "last layer has 7 units, and there are 4 classes"),
    "other images": (npz_of(W1=np.ones((99, CLASSES))), "no layer takes 30 numbers"),
    "not finite": (npz_of(**W | {"W1": np.full((INPUTS, 6), np.nan)}), "W1 has numbers that are not finite"),
    "only vectors": (npz_of(b1=np.ones(6)), "no matrix"),
    "whole numbers": (npz_of(W1=np.ones((INPUTS, CLASSES), int)), "no arrays of numbers"),
    "strings": (npz_of(W1=np.array(["a", "b"])), "no arrays of numbers"),
    "a header too long": (safetensors_of(b"{}", 10**9), "longer than the file"),
    "a tensor outside": (
        safetensors_of(b'{"W":{"dtype":"F32","shape":[30,4],"data_offsets":[0,480]}}'),
        "outside the file",
    ),
    "a huge shape": (
        safetensors_of(b'{"W":{"dtype":"F32","shape":[99999,99999],"data_offsets":[0,8]}}'),
        "too large",
    ),
    "a negative shape": (
        safetensors_of(b'{"W":{"dtype":"F32","shape":[-1,4],"data_offsets":[0,8]}}'),
        "too large",
    ),
}  # fmt: skip


def test_odd_files_are_refused_in_words(tmp_path: Path) -> None:
    cases = []
    for name, (content, _) in ODD.items():
        path = tmp_path / f"{name}.bin"
        path.write_bytes(content)
        cases.append({"file": str(path), "inputs": INPUTS, "classes": CLASSES, "activation": "relu", "x": []})
    for (name, (_, words)), result in zip(ODD.items(), run_module(tmp_path, READ, cases), strict=True):
        assert result.get("isOurs"), (name, result)
        assert re.search(words, result["refused"]), (name, result["refused"])


def keras_of(*layers: Any) -> bytes:
    """A Keras model of some layers, for 30 numbers."""
    import keras

    with tempfile.TemporaryDirectory() as folder:
        keras.Sequential([keras.Input((INPUTS,)), *layers]).save(path := Path(folder) / "model.keras")
        return path.read_bytes()


def test_keras_models_that_are_no_chain_of_dense_layers_are_refused_in_words(tmp_path: Path) -> None:
    from keras import layers

    def first() -> Any:
        return layers.Dense(6, activation="relu")

    odd = {
        "its layer reshape is a Reshape: only dense": [
            layers.Reshape((5, 6), name="reshape"),
            layers.Flatten(),
            first(),
        ],
        "is a BatchNormalization: only dense": [first(), layers.BatchNormalization(), layers.Dense(CLASSES)],
        "does more than to bring pixels to 0…1": [layers.Rescaling(1 / 127.5, offset=-1), layers.Dense(CLASSES)],
        "its activation elu is not among": [layers.Dense(6, activation="elu"), layers.Dense(CLASSES)],
        "its activation ReLU with a bound is not among": [layers.Dense(6), layers.ReLU(6.0), layers.Dense(CLASSES)],
        "last layer has 5 units": [first(), layers.Dense(5)],
    }
    cases = []
    for n, kinds in enumerate(odd.values()):
        (path := tmp_path / f"{n}.keras").write_bytes(keras_of(*kinds))
        cases.append({"file": str(path), "inputs": INPUTS, "classes": CLASSES, "activation": "relu", "x": []})
    for words, result in zip(odd, run_module(tmp_path, READ, cases), strict=True):
        assert result.get("isOurs"), (words, result)
        assert words in result["refused"]


def test_try_readings_takes_the_activation_that_a_keras_model_says(tmp_path: Path) -> None:
    from keras import layers

    tanh = [layers.Dense(6, activation="tanh"), layers.Dense(5, activation="tanh"), layers.Dense(CLASSES)]
    mixed = [layers.Dense(6, activation="tanh"), layers.Dense(5, activation="relu"), layers.Dense(CLASSES)]
    paths = [tmp_path / "tanh.keras", tmp_path / "mixed.keras"]
    for path, kinds in zip(paths, (tanh, mixed), strict=True):
        path.write_bytes(keras_of(*kinds))
    script = """const read = async file => {
        const bytes = readFileSync(file);
        const tensors = await lf.readWeights(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
        const layers = lf.chainLayers(tensors, given.inputs, given.classes);
        return lf.tryReadings(layers, [new Float32Array(given.inputs)], [0]);
      };
      const known = [...new Set((await read(given.paths[0])).map(reading => reading.activation))];
      return [known, await read(given.paths[1]).catch(error => error.message)];"""
    given = {"paths": [str(path) for path in paths], "inputs": INPUTS, "classes": CLASSES}
    known, words = run_module(tmp_path, script, given)
    assert known == ["tanh"]
    assert words == "its hidden layers have different activations (tanh, relu): the page knows one for all"


@pytest.mark.parametrize("seed", range(N_SCALED))
def test_try_readings_finds_activation_and_scaling(tmp_path: Path, seed: int) -> None:
    """Weights whose labels are their own answers under one reading: that reading comes first, and is right."""
    rng = np.random.default_rng(seed)
    activation = list(ACTIVATIONS)[seed]
    scale, mean, std = [(1, 0, 1), (255, 0, 1), (1, 0.1307, 0.3081)][seed % 3]
    x = rng.random((200, INPUTS))
    layers = [(rng.normal(0, 1.0, (INPUTS, 20)) / scale, rng.normal(0, 1, 20))]
    layers.append((rng.normal(0, 1, (20, CLASSES)), np.zeros(CLASSES)))
    h = ACTIVATIONS[activation]((scale * x - mean) / std @ layers[0][0] + layers[0][1]) @ layers[1][0]
    packed = [{"weights": w.ravel(), "bias": b, "inputs": w.shape[0], "units": w.shape[1]} for w, b in layers]
    script = """const floats = values => Float32Array.from(values);
      const layers = given.layers.map(l => ({ ...l, weights: floats(l.weights), bias: floats(l.bias) }));
      const readings = lf.tryReadings(layers, given.x.map(floats), given.labels);
      return readings.map(({ activation, scaling, right }) => [activation, scaling, right]);"""
    given = {"layers": packed, "x": x, "labels": h.argmax(axis=1)}
    readings = run_module(tmp_path, script, given)
    assert len(readings) == 3 * len(ACTIVATIONS)
    assert readings[0][2] == 1.0
    best = [r[:2] for r in readings if r[2] == 1.0]
    scaling = ["pixels from 0 to 1", "pixels from 0 to 255", "standardised pixels"][seed % 3]
    assert [activation, scaling] in best
