"""The truth along the training: curves against updates of the weights, and the pictures under them."""

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.ticker import FixedLocator, NullLocator

from looking_for.figures import charts, palette
from looking_for.results.run import Facts, Run
from looking_for.results.text import count, percent
from looking_for.surrogates.truth import Moment

SHOWN = 5
WRAPPED = 16  # letters, beside a strip
CURVES, STRIP, PICTURE = 3.4, 1.95, 1.4  # inches high, the last at most
NAMED, WIDE = 1.3, 9.9  # inches wide, beside a strip and with it
FIRST = 5  # the axis is linear from 0 to here and logarithmic beyond
PANELS = {
    "accuracy": "Accuracy of the network",
    "agreement": "Agreement of its composed pictures",
    "explained": "Explained, balanced (dotted: linear fit)",
    "travel": "First layer's way, in its first lengths",
}


def lead(run: Run) -> Figure:
    """Accuracy and agreement of the story's networks; under them one class's picture on the way."""
    shown = with_pictures(run)
    made = Figure(figsize=(charts.WIDTH, CURVES + STRIP * len(shown)), layout="constrained")
    grid = GridSpec(1 + len(shown), 2, figure=made, height_ratios=[CURVES, *[STRIP] * len(shown)])
    made.get_layout_engine().set(h_pad=0.06)  # type: ignore[union-attr, call-arg]
    networks, shades = [n for n in run.story if n.truth], _shades(run)
    for column, quantity in enumerate(("accuracy", "agreement")):
        axis = made.add_subplot(grid[0, column])
        for network in networks:
            _curve(axis, network, quantity, shades[network.name])
        _frame(axis, PANELS[quantity], networks)
        axis.set_ylim(0, 1.03)
    handles, labels = made.axes[0].get_legend_handles_labels()
    made.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
    for row, network in enumerate(shown, start=1):
        _strip(made, grid[row, :], network, run, shades[network.name])
    return made


def all_networks(run: Run) -> Figure:
    """Four quantities of every network that has snapshots."""
    made, axes = charts.figure(8.4, 2, rows=2)
    networks, shades = [n for n in run.networks if n.truth], _shades(run)
    for axis, (quantity, title) in zip(axes, PANELS.items(), strict=True):
        for network in networks:
            _curve(axis, network, quantity, shades[network.name])
            if quantity == "explained":
                _curve(axis, network, "linear_fit", shades[network.name], "dotted")
        _frame(axis, title, networks)
        if quantity == "travel" and any(m.travel for n in networks for m in n.truth):
            axis.set_yscale("log", nonpositive="mask")
            axis.yaxis.set_major_formatter("{x:g}")
        else:
            axis.set_ylim(0, 1.03)
    handles, labels = axes[0].get_legend_handles_labels()
    made.legend(handles, labels, loc="outside upper center", ncols=min(8, len(labels)), frameon=False)
    return made


def with_pictures(run: Run) -> list[Facts]:
    """The story's first and last networks that have hidden layers and snapshots."""
    able = [n for n in run.story if n.truth and not n.is_flat]
    return able if len(able) < 2 else [able[0], able[-1]]


def shown_class(classes: Sequence[str]) -> int:
    """The class whose picture is shown on the way: a third along the list, a 3 of the digits."""
    return len(classes) // 3


def moments_shown(truth: Sequence[Moment]) -> list[int]:
    """The places of at most five moments after the start, evenly spaced, the last among them."""
    return sorted(
        {int(place) for place in np.linspace(min(1, len(truth) - 1), len(truth) - 1, SHOWN).round()}
    )


def _shades(run: Run) -> dict[str, str]:
    names = [[n.name for n in some] for some in (run.networks, run.story, run.controls)]
    return charts.colours(*names)


def _curve(axis: Axes, network: Facts, quantity: str, colour: str, style: str = "") -> None:
    values: list[Any] = [getattr(moment, quantity) for moment in network.truth]
    line = style or ("dashed" if network.control else "solid")
    updates = [moment.updates for moment in network.truth]
    marker = "" if style else charts.marker(network.name)
    axis.plot(updates, values, marker=marker, ls=line, color=colour, label=None if style else network.name)


def _frame(axis: Axes, title: str, networks: Sequence[Facts]) -> None:
    last = max(moment.updates for network in networks for moment in network.truth)
    axis.set_xscale("symlog", linthresh=FIRST, linscale=0.4)
    ticks = [0, *(FIRST * 4**n for n in range(12) if FIRST * 4**n <= max(last, FIRST))]
    axis.xaxis.set_major_locator(FixedLocator(ticks))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xticklabels([f"{tick:,}" for tick in ticks])
    axis.set_xlim(-0.4, max(last, FIRST) * 1.25)
    axis.set_xlabel("updates of the weights", labelpad=1)
    axis.set_title(title, loc="left")
    axis.grid(visible=True, color="#e4e4e4")
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)


def _strip(made: Figure, place: Any, network: Facts, run: Run, colour: str) -> None:
    """One class's picture at several moments, each on its own scale, with its network's name before.

    One set of axes for all, in inches: one for each picture is that many more to lay out.
    """
    shown, k, (height, width) = moments_shown(network.truth), shown_class(run.classes), run.images.shape
    axis, step = made.add_subplot(place), (WIDE - NAMED) / SHOWN
    never, scale = network.pictures.never_inked, min(PICTURE / height, 0.9 * step / width)
    wide, tall = width * scale, height * scale
    words = f"{network.name},\n{textwrap.fill(f'composed {run.classes[k]}', WRAPPED)}"
    axis.text(NAMED, tall / 2, words, ha="right", va="center", color=colour, weight="bold", fontsize=12,
              parse_math=False)  # fmt: skip
    for column, moment in enumerate(shown):
        weights = network.pictures.along[moment]
        levels = palette.signed(weights, never, palette.half_range(weights, never))[k]
        middle, at = NAMED + (column + 0.5) * step, network.truth[moment]
        sides = (middle - wide / 2, middle + wide / 2, 0, tall)
        axis.imshow(palette.palette()[levels.reshape(height, width)], interpolation="nearest", extent=sides)
        said = f"{count(at.updates, 'update')}: {percent(at.agreement, 0)}"
        axis.text(middle, tall + 0.04, said, ha="center", va="bottom", fontsize=10)
    axis.set(xlim=(0, WIDE), ylim=(0, tall))
    axis.set_axis_off()
