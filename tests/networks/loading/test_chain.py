"""Weights as people save them: read right, by their logits, or refused by the name of what is left open."""

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.networks.loading.names import parse_name
from looking_for.networks.loading.weights import load_weights

Layers = list[tuple[Array, Array]]
X = np.random.default_rng(1).random((30, 64))


def layers(*sizes: int) -> Layers:
    rng = np.random.default_rng(sum(sizes))
    return [
        (rng.normal(0, a**-0.5, (a, b)).astype("f4"), rng.normal(0, 0.5, b).astype("f4")) for a, b in pairwise(sizes)
    ]


def relu(z: Array) -> Array:
    return np.maximum(z, 0)


def logits(network: Layers, activation: Callable[[Array], Array] = relu) -> Array:
    x = X
    for n, (weight, bias) in enumerate(network):
        x = (activation(x) if n else x) @ weight.astype(float) + bias.astype(float)
    return x


def torch(names: Sequence[str], network: Layers) -> dict[str, Array]:
    return {
        f"{name}.{key}": np.ascontiguousarray(array)
        for name, (weight, bias) in zip(names, network, strict=True)
        for key, array in (("weight", weight.T), ("bias", bias))
    }


def read_logits(folder: Path, arrays: dict[str, Array], suffix: str = ".safetensors", **more: Any) -> Array:
    path = folder / f"mine{suffix}"
    if suffix == ".npz":
        np.savez(path, **arrays)  # type: ignore[arg-type]
    else:
        save_file(arrays, path)
    return load_weights(path, (8, 8), **{"n_classes": 10} | more).logits(X)


def is_right(ours: Array, theirs: Array) -> bool:
    return bool(np.abs(ours - theirs).max() <= 1e-5 * np.abs(theirs).max())


DEEP, TWO = layers(64, 32, 32, 10), layers(64, 32, 10)
SCALE, SHIFT, MEAN, VARIANCE = (np.random.default_rng(k).random(32).astype("f4") + 0.5 for k in range(4))


def norm(name: str) -> dict[str, Array]:
    keys = ("weight", "bias", "running_mean", "running_var")
    arrays = dict(zip((f"{name}.{key}" for key in keys), (SCALE, SHIFT, MEAN, VARIANCE), strict=True))
    return arrays | {f"{name}.num_batches_tracked": np.array(7)}


def normalised(z: Array, epsilon: float = 1e-5) -> Array:
    return SCALE * (z - MEAN) / np.sqrt(VARIANCE.astype(float) + epsilon) + SHIFT


def before(epsilon: float = 1e-5) -> Array:
    return logits(TWO, lambda z: relu(normalised(z, epsilon)))


def leaky(slope: float) -> Array:
    return logits(DEEP, lambda z: np.where(z > 0, z, slope * z))


def column(network: Layers) -> dict[str, Array]:
    return {
        f"{key}_{n}": a for n, (w, b) in enumerate(network) for key, a in (("weights", w.T), ("biases", b[:, None]))
    }


