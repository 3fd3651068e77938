"""How many pictures it takes: the share of the scores explained, against the number of pictures in total."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from looking_for.core.tables import Interval
from looking_for.figures import charts
from looking_for.figures.ladder import network_measured
from looking_for.figures.line_labels import LineEnd, label_ends
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults
from looking_for.surrogates.ladder import Rung

HEIGHT = 4.6  # inches


class Line(NamedTuple):
    """A kind of surrogate: its words, its colour and marker, its numbers of pictures and what each explains."""

    words: str
    colour: str
    marker: str
    points: Sequence[tuple[int, Interval]]


def draw_picture_count(run: RunResults) -> Figure:
    """Draw a line per kind, of one network, each named at its end."""
    network = network_measured(run)
    lines = collect_lines(network, len(run.classes))
    figure, (axis,) = charts.new_figure(HEIGHT)
    for line in lines:
        _draw(axis, line)
    _frame(axis, lines, len(run.classes))
    ends = [(line.points[-1], line) for line in lines if line.points[-1][1].value is not None]
    label_ends(axis, [LineEnd(n, i.value or 0.0, line.words, line.colour) for (n, i), line in ends], HEIGHT, 10, 36)
    axis.set_ylabel("share of scores explained")
    axis.set_xlabel("pictures in total; of cluster means, clusters", labelpad=1)
    charts.write_title(figure, f"More pictures explain more of the scores ({network.label})", 14)
    return figure


def collect_lines(network: NetworkResults, classes: int) -> list[Line]:
    """Collect every kind of surrogate of a network that has pictures, and the baseline that has none."""
    ladder = {rung.name: rung.explained for rung in network.ladder}

    def points_of_rung(kind: str) -> list[tuple[int, Interval]]:
        rungs = [rung for rung in network.ladder if rung.name.startswith(f"{kind}.")]
        return sorted(((_count(network, rung, classes), rung.explained) for rung in rungs), key=lambda point: point[0])

    def points_of_family(kind: str) -> list[tuple[int, Interval]]:
        rows = [row for row in network.ablations if row.name.startswith(f"{kind}.")]
        return sorted(((row.pictures, row.explained) for row in rows), key=lambda point: point[0])

    kinds = [
        Line("composed, balanced", "#000000", "s", [(classes, ladder["composed_balanced"])]),
        Line("best linear fit", "#5f5f5f", "D", [(classes, ladder["linear_fit"])]),
        Line("fitted pictures", "#8c3b00", "o", [(classes, ladder["linear_fit"]), *points_of_rung("fitted")]),
        Line("exact maps of the nearest cluster", "#274b7a", "^", points_of_rung("exact_maps")),
        Line("cluster means, no picture", "#8c8c8c", "x", points_of_rung("cluster_means")),
        Line("pictures fitted to labels", "#8a6d8f", "v", points_of_family("labels")),
        Line("a linear map and shared strokes", "#2f7d6b", "P", points_of_family("strokes")),
        Line("a linear map and shared squares", "#7d6a00", "X", points_of_family("squares")),
        Line("fitted under a soft maximum", "#000000", "*", points_of_family("soft")),
    ]
    return [line for line in kinds if line.points]


def _count(network: NetworkResults, rung: Rung, classes: int) -> int:
    """Count a rung's pictures, or the clusters of one that has none: of its constants a cluster has one per class."""
    kind, _, number = rung.name.partition(".")
    if kind == "fitted":
        return len(network.pictures.fitted[int(number)].classes)
    return rung.constants if kind == "exact_maps" else rung.constants // classes


def _draw(axis: Axes, line: Line) -> None:
    known = [(n, interval) for n, interval in line.points if interval.value is not None]
    numbers, intervals = [n for n, _ in known], [i for _, i in known]
    low, value, high = ([getattr(i, end) for i in intervals] for end in ("low", "value", "high"))
    style = "dotted" if line.marker == "x" else "solid"
    axis.plot(numbers, value, ls=style, color=line.colour, marker=line.marker)
    if len(known) > 1:
        axis.fill_between(numbers, low, high, color=line.colour, alpha=0.15, lw=0)


def _frame(axis: Axes, lines: Sequence[Line], classes: int) -> None:
    ticks = sorted({n for line in lines for n, _ in line.points if n % classes == 0})
    axis.set_xscale("log")
    charts.set_ticks(axis, ticks)
    axis.set_xlim(ticks[0] * 0.8, ticks[-1] * 1.25)
    axis.set_ylim(0, 1.03)
