"""ONNX graphs of layers that are piecewise affine, as Keras models; the package `onnx` reads the file (an extra).

ONNX has an image's channels first, Keras has them last: between the two the numbers of a layer are the same in another
order, which counts where an image is laid out as a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError, reason
from looking_for.core.keras_backend import keras

PASSED = {"Identity", "Dropout", "Cast"}
ACTIVATIONS = {"Relu": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "Gelu": "gelu", "Softmax": "softmax",
               "LogSoftmax": "softmax"}  # fmt: skip
READ = sorted({*PASSED, *ACTIVATIONS, "LeakyRelu", "PRelu", "Clip", "Gemm", "MatMul", "Add", "Sub", "Mul",
               "Div", "Flatten", "Reshape", "BatchNormalization", "Conv", "MaxPool", "AveragePool", "GlobalAveragePool",
               "GlobalMaxPool", "Concat", "Constant"})  # fmt: skip


def build_from_onnx(path: Path) -> Any:
    """Build the Keras model of an ONNX graph.

    Raises
    ------
    UserError
        If `onnx` is not installed, the file is damaged, or the graph has an operation that is not known; it names it.
    """
    try:
        import onnx
    except ModuleNotFoundError as error:
        raise UserError(f"{path} is ONNX, for which `onnx` is needed: pip install 'looking-for[onnx]'") from error
    try:
        graph = onnx.load(str(path)).graph
        constants = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    except Exception as error:  # protobuf's and onnx's own
        raise UserError(f"{path} cannot be read as ONNX: {reason(error)}") from error
    return _Graph(path, graph, constants, onnx.helper.get_attribute_value).build()


@dataclass(frozen=True)
class Node:
    """An operation of a graph: its Keras tensors and its constants, each in their order."""

    kind: str
    name: str
    settings: Mapping[str, Any]
    tensors: list[Any]
    constants: list[Array]
    is_constant_first: bool

    @property
    def x(self) -> Any:
        """The first tensor, of most operations the only one."""
        return self.tensors[0]


class _Graph:
    """A graph on its way: `tensors` of Keras by ONNX' names, `constants` beside them."""

    def __init__(self, path: Path, graph: Any, constants: dict[str, Array], value_of: Any) -> None:
        self.path, self.graph, self.constants, self.value_of = path, graph, constants, value_of
        self.tensors: dict[str, Any] = {}
        self.n_layers = 0

    def build(self) -> Any:
        inputs = [entry for entry in self.graph.input if entry.name not in self.constants]
        if len(inputs) != 1 or len(self.graph.output) != 1:
            raise UserError(
                f"{self.path} has {len(inputs)} inputs and {len(self.graph.output)} outputs; it needs one of each"
            )
        sizes = [d.dim_value or None for d in inputs[0].type.tensor_type.shape.dim][1:]
        pixels = keras.Input((*sizes[1:], sizes[0]) if len(sizes) == 3 else tuple(sizes), name="pixels")
        self.tensors[inputs[0].name] = pixels
        for node in self.graph.node:
            self._convert(node)
        return keras.Model(pixels, self.tensors[self.graph.output[0].name])

    def _convert(self, node: Any) -> None:
        settings = {attribute.name: self.value_of(attribute) for attribute in node.attribute}
        if node.op_type == "Constant":
            from onnx.numpy_helper import to_array

            self.constants[node.output[0]] = to_array(settings["value"])
            return
        if node.op_type not in READ:
            raise UserError(f"{self.path}: its node {node.name!r} is {node.op_type}; read are {', '.join(READ)}")
        converted = Node(
            node.op_type,
            node.name,
            settings,
            [self.tensors[name] for name in node.input if name in self.tensors],
            [self.constants[name] for name in node.input if name in self.constants],
            is_constant_first=node.input[0] in self.constants,
        )
        rule = getattr(self, f"_{node.op_type.lower()}", self._activation)
        self.tensors[node.output[0]] = rule(converted)

    def _call(self, kind: str, x: Any, weights: list[Array] | None = None, **settings: Any) -> Any:
        self.n_layers += 1
        layer = getattr(keras.layers, kind)(name=f"{kind.lower()}_{self.n_layers}", **settings)
        result = layer(x)
        if weights is not None:
            layer.set_weights(weights)
        return result

    def _reject(self, node: Node, why: str) -> UserError:
        return UserError(f"{self.path}: its node {node.name!r} ({node.kind}) {why}")

    def _activation(self, node: Node) -> Any:
        if node.kind in PASSED:
            return node.x
        return self._call("Activation", node.x, activation=ACTIVATIONS[node.kind])

    def _leakyrelu(self, node: Node) -> Any:
        return self._call("LeakyReLU", node.x, negative_slope=float(node.settings.get("alpha", 0.01)))

    def _prelu(self, node: Node) -> Any:
        slopes, sizes = node.constants[0].ravel(), node.x.shape
        if slopes.size not in (1, sizes[-1]):
            raise self._reject(node, "has a slope per pixel; read is one, or one per channel")
        axes = list(range(1, len(sizes) - 1)) or None
        weights = np.broadcast_to(slopes, (*[1] * (len(sizes) - 2), sizes[-1]))
        return self._call("PReLU", node.x, [weights], shared_axes=axes)

    def _clip(self, node: Node) -> Any:
        given = [*map(float, node.constants)] or [node.settings.get(key, np.nan) for key in ("min", "max")]
        low, high = [*given, np.inf][:2]
        if low != 0:
            raise self._reject(node, f"clips from {low:g} on; read is 0 to a maximum")
        return self._call("ReLU", node.x, max_value=high if np.isfinite(high) else None)

    def _gemm(self, node: Node) -> Any:
        if node.settings.get("transA") or not node.constants:
            raise self._reject(node, "has transA or no weights, which is not read")
        weights, *biases = node.constants
        weights = float(node.settings.get("alpha", 1)) * (weights.T if node.settings.get("transB") else weights)
        bias = float(node.settings.get("beta", 1)) * (biases[0].ravel() if biases else np.zeros(1))
        bias = np.broadcast_to(bias, weights.shape[1:])
        return self._call("Dense", node.x, [weights, bias], units=weights.shape[1])

    def _matmul(self, node: Node) -> Any:
        if not node.constants or node.is_constant_first or node.constants[0].ndim != 2:
            raise self._reject(node, "multiplies by no matrix of weights from the right")
        weights = node.constants[0]
        return self._call("Dense", node.x, [weights], units=weights.shape[1], use_bias=False)

    def _rescale(self, node: Node, gain: Any, shift: Any) -> Any:
        numbers = [np.asarray(v, float).ravel().tolist() for v in (gain, shift)]
        scale, offset = (v[0] if len(v) == 1 else v for v in numbers)
        return self._call("Rescaling", node.x, scale=scale, offset=offset)

    def _constant_of(self, node: Node) -> Array:
        """The constant of an operation of two: one number, or one per channel."""
        if len(node.constants) != 1 or node.constants[0].size not in (1, node.x.shape[-1]):
            raise self._reject(node, "is read with one constant, a number or one per channel")
        return node.constants[0]

    def _mul(self, node: Node) -> Any:
        return self._rescale(node, self._constant_of(node), 0.0)

    def _div(self, node: Node) -> Any:
        if node.is_constant_first:
            raise self._reject(node, "divides by what it is given")
        return self._rescale(node, 1 / self._constant_of(node), 0.0)

    def _sub(self, node: Node) -> Any:
        constant = self._constant_of(node)
        return self._rescale(node, -1.0, constant) if node.is_constant_first else self._rescale(node, 1.0, -constant)

    def _add(self, node: Node) -> Any:
        if len(node.tensors) == 2:
            return self._call("Add", node.tensors)
        return self._rescale(node, 1.0, self._constant_of(node))

    def _concat(self, node: Node) -> Any:
        if node.constants or node.settings["axis"] != 1:
            raise self._reject(node, "joins along another axis than the channels")
        return self._call("Concatenate", node.tensors, axis=-1)

    def _flatten(self, node: Node) -> Any:
        if node.settings.get("axis", 1) != 1:
            raise self._reject(node, "joins images")
        has_channels = len(node.x.shape) == 4 and node.x.shape[-1] != 1
        return self._call("Flatten", self._call("Permute", node.x, dims=(3, 1, 2)) if has_channels else node.x)

    def _reshape(self, node: Node) -> Any:
        sizes = [int(n) for n in node.constants[0]]
        if len(sizes) == 2:
            return self._flatten(node)
        if len(sizes) != 4 or len(node.x.shape) != 2:
            raise self._reject(node, f"gives the shape {sizes}")
        return self._call("Permute", self._call("Reshape", node.x, target_shape=sizes[1:]), dims=(2, 3, 1))

    def _batchnormalization(self, node: Node) -> Any:
        epsilon = float(node.settings.get("epsilon", 1e-5))
        return self._call("BatchNormalization", node.x, list(node.constants), epsilon=epsilon)

    def _padded(self, node: Node) -> Any:
        if node.settings.get("auto_pad", b"NOTSET") not in (b"NOTSET", b"VALID") or node.settings.get("ceil_mode"):
            raise self._reject(node, "has auto_pad or ceil_mode, which are not read: export with explicit pads")
        top, left, bottom, right = node.settings.get("pads", [0, 0, 0, 0])
        if not any((top, left, bottom, right)):
            return node.x
        return self._call("ZeroPadding2D", node.x, padding=((top, bottom), (left, right)))

    def _conv(self, node: Node) -> Any:
        kernel, *biases = node.constants
        kernel = kernel.transpose(2, 3, 1, 0)
        bias = biases[0] if biases else np.zeros(kernel.shape[3])
        settings = {"strides": node.settings.get("strides", [1, 1]), "groups": node.settings.get("group", 1),
                    "dilation_rate": node.settings.get("dilations", [1, 1])}  # fmt: skip
        return self._call("Conv2D", self._padded(node), [kernel, bias], filters=kernel.shape[3],
                          kernel_size=kernel.shape[:2], **settings)  # fmt: skip

    def _maxpool(self, node: Node) -> Any:
        return self._pool("MaxPooling2D", node)

    def _averagepool(self, node: Node) -> Any:
        return self._pool("AveragePooling2D", node)

    def _pool(self, kind: str, node: Node) -> Any:
        if any(node.settings.get("pads", [])):
            raise self._reject(node, "pads what it pools, which is not read")
        strides = node.settings.get("strides", [1, 1])
        return self._call(kind, self._padded(node), pool_size=node.settings["kernel_shape"], strides=strides)

    def _globalaveragepool(self, node: Node) -> Any:
        return self._call("GlobalAveragePooling2D", node.x, keepdims=True)

    def _globalmaxpool(self, node: Node) -> Any:
        return self._call("GlobalMaxPooling2D", node.x, keepdims=True)
