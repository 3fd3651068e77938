"""The charts: trainings, truth against samples and against the number of pictures, claims counted."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter
from PIL import Image

from stages.artifacts.files import whole
from stages.render.facts import Cast, Facts

DPI = 200
WIDTH = 10.4  # inches: 2,080 pixels, as wide as the contact sheets
COLOURS = 96
CONTROL_COLOUR = "#999999"
STYLE = {
    "font.size": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "legend.frameon": False,
    "lines.linewidth": 1.8,
}


def figure(height: float, columns: int = 1, rows: int = 1) -> tuple[Figure, Sequence[Axes]]:
    """A figure as wide as every other, with its axes row by row."""
    with matplotlib.rc_context(STYLE):
        made = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = made.subplots(rows, columns, squeeze=False)
    return made, list(axes.flat)


def save(made: Figure, path: Path) -> None:
    """Write a palette PNG: small, without a program's name or a date."""
    canvas = FigureCanvasAgg(made)
    made.set_dpi(DPI)
    with matplotlib.rc_context(STYLE):
        canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    with whole(path) as temporary:
        image.quantize(COLOURS, dither=Image.Dither.NONE).save(temporary, format="PNG")


def colours(cast: Cast) -> dict[str, Any]:
    """A colour for each network, the same in every chart; controls are grey."""
    shades = iter(matplotlib.colormaps["tab10"].colors)  # type: ignore[attr-defined]
    fresh = [n for n in cast.networks if not n.control]
    chosen = {n.name: next(shades, CONTROL_COLOUR) for n in fresh}
    return chosen | {n.name: CONTROL_COLOUR for n in cast.controls}


def training(cast: Cast) -> Figure:
    """Accuracy and loss against updates, test solid, train dotted."""
    made, axes = figure(4.4, 2)
    shades = colours(cast)
    for axis, quantity in zip(axes, ("accuracy", "loss"), strict=True):
        for network in cast.networks:
            if not network.params.epochs:
                continue
            history = network.history
            updates = np.array(history["epoch"]) * network.train["updates"] / network.params.epochs
            for key, dashes in ((quantity, "-"), (f"train_{quantity}", ":")):
                axis.plot(
                    updates[1:],
                    history[key][1:],
                    dashes,
                    color=shades[network.name],
                    zorder=2 + 1 / network.train["updates"],  # the shortest on top
                    label=network.name if dashes == "-" else None,
                )
        axis.set_xscale("log")
        axis.set_xlabel("updates of the weights")
        axis.set_title(f"{quantity}: test solid, train dotted", loc="left")
    axes[1].set_ylim(0, 2.6)
    axes[0].legend(fontsize=9)
    return made


def truth_by_samples(cast: Cast) -> Figure:
    """Accuracy, agreement and explained against the number of training images, for one architecture."""
    made, (axis,) = figure(4.2)
    samples = [n.samples for n in cast.deep]
    lines = [
        ("the network's accuracy", "s", lambda n: n.train["accuracy"]),
        ("agreement of its composed pictures with it", "o", lambda n: n.compose["agreement"]),
        ("share of its logits that they explain (R²)", "^", lambda n: n.compose["explained"]),
    ]
    for (words, marker, value), colour in zip(lines, ("#444444", "#c0392b", "#e08e45"), strict=True):
        axis.plot(samples, [value(n) for n in cast.deep], f"-{marker}", color=colour, label=words)
        if cast.long is not None:
            at = cast.long.samples * 1.12
            axis.plot(at, value(cast.long), marker, mfc="white", ms=8, mew=1.4, color=colour, zorder=1)
    if cast.long is not None:
        label = f"hollow, beside: {cast.long.name}, {cast.long.training_words}"
        axis.plot([], [], "o", mfc="white", ms=8, mew=1.4, color="#777777", label=label)
    axis.set_xscale("log")
    axis.set_xticks(samples, [f"{n:,}\n{f.name}" for n, f in zip(samples, cast.deep, strict=True)])
    axis.minorticks_off()
    axis.set_ylim(0, 1.03)
    axis.set_xlabel("training images")
    axis.set_ylabel("share, or R²")
    axis.legend(loc="lower left")
    return made


