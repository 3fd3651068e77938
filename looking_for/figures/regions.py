"""Who inks the regions that the article speaks of: training images of each class, with a map of the place."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from looking_for.core.text import format_count
from looking_for.figures import charts
from looking_for.results.structure import NAMED

SHOWN = {
    "bottom_rows": "the bottom {rows} rows",
    "bottom_left": "the bottom left {rows}×{columns} corner",
    "bottom_right": "the bottom right {rows}×{columns} corner",
}
STRONG, QUIET = "#d55e00", "#8c8c8c"  # of the digits that the article names, and of others
MAP = (0.05, 0.6, 0.34, 0.36)  # where a panel's map is: left, bottom, width and height, of the panel


def draw_regions(counts: Mapping[str, Any], shape: tuple[int, int]) -> Figure:
    """Draw a panel per region: which share of the images that ink it is of each class, all on one scale."""
    figure, axes = charts.new_figure(3.9, len(SHOWN))
    shares = {region: share_named(counts[region]["by_class"]) for region in SHOWN}
    holds = shares["bottom_rows"] > 0.5 > max(shares["bottom_left"], shares["bottom_right"])
    finding = "7 and 9 have the bottom edge nearly to themselves, larger corners not"
    charts.write_title(figure, finding if holds else "Who inks which region", 15)
    for axis, region in zip(axes, SHOWN, strict=True):
        by_class = counts[region]["by_class"]
        total = max(1, sum(by_class.values()))
        colours = [STRONG if name in NAMED else QUIET for name in by_class]
        axis.bar(list(by_class), [100 * n / total for n in by_class.values()], color=colours)
        words, images = name_region(region, counts), format_count(counts[region]["images"], "image")
        axis.set_title(f"{words}:\n{images}", loc="left", fontsize=11)
        axis.set_ylim(0, 100)
        axis.set_xlabel("digit in the image", labelpad=1)
        axis.grid(axis="x", visible=False)
        _draw_map(axis, counts[region], shape)
    axes[0].set_ylabel("% of the images that ink it")
    return figure


def name_region(region: str, counts: Mapping[str, Any]) -> str:
    """Name one of SHOWN, with its size in pixels."""
    rows, columns = (last - first + 1 for first, last in (counts[region]["rows"], counts[region]["columns"]))
    return SHOWN[region].format(rows=rows, columns=columns)


def share_named(counts: Mapping[str, int]) -> float:
    """Give the share of a region's images that are of the digits that the article names."""
    return sum(counts[name] for name in NAMED) / max(1, sum(counts.values()))


def _draw_map(axis: Axes, region: Mapping[str, Any], shape: tuple[int, int]) -> None:
    """The place of the region in an image."""
    (top, bottom), (left, right) = region["rows"], region["columns"]
    small = axis.inset_axes(MAP)
    small.imshow(np.ones(shape), cmap="gray", vmin=0, vmax=1)
    small.add_patch(Rectangle((left - 0.5, top - 0.5), right - left + 1, bottom - top + 1, color=STRONG))
    small.set(xticks=[], yticks=[])
