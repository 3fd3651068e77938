"""A network as layers of units and the weights between them, from its real widths."""

import math
from itertools import pairwise

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from looking_for.core.imageset import Shape
from looking_for.figures import charts
from looking_for.results.network import NetworkResults

NAMES = {"relu": "ReLU", "leaky_relu": "leaky ReLU", "gelu": "GELU"}


def draw_architecture(network: NetworkResults, inputs: Shape, classes: list[str]) -> Figure:
    """Each layer a column of dots, a wide one by ten of them."""
    widths = [math.prod(inputs), *network.widths, len(classes)]
    figure, (axis,) = charts.new_figure(4.6)
    axis.set_axis_off()
    places = [_column(width) for width in widths]
    for layer, (left, right) in enumerate(pairwise(places)):
        gap = 0.016 * len(widths)
        lines = [[(layer + gap, a), (layer + 1 - gap, b)] for a in left for b in right]
        axis.add_collection(LineCollection(lines, colors="#b8c4d6", linewidths=0.4, zorder=0))
        weights = widths[layer] * widths[layer + 1]
        axis.text(
            layer + 0.5,
            1.09,
            f"{weights:,} weights\n+ {widths[layer + 1]:,} biases",
            ha="center",
            va="bottom",
            fontsize=10,
            color="#44557a",
        )
    for layer, (column, width) in enumerate(zip(places, widths, strict=True)):
        axis.scatter([layer] * len(column), column, s=70, color="#27406b", zorder=2)
        if len(column) < width:
            axis.text(layer, 0.5, "⋮", ha="center", va="center", fontsize=20, color="#27406b")
        words = _layer_words(layer, widths, inputs, network.architecture.activation)
        axis.text(layer, -0.07, words, ha="center", va="top")
    if len(classes) == len(places[-1]):
        for name, y in zip(classes, reversed(places[-1]), strict=True):
            axis.text(len(widths) - 1 + 0.02 * len(widths), y, name, va="center", parse_math=False)
    axis.set_xlim(-0.35, len(widths) - 1 + 0.35)
    axis.set_ylim(-0.25, 1.28)
    return figure


def _column(width: int) -> list[float]:
    """Heights of the dots of a layer: all of a small one, some of a large one with a gap between."""
    if width <= 10:
        return list(np.linspace(0, 1, width)) if width > 1 else [0.5]
    return [*np.linspace(0, 0.4, 5), *np.linspace(0.6, 1, 5)]


def _layer_words(layer: int, widths: list[int], inputs: Shape, activation: str) -> str:
    if layer == 0:
        what = "pixels" if len(inputs) == 2 else "numbers"
        return f"{widths[0]:,} {what}\n({'×'.join(map(str, inputs))})"
    if layer == len(widths) - 1:
        return f"{widths[-1]} logits\n(softmax)"
    return f"layer {layer}: {widths[layer]:,} units\n({NAMES.get(activation, activation)})"