def agreement_by_ways(cast: Cast, enough: float) -> Figure:
    """How many pictures it takes: agreement against pictures a class, and the choice alone, to beat."""
    made, (axis,) = figure(4.8)
    shades = colours(cast)
    for network in cast.family:
        ways = [int(w) for w in network.compose["agreement_by_ways"]]
        color = shades[network.name]
        axis.plot(
            ways,
            network.compose["agreement_by_ways"].values(),
            "-o",
            color=color,
            label=f"{network.name} ({network.training_words})",
        )
        axis.plot(ways, network.compose["choice_by_ways"].values(), ":", color=color, lw=1.4)
        axis.plot(0.5, network.compose["agreement"], "D", color=color, ms=8)
        axis.plot(0.65, network.compose["agreement_anchored"], "D", color=color, ms=8, mfc="white")
    axis.axhline(enough, color="#777777", lw=1)
    axis.text(0.5, enough, f"{enough:.0%}", ha="right", va="bottom")
    axis.plot([], [], "D", color="#777777", label="composed")
    biases = "composed, with biases as the exact ones have"
    axis.plot([], [], "D", color="#777777", mfc="white", label=biases)
    axis.plot([], [], ":", color="#777777", label="the choice of the nearest group alone, no map")
    axis.set_xscale("log")
    ticks = [int(w) for w in cast.networks[0].compose["agreement_by_ways"]]
    axis.set_xticks([0.57, *ticks], ["composed", *map(str, ticks)])
    axis.get_xgridlines()[0].set_visible(False)
    axis.minorticks_off()
    axis.set_ylim(None, 1.0)
    axis.set_xlabel("pictures a class: the composed one, then exact maps of 1, 3, … groups of its images")
    axis.set_ylabel("share of the network's answers")
    axis.legend(loc="lower right")
    return made


def claims(found: Mapping[str, Any], words: dict[str, str]) -> Figure:
    """Who inks each region that the article speaks of: training images of each class."""
    made, axes = figure(5.6, 4, rows=2)
    for spare in axes[len(found) :]:
        spare.set_axis_off()
    for axis, (region, counts) in zip(axes, found.items(), strict=False):
        names, values = list(counts["by_class"]), list(counts["by_class"].values())
        axis.bar(names, values, color="#555555")
        axis.set_title(f"{words[region]}\n{counts['images']:,} images", fontsize=10, loc="left")
        axis.tick_params(labelsize=9)
        axis.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axis.grid(axis="x", visible=False)
    for axis in axes[::4]:
        axis.set_ylabel("images that ink it")
    return made


def architecture(network: Facts, inputs: tuple[int, int], classes: list[str]) -> Figure:
    """The network as layers of units and the weights between them, from its real widths."""
    widths = [inputs[0] * inputs[1], *network.params.hidden, len(classes)]
    made, (axis,) = figure(4.6)
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
        axis.text(layer, -0.07, _layer_words(layer, widths, inputs), ha="center", va="top")
    if len(classes) == len(places[-1]):
        for name, y in zip(classes, reversed(places[-1]), strict=True):
            axis.text(len(widths) - 1 + 0.02 * len(widths), y, name, va="center")
    axis.set_xlim(-0.35, len(widths) - 1 + 0.35)
    axis.set_ylim(-0.25, 1.28)
    return made


def _column(width: int) -> list[float]:
    """Heights of the dots of a layer: all of a small one, some of a large one with a gap between."""
    if width <= 10:
        return list(np.linspace(0, 1, width)) if width > 1 else [0.5]
    return [*np.linspace(0, 0.4, 5), *np.linspace(0.6, 1, 5)]


def _layer_words(layer: int, widths: list[int], inputs: tuple[int, int]) -> str:
    if layer == 0:
        return f"{widths[0]:,} pixels\n({inputs[0]}×{inputs[1]})"
    if layer == len(widths) - 1:
        return f"{widths[-1]} logits\n(softmax)"
    return f"layer {layer}: {widths[layer]:,} units\n(ReLU)"