NUMBERED, COURSE = ("0", "2", "4"), ("base", "wide", "narrow", "z_out")
FOUR = layers(64, 32, 32, 32, 10)
RIGHT: dict[str, tuple[dict[str, Array], dict[str, Any], Array]] = {
    "PyTorch's leak": (torch(NUMBERED, DEEP), {"activation": "leaky_relu"}, leaky(0.01)),
    "another leak": (torch(NUMBERED, DEEP), {"activation": "leaky_relu", "slope": 0.3}, leaky(0.3)),
    "Keras' leak": (torch(NUMBERED, DEEP), {"activation": "leaky_relu", "slope": 0.2}, leaky(0.2)),
    "names without numbers": (torch(("input", "hidden", "output"), net := layers(64, 32, 24, 10)), {}, logits(net)),
    "sizes in names": (torch(("fc_64_128", "fc_128_32", "fc_32_10"), net := layers(64, 128, 32, 10)), {}, logits(net)),
    "some numbers": (torch(("input_layer", "hidden_layers.0", "hidden_layers.1", "output_layer"), FOUR), {},
                     logits(FOUR)),
    "an order that is said": (torch(COURSE, FOUR), {"layers": list(COURSE)}, logits(FOUR)),
    "twelve layers": (torch([f"layers.{n}" for n in range(12)], net := layers(64, *[20] * 11, 10)), {}, logits(net)),
    "a prefix": (torch(("module._orig_mod.0", "module._orig_mod.2"), TWO), {}, logits(TWO)),
    "columns": (column(TWO), {"suffix": ".npz"}, logits(TWO)),
    "positions": ({f"arr_{2 * n + k}": a for n, pair in enumerate(TWO) for k, a in enumerate(pair)}, {"suffix": ".npz"},
                  logits(TWO)),
    "Flax": ({f"params/Dense_{n}/{k}": a for n, (w, b) in enumerate(TWO) for k, a in (("kernel", w), ("bias", b))}, {},
             logits(TWO)),
    "no biases": ({f"fc{n}.weight": np.ascontiguousarray(w.T) for n, (w, _) in enumerate(TWO)}, {},
                  logits([(w, 0 * b) for w, b in TWO])),
    "numbers beside them": ({"W1": TWO[0][0], "b1": TWO[0][1], "W2": TWO[1][0], "b2": TWO[1][1], "epoch": np.array(3),
                             "lr": np.array(0.1), "sizes": np.array([64, 32, 10])}, {"suffix": ".npz"}, logits(TWO)),
    "a norm before": (torch("03", TWO) | norm("1"), {}, before()),
    "a norm after": (torch("03", TWO) | norm("2"), {}, logits(TWO, lambda z: normalised(relu(z)))),
    "a norm that is placed": (torch(("fc1", "fc2"), TWO) | norm("bn1"), {"normalisation": "before"}, before()),
    "a norm's epsilon": (torch("03", TWO) | norm("1"), {"epsilon": 0.1}, before(0.1)),
    "square, turned": (torch("02", net := layers(64, 64, 64)), {"orientation": "units-by-inputs", "n_classes": 64},
                       logits(net)),
    "one output of two classes": (torch("02", net := layers(64, 32, 1)), {"n_classes": 2},
                                  np.pad(logits(net), ((0, 0), (1, 0)))),
}  # fmt: skip


@pytest.mark.parametrize("case", RIGHT)
def test_load_weights_reads_them_right(tmp_path: Path, case: str) -> None:
    arrays, more, expected = RIGHT[case]
    assert is_right(read_logits(tmp_path, arrays, **more), expected)


WITHOUT = {f"fc{n}.weight": np.ascontiguousarray(w.T) for n, (w, _) in enumerate(DEEP)}
REFUSED: dict[str, tuple[dict[str, Array], dict[str, Any], str]] = {
    "a leak that nobody said": ({"W1": TWO[0][0], "b1": TWO[0][1], "W2": TWO[1][0], "b2": TWO[1][1]},
                                {"suffix": ".npz", "activation": "leaky_relu"}, "slope: 0.01 .PyTorch's.*0.2 .Keras'"),
    "PReLUs": (WITHOUT | {"act1.weight": SCALE}, {}, "act1.weight: 32 numbers without a matrix"),
    "half a norm": ({"0.weight": WITHOUT["fc0.weight"], "1.running_mean": SCALE, "3.weight": WITHOUT["fc2.weight"]}, {},
                    "1.running_mean is of a batch normalisation"),
    "two orders": (torch(COURSE, FOUR), {}, r"two orders fit: base, narrow, wide, z_out or base, wide, narrow, "
                                                 r"z_out; say layers: \[base"),
    "other layers": (torch(COURSE, FOUR), {"layers": ["base", "deep"]}, "are not its layers, which are base"),
    "all square": (torch("02", layers(64, 64, 64)), {"n_classes": 64}, "say orientation: inputs-by-units or"),
    "other classes": (torch("02", layers(64, 32, 12)), {}, "gives 12 numbers for an image; the data has 10"),
    "weight norm": (torch(("fc1", "fc2"), TWO) | {"fc1.weight_g": np.ones((32, 1), "f4")}, {}, "fc1.weight_g is not"),
    "a norm without a place": (torch(("fc1", "fc2"), TWO) | norm("bn1"), {}, "say normalisation: before or"),
    "a norm with something on both sides": (torch("04", TWO) | norm("2"), {}, "say normalisation: before or"),
    "whole biases": ({"W1": TWO[0][0], "b1": np.ones(32, int), "W2": TWO[1][0], "b2": TWO[1][1]}, {"suffix": ".npz"},
                     "b1 is int64; weights are floating-point"),
    "Keras' norm": ({"dense/kernel": TWO[0][0], "dense_1/kernel": TWO[1][0], **{
        f"batch_normalization/{key}": SCALE for key in ("gamma", "beta", "moving_mean", "moving_variance")}},
        {"suffix": ".npz", "normalisation": "before"}, r"say epsilon: 0\.001 .Keras' default. or epsilon: 1e-05"),
    "a slope of a ReLU": (torch("02", TWO), {"slope": 0.1}, "slope: 0.1 is of leaky_relu alone"),
    "objects": ({"W1": TWO[0][0].astype(object)}, {"suffix": ".npz"}, "W1 holds Python objects, which are"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_load_weights_asks_for_what_is_open(tmp_path: Path, case: str) -> None:
    arrays, more, words = REFUSED[case]
    with pytest.raises(UserError, match=words) as problem:
        read_logits(tmp_path, arrays, **more)
    assert "\n" not in str(problem.value)
    assert "allow_pickle" not in str(problem.value)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(2, 40), min_size=1, max_size=4), st.permutations(range(5)), st.booleans(), st.data())
