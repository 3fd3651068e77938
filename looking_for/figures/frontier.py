"""What a penalty for leaving the picture buys, against accuracy: a point per recipe, for each study's images."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from looking_for.figures import charts
from looking_for.networks.recipe import Recipe

PENALISED, OTHER = "#d55e00", "#5f5f5f"
MEASURES = {"agreement": "Same answer by the pictures", "explained_change": "Share explained under change"}
HEIGHT = 4.6  # inches, for each study
TOP = 1.13  # of a panel, so that there is room for names above a share of 1
NAME_SIZE = 9  # points
LETTER, LINE = 0.0165, 0.05  # a letter's width and a name's height, as shares of a panel
BESIDE = (0.012, 0.008)  # how far from its point a name begins, likewise
LEVEL, MARK = 0.045, 0.012  # how near to a name no other point may be level with it; half a mark's height, likewise
SIDES = ((1, 1), (-1, -1), (1, -1), (-1, 1))  # of a point, right or left and above or below, where a name may stand
LEGEND = {  # colour and marker
    (PENALISED, "s"): "penalty, of one shape", (PENALISED, "o"): "penalty, other shapes",
    (OTHER, "s"): "no penalty, of that shape", (OTHER, "o"): "other recipes",
}  # fmt: skip

Box = tuple[float, float, float, float]  # left, bottom, right, top


class Range(NamedTuple):
    """A metric over seeds."""

    median: float
    low: float
    high: float


class Point(NamedTuple):
    """A recipe: its penalty, whether it is on the line through the penalties, and its metrics."""

    name: str
    penalty: float
    is_on_line: bool
    metrics: Mapping[str, Range]


def draw_frontier(studies: Mapping[str, Mapping[str, Any]], path: Path) -> None:
    """Draw a row per study, from its summary by data set as `summarise_seeds` gives it, and a column per measure."""
    figure, axes = charts.new_figure(HEIGHT * len(studies), len(MEASURES), rows=len(studies))
    drawn: set[tuple[str, str]] = set()
    for row, (dataset, summary) in enumerate(studies.items()):
        points = [_point_of_pictures(summary["label_pictures"]), *collect_points(summary["recipes"])]
        drawn |= {_look(point) for point in points}
        for column, (metric, title) in enumerate(MEASURES.items()):
            axis = axes[row * len(MEASURES) + column]
            _draw_panel(axis, [p for p in points if metric in p.metrics], metric)
            axis.set_title(f"{title}: {dataset}", loc="left", fontsize=11)
            axis.set_xlabel("accuracy", labelpad=1)
    handles = [
        Line2D([], [], color=look[0], marker=look[1], ls="", label=words)
        for look, words in LEGEND.items()
        if look in drawn
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(LEGEND), frameon=False, fontsize=10)
    charts.write_title(figure, "A penalty lets a network keep its picture")
    charts.save_chart(figure, path)


def collect_points(recipes: Sequence[Mapping[str, Any]]) -> list[Point]:
    """Take the recipes that saw most images and learned their classes; those on the line come first, by penalty."""
    entries = [(entry["name"], Recipe(**entry["recipe"]), entry["metrics"]) for entry in recipes]
    most = max(recipe.samples for _, recipe, _ in entries)
    trained = [(n, r, m) for n, r, m in entries if r.samples == most and not r.is_control]
    line = find_line([recipe for _, recipe, _ in trained])
    points = [
        Point(name, recipe.keep_picture, recipe.without("keep_picture", "seed") == line, _take_ranges(metrics))
        for name, recipe, metrics in trained
    ]
    return sorted(points, key=lambda point: (not point.is_on_line, point.penalty))


def _point_of_pictures(trained: Mapping[str, Any]) -> Point:
    """Networks that are several pictures per class: what these give is theirs by definition, under change as well."""
    always = dict.fromkeys(MEASURES, Range(1, 1, 1))
    accuracy = _take_ranges({"accuracy": trained["accuracy"]})
    return Point(f"{trained['per_class']} per class", 0, False, accuracy | always)


def find_line(recipes: Sequence[Recipe]) -> dict[str, Any] | None:
    """Find what the recipes on the line have in common: of those that pay, the commonest but for the penalty."""
    paying = [recipe.without("keep_picture", "seed") for recipe in recipes if recipe.keep_picture]
    grouped = [list(some) for _, some in groupby(sorted(paying, key=str), key=str)]
    return max(grouped, key=len)[0] if grouped else None


def _take_ranges(metrics: Mapping[str, Mapping[str, float | None]]) -> dict[str, Range]:
    names = ("accuracy", *MEASURES)
    known = {n: metrics[n] for n in names if n in metrics and metrics[n]["median"] is not None}
    return {n: Range(*(float(of[end] or 0.0) for end in Range._fields)) for n, of in known.items()}


def _draw_panel(axis: Axes, points: Sequence[Point], metric: str) -> None:
    """A mark per recipe with its ranges over seeds, the line, and names where there is room for them."""
    line = [(p.metrics["accuracy"].median, p.metrics[metric].median) for p in points if p.is_on_line]
    if line:
        axis.plot(*zip(*line, strict=True), color=PENALISED, lw=1.2, zorder=1)
    for point in points:
        x, y, (colour, marker) = point.metrics["accuracy"], point.metrics[metric], _look(point)
        axis.plot([x.low, x.high], [y.median] * 2, color=colour, lw=0.7, zorder=2)
        axis.plot([x.median] * 2, [y.low, y.high], color=colour, lw=0.7, zorder=2)
        axis.plot(x.median, y.median, color=colour, marker=marker, ms=5, zorder=3)
    axis.margins(x=0.12)
    axis.set_ylim(top=TOP)
    axis.set_yticks([tick for tick in axis.get_yticks() if axis.get_ylim()[0] <= tick <= 1 + 1e-9])
    _name_points(axis, points, metric)


def _look(point: Point) -> tuple[str, str]:
    """A point's colour and marker."""
    return PENALISED if point.penalty else OTHER, "s" if point.is_on_line else "o"


