"""The frame of every chart: one width, one style, small files, and a colour for each network."""

import colorsys
import zlib
from collections.abc import Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FixedLocator, NullLocator
from PIL import Image

from looking_for.core.files import atomic_write

DPI = 200
WIDTH = 10.4  # inches: 2,080 pixels, as wide as the contact sheets
PALETTE = 128
MARGINS = (0.012, 0.015, 0.976, 0.96)  # left, bottom, width and height of what is drawn, of the page
STYLE = {
    "font.size": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "legend.frameon": False,
    "lines.linewidth": 2,
    "lines.markersize": 5,
}
# Okabe and Ito's, yellow and light blue darker: a line of less than 3:1 on white is not seen.
COMPARED = ("#0072b2", "#7a3e9d", "#00795a", "#d55e00", "#b3528f", "#3f7f9f", "#000000")
CONTROL = "#8c8c8c"
MARKERS = "os^Dv"
LINEAR_UPDATES = 5  # an axis of updates is linear from 0 to here and logarithmic beyond
TITLE = 13  # points
TITLE_ABOVE, TITLE_BELOW = 0.13, 0.16  # inches above and below a figure's title
POINTS = 72  # in an inch


def use_default_style() -> None:
    """Forget a person's matplotlibrc: figures are the same bytes for everybody."""
    matplotlib.rcdefaults()


def new_figure(height: float, columns: int = 1, rows: int = 1) -> tuple[Figure, Sequence[Axes]]:
    """Make a figure as wide as every other, with its axes row by row."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height), layout=ConstrainedLayoutEngine(rect=MARGINS))
        axes = figure.subplots(rows, columns, squeeze=False)
    return figure, list(axes.flat)


def save_chart(figure: Figure, path: Path) -> None:
    """Write a palette PNG: small, without a program's name or a date."""
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(DPI)
    with matplotlib.rc_context(STYLE):
        canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    with atomic_write(path) as temporary:
        image.quantize(PALETTE, dither=Image.Dither.NONE).save(temporary, format="PNG")


def write_title(figure: Figure, words: str, size: float = TITLE) -> None:
    """Write a figure's finding above it, at its left edge."""
    height = float(figure.get_figheight())
    below = 1 - (TITLE_ABOVE + size / POINTS + TITLE_BELOW) / height
    left, bottom, width, _ = MARGINS
    figure.set_layout_engine(ConstrainedLayoutEngine(rect=(left, bottom, width, below - bottom)))
    figure.text(0.01, 1 - TITLE_ABOVE / height, words, ha="left", va="top", weight="bold", fontsize=size)


def set_ticks(axis: Axes, ticks: Sequence[int]) -> None:
    """Give the horizontal axis these ticks and no others, each number written out."""
    axis.xaxis.set_major_locator(FixedLocator(ticks))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xticklabels([f"{tick:,}" for tick in ticks])


def scale_updates(axis: Axes, last: int) -> None:
    """Make the horizontal axis one of updates up to the last: 0 is on it, and what happens early has room."""
    last = max(last, LINEAR_UPDATES)
    axis.set_xscale("symlog", linthresh=LINEAR_UPDATES, linscale=0.4)
    set_ticks(axis, [0, *(tick for n in range(12) if (tick := LINEAR_UPDATES * 4**n) <= last)])
    axis.set_xlim(-0.4, last * 1.25)


def assign_colours(names: Sequence[str], compared: Sequence[str], controls: Sequence[str]) -> dict[str, str]:
    """Choose a colour for each network, the same in every chart and whatever other networks there are.

    Compared networks have the strong colours in the report's order, controls are grey, and every
    other one gets a muted colour from its name.
    """
    chosen = {name: _muted(name) for name in names}
    chosen |= dict(zip(compared, COMPARED * len(compared), strict=False))
    return chosen | {name: CONTROL for name in controls if name not in compared}


def choose_marker(name: str, compared: Sequence[str] = ()) -> str:
    """Choose a network's marker, a second way to distinguish lines: by its place among those compared, or its name."""
    if name in compared:
        return MARKERS[list(compared).index(name) % len(MARKERS)]
    return MARKERS[zlib.crc32(name.encode()) % len(MARKERS)]


def _muted(name: str) -> str:
    number = zlib.crc32(name.encode())
    hue, lightness = number % 360 / 360, 0.26 + 0.16 * (number // 360 % 4) / 3
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, 0.4)
    return f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"