def test_load_weights_is_right_or_asks(
    tmp_path_factory: pytest.TempPathFactory, widths: list[int], order: list[int], is_torch: bool, data: st.DataObject
) -> None:
    network = layers(64, *widths, 10)
    words = st.sampled_from(["fc", "layer", "dense", "in", "out", "hidden", "b", "w", "body.fc"])
    names = data.draw(st.lists(words, min_size=len(network), max_size=len(network), unique=True))
    pairs = sorted(zip(names, network, strict=True), key=lambda pair: order[names.index(pair[0])])
    keys = ("weight", "bias") if is_torch else ("kernel", "bias")
    arrays = {f"{n}.{k}": np.ascontiguousarray(a.T if is_torch else a) for n, pair in pairs
              for k, a in zip(keys, pair, strict=True)}  # fmt: skip
    try:
        ours = read_logits(tmp_path_factory.mktemp("any"), arrays)
    except UserError as error:
        ours, is_asked = None, "two orders fit" in str(error) or "orientation" in str(error)
    assert is_asked if ours is None else is_right(ours, logits(network))


def test_load_weights_reads_bfloat16(tmp_path: Path) -> None:
    header, data = {}, b""
    for name, array in torch("02", TWO).items():
        part = (array.view("u4") >> 16).astype("<u2").tobytes()
        header[name] = {"dtype": "BF16", "shape": array.shape, "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    (tmp_path / "mine.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + data)
    halved = [tuple((a.view("u4") >> 16 << 16).view("f4") for a in pair) for pair in TWO]
    ours = load_weights(tmp_path / "mine.safetensors", (8, 8), n_classes=10).logits(X)
    assert is_right(ours, logits(halved))  # type: ignore[arg-type]


def test_load_weights_takes_the_files_own_activation(tmp_path: Path) -> None:
    arrays = {"W1": TWO[0][0], "b1": TWO[0][1], "W2": TWO[1][0], "b2": TWO[1][1], "activation": np.array("tanh")}
    assert is_right(read_logits(tmp_path, arrays, ".npz"), logits(TWO, np.tanh))
    with pytest.raises(UserError, match="says that its activation is tanh"):
        read_logits(tmp_path, arrays, ".npz", activation="relu")


@pytest.mark.parametrize(
    ("name", "layer", "role"),
    [("fc1.weight_orig", "fc1.weight_orig", "unknown"), ("Wh", "h", "weight"), ("body", "body", "unknown"),
     ("batch_stats/BatchNorm_0/var", "BatchNorm_0", "variance"), ("biases_2", "2", "bias"), ("w_out", "out", "weight")],
)  # fmt: skip
def test_parse_name(name: str, layer: str, role: str) -> None:
    assert tuple(parse_name(name)) == (layer, role)