def _name_points(axis: Axes, points: Sequence[Point], metric: str) -> None:
    """Write names beside points, those on the line first."""
    to_axes = axis.transScale + axis.transLimits
    medians = [(p.metrics["accuracy"].median, p.metrics[metric].median) for p in points]
    places = [(float(x), float(y)) for x, y in to_axes.transform(medians)]
    names = [f"{point.penalty:g}" if point.is_on_line else point.name for point in points]
    for point, words, box in zip(points, names, place_names(places, [len(words) for words in names]), strict=True):
        if box:
            halo = [withStroke(linewidth=2, foreground="white")]
            axis.text(box[0], (box[1] + box[3]) / 2, words, transform=axis.transAxes, va="center",
                      fontsize=NAME_SIZE, color=_look(point)[0], path_effects=halo)  # fmt: skip


def place_names(places: Sequence[tuple[float, float]], letters: Sequence[int]) -> list[Box | None]:
    """Find room for the names of points, in shares of a panel, the first come first; None where there is none.

    Beside a name no other point is level with it: it would seem to be that one's.
    """
    names: list[Box | None] = []
    for n, ((x, y), length) in enumerate(zip(places, letters, strict=True)):
        others = [(a - LEVEL, b - MARK, a + LEVEL, b + MARK) for m, (a, b) in enumerate(places) if m != n]
        taken = [*others, *(name for name in names if name)]
        names.append(next((box for side in SIDES if is_free(box := box_beside(x, y, length, side), taken)), None))
    return names


def box_beside(x: float, y: float, letters: int, side: tuple[int, int]) -> Box:
    """Give the room that a name needs at one side of a point, in shares of a panel."""
    across, up = side
    left = x + BESIDE[0] if across > 0 else x - BESIDE[0] - LETTER * letters
    bottom = y + BESIDE[1] if up > 0 else y - BESIDE[1] - LINE
    return left, bottom, left + LETTER * letters, bottom + LINE


def is_free(box: Box, taken: Sequence[Box]) -> bool:
    """Whether a box lies inside the panel and on none that is taken."""
    left, bottom, right, top = box
    is_inside = left >= 0 and right <= 1 and bottom >= 0 and top <= 1
    return is_inside and all(left >= r or right <= le or bottom >= t or top <= b for le, b, r, t in taken)
