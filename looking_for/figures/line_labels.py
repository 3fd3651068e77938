"""Names at the ends of lines, in the margin beside a panel: moved apart until none covers another."""

import itertools
import textwrap
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from looking_for.figures.charts import POINTS

LEADING = 1.25  # from line to line, of the letters
HIGHEST = 1.0  # of a panel: its title is higher
AXIS_SHARE = 0.72  # of a panel: the rest are its title and its numbers


class LineEnd(NamedTuple):
    """Where a line ends, its name and its colour."""

    x: float
    y: float
    words: str
    colour: str


def label_ends(axis: Axes, ends: Sequence[LineEnd], height: float, letters: float, wrap_at: int) -> None:
    """Write each line's name beside the axis, joined to its end.

    Parameters
    ----------
    axis : Axes
        With its scales and limits.
    ends : sequence of LineEnd
    height : float
        Of the panel, in inches.
    letters : float
        Their size, in points.
    wrap_at : int
        How many letters a line of a name may have.
    """
    to_axes, (bottom, top) = axis.transScale + axis.transLimits, axis.get_ylim()
    seen = [end._replace(y=min(max(end.y, bottom), top)) for end in ends]  # or else its name is at the edge
    starts = [float(to_axes.transform((end.x, end.y))[1]) for end in seen]
    texts = [textwrap.fill(end.words, wrap_at) for end in ends]
    needed = [letters * LEADING * (1 + text.count("\n")) / POINTS / (AXIS_SHARE * height) for text in texts]
    for end, text, place in zip(seen, texts, spread_heights(starts, needed), strict=True):
        arrow = {"arrowstyle": "-", "color": "#cfcfcf", "lw": 0.6, "relpos": (0, 0.5)}
        style = {"va": "center", "color": end.colour, "weight": "bold", "fontsize": letters, "parse_math": False}
        axis.annotate(text, (end.x, end.y), (1.03, place), textcoords="axes fraction", arrowprops=arrow,
                      annotation_clip=False, **style)  # fmt: skip


def spread_heights(values: Sequence[float], needed: Sequence[float]) -> list[float]:
    """Move labels apart until none covers another or reaches beyond HIGHEST, in the order of the values; each needs a
    height of its own.

    Examples
    --------
    >>> spread_heights([0.50, 0.51, 0.9], [0.09, 0.09, 0.09])
    [0.46, 0.55, 0.9]
    """
    order = np.argsort(values, kind="stable")
    heights = np.array(values, float)
    for _ in range(100):
        for low, high in itertools.pairwise(order):
            missing = (needed[low] + needed[high]) / 2 - (heights[high] - heights[low])
            if missing > 1e-9:
                heights[low] -= missing / 2
                heights[high] += missing / 2
    ceiling = HIGHEST
    for label in order[::-1]:
        heights[label] = min(heights[label], ceiling - needed[label] / 2)
        ceiling = heights[label] - needed[label] / 2
    return [round(float(height), 4) for height in heights]
