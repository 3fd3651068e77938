"""The truth along the training: curves against updates of the weights, and the pictures under them."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.ticker import FixedLocator, NullLocator

from looking_for.core.text import format_count, format_percent
from looking_for.figures import charts, palette
from looking_for.figures.planes import Planes
from looking_for.results.run import NetworkResults, RunResults
from looking_for.surrogates.course import SnapshotMeasures

N_SHOWN = 5
WRAP_AT = 16  # letters, beside a strip
CURVES_HEIGHT, STRIP_HEIGHT, MAX_PICTURE = 3.4, 1.95, 1.4  # inches high, the last at most
NAME_WIDTH, STRIP_WIDTH = 1.3, 9.9  # inches wide, beside a strip and with it
LINEAR_UPDATES = 5  # the axis is linear from 0 to here and logarithmic beyond
PANELS = {
    "accuracy": "Accuracy of the network",
    "agreement": "Agreement of its composed pictures",
    "explained": "Explained, balanced (dotted: linear fit)",
    "distance_from_init": "First layer's way, in its first lengths",
}


def draw_lead(run: RunResults) -> Figure:
    """Accuracy and agreement of the compared networks; under them one class's picture on the way."""
    shown = networks_with_strips(run)
    figure = Figure(figsize=(charts.WIDTH, CURVES_HEIGHT + STRIP_HEIGHT * len(shown)), layout="constrained")
    grid = GridSpec(1 + len(shown), 2, figure=figure, height_ratios=[CURVES_HEIGHT, *[STRIP_HEIGHT] * len(shown)])
    figure.get_layout_engine().set(h_pad=0.06)  # type: ignore[union-attr, call-arg]
    networks, shades = [n for n in run.compared if n.truth], _shades(run)
    for column, quantity in enumerate(("accuracy", "agreement")):
        axis = figure.add_subplot(grid[0, column])
        for network in networks:
            _curve(axis, network, quantity, shades[network.name])
        _frame(axis, PANELS[quantity], networks)
        axis.set_ylim(0, 1.03)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
    for row, network in enumerate(shown, start=1):
        _strip(figure, grid[row, :], network, run, shades[network.name])
    return figure


def draw_all_networks(run: RunResults) -> Figure:
    """Four quantities of every network that has snapshots."""
    figure, axes = charts.new_figure(8.4, 2, rows=2)
    networks, shades = [n for n in run.networks if n.truth], _shades(run)
    for axis, (quantity, title) in zip(axes, PANELS.items(), strict=True):
        for network in networks:
            _curve(axis, network, quantity, shades[network.name])
            if quantity == "explained":
                _curve(axis, network, "linear_fit", shades[network.name], "dotted")
        _frame(axis, title, networks)
        if quantity == "distance_from_init" and any(m.distance_from_init for n in networks for m in n.truth):
            axis.set_yscale("log", nonpositive="mask")
            axis.yaxis.set_major_formatter("{x:g}")
        else:
            axis.set_ylim(0, 1.03)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=min(8, len(labels)), frameon=False)
    return figure


def networks_with_strips(run: RunResults) -> list[NetworkResults]:
    """The first and last compared networks that have hidden layers and snapshots."""
    able = [n for n in run.compared if n.truth and not n.is_flat]
    return able if len(able) < 2 else [able[0], able[-1]]


def class_shown(classes: Sequence[str]) -> int:
    """The class whose picture is shown on the way: a third along the list, a 3 of the digits."""
    return len(classes) // 3


def snapshots_shown(truth: Sequence[SnapshotMeasures]) -> list[int]:
    """The places of at most five moments after the start, evenly spaced, the last among them."""
    return sorted({int(place) for place in np.linspace(min(1, len(truth) - 1), len(truth) - 1, N_SHOWN).round()})


def _shades(run: RunResults) -> dict[str, str]:
    names = [[n.name for n in some] for some in (run.networks, run.compared, run.controls)]
    return charts.assign_colours(*names)


def _curve(axis: Axes, network: NetworkResults, quantity: str, colour: str, style: str = "") -> None:
    values: list[Any] = [getattr(snapshot, quantity) for snapshot in network.truth]
    line = style or ("dashed" if network.is_control else "solid")
    updates = [snapshot.updates for snapshot in network.truth]
    marker = "" if style else charts.choose_marker(network.name)
    axis.plot(updates, values, marker=marker, ls=line, color=colour, label=None if style else network.name)


def _frame(axis: Axes, title: str, networks: Sequence[NetworkResults]) -> None:
    last = max(snapshot.updates for network in networks for snapshot in network.truth)
    axis.set_xscale("symlog", linthresh=LINEAR_UPDATES, linscale=0.4)
    ticks = [0, *(LINEAR_UPDATES * 4**n for n in range(12) if LINEAR_UPDATES * 4**n <= max(last, LINEAR_UPDATES))]
    axis.xaxis.set_major_locator(FixedLocator(ticks))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xticklabels([f"{tick:,}" for tick in ticks])
    axis.set_xlim(-0.4, max(last, LINEAR_UPDATES) * 1.25)
    axis.set_xlabel("updates of the weights", labelpad=1)
    axis.set_title(title, loc="left")
    axis.grid(visible=True, color="#e4e4e4")
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)


def _strip(figure: Figure, place: Any, network: NetworkResults, run: RunResults, colour: str) -> None:
    """One class's picture at several moments, each on its own scale, with its network's name before.

    One set of axes for all, in inches: one for each picture is that many more to lay out.
    """
    planes = Planes.choose(run.images.shape, network.pictures.output_pictures)
    shown, k, (height, width) = snapshots_shown(network.truth), class_shown(run.classes), planes.shape
    axis, step = figure.add_subplot(place), (STRIP_WIDTH - NAME_WIDTH) / N_SHOWN
    never, scale = network.pictures.never_inked, min(MAX_PICTURE / height, 0.9 * step / width)
    wide, tall = width * scale, height * scale
    words = f"{network.name},\n{textwrap.fill(f'composed {run.classes[k]}', WRAP_AT)}"
    axis.text(NAME_WIDTH, tall / 2, words, ha="right", va="center", color=colour, weight="bold", fontsize=12,
              parse_math=False)  # fmt: skip
    for column, snapshot in enumerate(shown):
        weights = network.pictures.output_pictures[snapshot]
        levels = palette.signed_levels(weights, never, palette.half_range(weights, never))[k]
        middle, at = NAME_WIDTH + (column + 0.5) * step, network.truth[snapshot]
        sides = (middle - wide / 2, middle + wide / 2, 0, tall)
        axis.imshow(palette.build_palette()[planes.tile(levels)[0]], interpolation="nearest", extent=sides)
        caption = f"{format_count(at.updates, 'update')}: {format_percent(at.agreement, 0)}"
        axis.text(middle, tall + 0.04, caption, ha="center", va="bottom", fontsize=10)
    axis.set(xlim=(0, STRIP_WIDTH), ylim=(0, tall))
    axis.set_axis_off()
