"""The truth along the training: curves against updates of the weights."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from looking_for.core.text import count_per_hundred
from looking_for.figures import charts
from looking_for.results.run import NetworkResults, RunResults
from looking_for.results.verdicts import NEARLY, Status, trace_course

CURVES_HEIGHT = 4.4  # inches
LABEL_HEIGHT = 8.0  # of a label at the end of a line, in hundredths of the axis
LINEAR_UPDATES = 5  # the axis is linear from 0 to here and logarithmic beyond
PANELS = {
    "accuracy": "Accuracy of the network",
    "agreement": "Same answer by its pictures",
    "explained": "Share of scores explained (dotted: best linear fit)",
    "distance_from_init": "Relative distance of layer 1 from its start",
}


def draw_course(run: RunResults) -> Figure:
    """Agreement of the compared networks against updates, each line labelled at its end; accuracy thin beside it."""
    figure, (axis,) = charts.new_figure(CURVES_HEIGHT)
    networks, shades = [n for n in run.compared if n.truth], _shades(run)
    ends = []
    for network in networks:
        moments, colour = [s.updates for s in network.truth], shades[network.name]
        axis.plot(moments, [100 * s.accuracy for s in network.truth], color=colour, lw=1, alpha=0.45, ls="dotted")
        _curve(axis, network, "agreement", colour, percent=True)
        end = network.truth[-1]
        words = f"{network.label}: {count_per_hundred(end.agreement)}"
        ends.append((100 * end.agreement, end.updates, words, colour))
    _frame(axis, "", networks)
    figure.suptitle(write_course_title(run), x=0.01, ha="left", weight="bold", fontsize=15)
    last = max(updates for _, updates, *_ in ends)
    for (value, updates, words, colour), height in zip(ends, spread_heights([end[0] for end in ends]), strict=True):
        arrow = {"arrowstyle": "-", "color": colour, "lw": 0.6, "alpha": 0.5}
        axis.annotate(words, (updates, value), (last * 1.35, height), va="center", color=colour, weight="bold",
                      fontsize=11, arrowprops=arrow, annotation_clip=False, parse_math=False)  # fmt: skip
    axis.axhline(100 * NEARLY, color="#8c8c8c", lw=0.8)
    axis.text(0, 100 * NEARLY + 1, "nearly the network", fontsize=9, color="#5f5f5f", va="bottom")
    axis.set_ylim(0, 103)
    axis.set_xlim(-0.4, last * 1.25)
    axis.set_ylabel("same answer, of 100 test images")
    axis.text(last * 1.35, 4, "dotted: network right", fontsize=9, color="#5f5f5f", va="center")
    return figure


def write_course_title(run: RunResults) -> str:
    """The finding, as far as this run shows it."""
    courses = [c for n in run.compared if (c := trace_course(n, len(run.images.x_test)))]
    statuses = {course.status for course in courses}
    if Status.OUTGREW in statuses:
        return "At first the pictures answer as the network does. Then some networks leave them."
    return "How often the pictures give the network's answer"


def spread_heights(values: Sequence[float]) -> list[float]:
    """Move the heights of labels apart until none covers another, in the order of the values.

    Examples
    --------
    >>> spread_heights([50.0, 51.0, 90.0])
    [46.5, 54.5, 90.0]
    """
    order = np.argsort(values, kind="stable")
    heights = np.array(values, float)
    for _ in range(100):
        for low, high in itertools.pairwise(order):
            missing = LABEL_HEIGHT - (heights[high] - heights[low])
            if missing > 1e-9:
                heights[low] -= missing / 2
                heights[high] += missing / 2
    return [round(float(height), 2) for height in heights]


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
    figure.legend(handles, labels, loc="outside upper center", ncols=min(3, len(labels)), frameon=False)
    return figure


def class_shown(classes: Sequence[str]) -> int:
    """The class whose picture is shown on the way: a third along the list, a 3 of the digits."""
    return len(classes) // 3


def _shades(run: RunResults) -> dict[str, str]:
    names = [[n.name for n in some] for some in (run.networks, run.compared, run.controls)]
    return charts.assign_colours(*names)


def _curve(
    axis: Axes, network: NetworkResults, quantity: str, colour: str, style: str = "", *, percent: bool = False
) -> None:
    values: list[Any] = [(100 if percent else 1) * getattr(snapshot, quantity) for snapshot in network.truth]
    line = style or ("dashed" if network.is_control else "solid")
    updates = [snapshot.updates for snapshot in network.truth]
    marker = "" if style else charts.choose_marker(network.name)
    axis.plot(updates, values, marker=marker, ls=line, color=colour, label=None if style else network.label)


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
