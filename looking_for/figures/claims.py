"""Who inks the regions that the article speaks of: training images of each class."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from looking_for.core.text import format_count
from looking_for.figures import charts

COLUMNS = 4


def draw_claims(claims: Mapping[str, Any]) -> Figure:
    """Draw a panel per region, each on a scale of its own, from 0."""
    figure, axes = charts.new_figure(5.6, COLUMNS, rows=-(-len(claims) // COLUMNS))
    for spare in axes[len(claims) :]:
        spare.set_axis_off()
    words = describe_regions(claims)
    for axis, (region, counts) in zip(axes, claims.items(), strict=False):
        axis.bar(list(counts["by_class"]), list(counts["by_class"].values()), color="#555555")
        axis.set_title(f"{words[region]}\n{format_count(counts['images'], 'image')}", fontsize=10, loc="left")
        axis.tick_params(labelsize=9)
        axis.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axis.grid(axis="x", visible=False)
    for axis in axes[::COLUMNS]:
        axis.set_ylabel("images that ink it")
    return figure


def describe_regions(claims: Mapping[str, Any]) -> dict[str, str]:
    """Give each region's name with its place, as in "bottom rows 26–27" or "bottom left 7×7"."""
    words = {}
    for name, region in claims.items():
        (top, bottom), (left, right) = region["rows"], region["columns"]
        rows = f"{top}–{bottom}" if bottom > top else f"{top}"
        place = f"{bottom - top + 1}×{right - left + 1}" if name.endswith(("left", "right")) else rows
        words[name] = f"{name.replace('_', ' ')} {place}"
    return words
