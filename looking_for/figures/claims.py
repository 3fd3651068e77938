"""Who inks the regions that the article speaks of: training images of each class."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import StrMethodFormatter

from looking_for.figures import charts
from looking_for.results.text import count

COLUMNS = 4


def draw(found: Mapping[str, Any]) -> Figure:
    """A panel a region, each on a scale of its own, from 0."""
    made, axes = charts.figure(5.6, COLUMNS, rows=-(-len(found) // COLUMNS))
    for spare in axes[len(found) :]:
        spare.set_axis_off()
    words = region_words(found)
    for axis, (region, counts) in zip(axes, found.items(), strict=False):
        axis.bar(list(counts["by_class"]), list(counts["by_class"].values()), color="#555555")
        axis.set_title(f"{words[region]}\n{count(counts['images'], 'image')}", fontsize=10, loc="left")
        axis.tick_params(labelsize=9)
        axis.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axis.grid(axis="x", visible=False)
    for axis in axes[::COLUMNS]:
        axis.set_ylabel("images that ink it")
    return made


def region_words(claims: Mapping[str, Any]) -> dict[str, str]:
    """Each region's name with its place, as in "bottom rows 26–27" or "bottom left 7×7"."""
    words = {}
    for name, found in claims.items():
        (top, bottom), (left, right) = found["rows"], found["columns"]
        rows = f"{top}–{bottom}" if bottom > top else f"{top}"
        place = f"{bottom - top + 1}×{right - left + 1}" if name.endswith(("left", "right")) else rows
        words[name] = f"{name.replace('_', ' ')} {place}"
    return words
