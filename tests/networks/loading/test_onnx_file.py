"""ONNX graphs that PyTorch 2.13 exported (kept in `files`): its own logits, dense ones as dense networks."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from looking_for import load_network
from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.networks.dense import DenseNetwork

pytestmark = pytest.mark.xdist_group("keras")
FILES = Path(__file__).with_name("files")
LOGITS = json.loads((FILES / "onnx_logits.json").read_text())
X = np.linspace(0, 1, 5 * 64).reshape(5, 64)
RNG = np.random.default_rng(0)
W, B = RNG.normal(0, 0.3, (64, 10)).astype("f4"), RNG.normal(0, 0.3, 10).astype("f4")


def test_load_network_gives_pytorchs_logits_of_a_convolution() -> None:
    network = load_network(FILES / "conv.onnx", (8, 8))
    assert np.abs(network.logits(X) - np.array(LOGITS["conv"])).max() < 1e-4
    network.check_exactness(X)


def test_load_network_makes_dense_graphs_dense() -> None:
    network = load_network(FILES / "dense.onnx", (8, 8))
    assert isinstance(network, DenseNetwork)
    z = network.logits(X)
    assert np.abs(z - np.log(np.exp(z).sum(axis=1, keepdims=True)) - np.array(LOGITS["dense"])).max() < 1e-4


def written(path: Path, nodes: list[Any], **constants: Array) -> Path:
    """A graph of nodes from x (images as rows) to y."""
    tensors = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size]) for name, size in (("x", 64), ("y", 10))
    ]
    graph = helper.make_graph(
        nodes, "mine", tensors[:1], tensors[1:], [numpy_helper.from_array(a, name) for name, a in constants.items()]
    )
    onnx.save(helper.make_model(graph), path)
    return path


def relu(z: Array) -> Array:
    return np.maximum(z, 0)


V = RNG.normal(0, 0.3, (10, 10)).astype("f4")
GRAPHS: dict[str, tuple[list[Any], dict[str, Array], Callable[[Array], Array]]] = {
    "a product and a sum": ([helper.make_node("MatMul", ["x", "w"], ["z"]), helper.make_node("Add", ["z", "b"], ["y"])],
                            {"w": W, "b": B}, lambda x: x @ W + B),
    "transposed, twice": ([helper.make_node("Gemm", ["x", "w", "b"], ["y"], transB=1, alpha=2.0, beta=0.5)],
                          {"w": W.T.copy(), "b": B}, lambda x: 2 * x @ W + 0.5 * B),
    "scaled pixels": ([helper.make_node("Sub", ["x", "m"], ["a"]), helper.make_node("Div", ["a", "s"], ["c"]),
                       helper.make_node("MatMul", ["c", "w"], ["y"])],
                      {"w": W, "m": np.array(0.5, 'f4'), "s": np.array(0.25, 'f4')}, lambda x: (x - 0.5) / 0.25 @ W),
    "between them a ReLU": ([helper.make_node("MatMul", ["x", "w"], ["z"]), helper.make_node("Relu", ["z"], ["h"]),
                             helper.make_node("MatMul", ["h", "v"], ["y"])],
                            {"w": W, "v": V}, lambda x: relu(x @ W) @ V),
    "clipped": ([helper.make_node("MatMul", ["x", "w"], ["z"]), helper.make_node("Clip", ["z", "lo", "hi"], ["h"]),
                 helper.make_node("MatMul", ["h", "v"], ["y"])],
                {"w": W, "v": V, "lo": np.array(0, 'f4'), "hi": np.array(6, 'f4')}, lambda x: np.clip(x @ W, 0, 6) @ V),
}  # fmt: skip


@pytest.mark.parametrize("case", GRAPHS)
def test_load_network_reads_graphs(tmp_path: Path, case: str) -> None:
    nodes, constants, expected = GRAPHS[case]
    network = load_network(written(tmp_path / "mine.onnx", nodes, **constants), (8, 8))
    assert np.abs(network.logits(X) - expected(X)).max() < 1e-4


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (helper.make_node("Erf", ["z"], ["y"], name="odd"), "its node 'odd' is Erf; read are"),
        (helper.make_node("Clip", ["z", "b", "b"], ["y"], name="clip"), "read is 0 to a maximum"),
    ],
)
def test_load_network_names_unknown_nodes(tmp_path: Path, node: Any, words: str) -> None:
    first = helper.make_node("MatMul", ["x", "w"], ["z"])
    with pytest.raises(UserError, match=words):
        load_network(written(tmp_path / "mine.onnx", [first, node], w=W, b=np.array(1, "f4")), (8, 8))
