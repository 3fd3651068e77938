"""A Keras model rebuilt of the few kinds of layers that the rest of the library knows.

What answers only in training is left out, models inside the model are taken apart, an activation that is an object
becomes a layer, and what is a constant times x plus a constant becomes a `Rescaling`. The rebuilt model gives the
same logits.
"""

from typing import Any

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.core.imageset import Shape
from looking_for.core.keras_backend import keras
from looking_for.networks.keras_layers import ONLY_IN_TRAINING

PER_CHANNEL = "allowed are one number or one per channel"
CONSTANT_OPERATIONS = {
    "TrueDivide": lambda c: (1 / c, 0.0), "Multiply": lambda c: (c, 0.0), "Add": lambda c: (1.0, c),
    "Subtract": lambda c: (1.0, -c),
}  # fmt: skip


def rebuild_model(path: str, model: Any, shape: Shape) -> Any:
    """Build the same function of known layers, for images of one size.

    Parameters
    ----------
    path : str
        For messages.
    model : keras.Model
    shape : (int, int) or (int, int, 3)
        Height and width of the images; it takes the place of sizes that the model leaves open.

    Returns
    -------
    keras.Model
        Functional, one input, one output; layers without names of their own are called after what they were.
    """
    inputs = keras.Input(_input_shape(model.inputs[0].shape[1:], shape), name="pixels")
    outputs = _Rebuild(path, model).apply(model, inputs)
    return keras.Model(inputs, outputs, name="network")


def _input_shape(sizes: tuple[int | None, ...], shape: Shape) -> tuple[int | None, ...]:
    """The model's own input shape, where it is open that of the images, or of all their pixels in a row."""
    if None not in sizes:
        return sizes
    open_sizes = iter(shape if len(sizes) > 1 else (int(np.prod(shape)),))
    return tuple(size or next(open_sizes) for size in sizes)


class _Rebuild:
    def __init__(self, path: str, model: Any) -> None:
        self.path, self.n_calls = path, dict[str, int]()
        self.output_layer = _last_layer(model)

    def apply(self, model: Any, x: Any) -> Any:
        """Give what a model makes of x, through new layers."""
        if isinstance(model, keras.Sequential):
            for layer in model.layers:
                x = self.call(layer, x)
            return x
        structure = keras.tree.map_structure(lambda _: x, model.input)
        clone = keras.models.clone_model(
            model, input_tensors=structure, clone_function=lambda layer: layer, call_function=self.call
        )
        return clone.outputs[0]

    def call(self, layer: Any, *args: Any, **kwargs: Any) -> Any:
        """Apply one layer, rebuilt."""
        kind = type(layer).__name__
        if isinstance(layer, keras.Model):
            return self.apply(layer, args[0])
        if kind == "InputLayer" or kind in ONLY_IN_TRAINING:
            return args[0]
        if (affine := _gain_and_shift(self.path, layer, args)) is not None:
            tensor = next(a for a in args if isinstance(a, keras.KerasTensor))
            return self._rescale(layer, *affine, tensor)
        return self._copy(layer, args) if isinstance(layer, keras.layers.Layer) else layer(*args, **kwargs)

    def _copy(self, layer: Any, args: tuple[Any, ...]) -> Any:
        config, weights = layer.get_config(), layer.get_weights()
        activation = getattr(layer, "activation", None)
        is_object = isinstance(activation, keras.layers.Layer)
        config |= {"name": self._name(layer), "dtype": "float32"}
        if is_object:
            config["activation"] = "linear"
        if layer is self.output_layer and config.get("units") == 1:
            config["units"], weights = 2, _two_outputs(weights)
        copy = type(layer).from_config(config)
        result = copy(*args)
        if weights or layer.built:  # Keras builds a PReLU inside another layer at its first call only
            copy.set_weights(weights)
        return self.call(activation, result) if is_object else result

    def _rescale(self, layer: Any, scale: Any, offset: Any, x: Any) -> Any:
        arrays = [np.asarray(keras.ops.convert_to_numpy(v), float) for v in (scale, offset)]
        if any(v.ndim and v.size != v.shape[-1] for v in arrays):
            raise UserError(
                f"{self.path}: its layer {layer.name!r} scales along another axis than the last; {PER_CHANNEL}"
            )
        scale, offset = (v.item() if v.size == 1 else v.ravel().tolist() for v in arrays)
        return keras.layers.Rescaling(scale, offset, name=self._name(layer), dtype="float32")(x)

    def _name(self, layer: Any) -> str:
        """A layer's own name, with a number where it is used again."""
        name = layer.name.replace("/", "_")
        self.n_calls[name] = n = self.n_calls.get(name, 0) + 1
        return name if n == 1 else f"{name}_again_{n}"


def _gain_and_shift(path: str, layer: Any, args: tuple[Any, ...]) -> tuple[Any, Any] | None:
    """What a layer or operation multiplies by and adds, where that is all it does."""
    kind = type(layer).__name__
    if kind == "Normalization":
        return _of_normalization(path, layer)
    if kind == "Rescaling":
        return layer.scale, layer.offset
    constant = _constant_of(args) if kind in CONSTANT_OPERATIONS else None
    if constant is None:
        return None
    if kind == "Subtract" and not isinstance(args[0], keras.KerasTensor):
        return -1.0, constant
    return CONSTANT_OPERATIONS[kind](constant)


def _constant_of(args: tuple[Any, ...]) -> Array | None:
    """The constant of an operation of two numbers, if one of them is."""
    constants = [a for a in args if not isinstance(a, keras.KerasTensor)]
    return np.asarray(constants[0], float) if len(args) == 2 and len(constants) == 1 else None


def _of_normalization(path: str, layer: Any) -> tuple[Array, Array]:
    """(x − μ) / max(σ, ε) as a gain and a shift: one number each, or one per channel."""
    mean, variance = (np.asarray(keras.ops.convert_to_numpy(v), float) for v in (layer.mean, layer.variance))
    if mean.size != mean.shape[-1] if mean.ndim else False:
        raise UserError(f"{path}: its layer {layer.name!r} normalises along another axis than the last; {PER_CHANNEL}")
    gain = 1 / np.maximum(np.sqrt(variance), keras.config.epsilon())
    return (gain, -mean * gain) if not layer.invert else (1 / gain, mean)


def _two_outputs(weights: list[Array]) -> list[Array]:
    """Of one output z, the second of two classes' logit, two: (0, z)."""
    return [np.pad(w, [(0, 0)] * (w.ndim - 1) + [(1, 0)]) for w in weights]


def _last_layer(model: Any) -> Any:
    """The last layer with weights, if the model's output is its own but for activations."""
    layers = list(model.layers)
    while layers and isinstance(layers[-1], keras.Model):
        layers = list(layers[-1].layers)
    while layers and type(layers[-1]).__name__ in ("Activation", "Softmax", *ONLY_IN_TRAINING):
        layers.pop()
    return layers[-1] if layers else None
