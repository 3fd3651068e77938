"""What a penalty for leaving the picture buys, against accuracy: a point per recipe, for each study's images."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from looking_for.figures import charts
from looking_for.networks.recipe import Recipe

PENALISED, OTHER = "#d55e00", "#5f5f5f"
MEASURES = {"agreement": "Same answer by the pictures", "explained_change": "Share explained under change"}
MIN_NAMES_APART = (0.012, 0.045)  # of the points' names, along each axis
HEIGHT = 4.6  # inches, for each study


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


def draw_frontier(studies: Mapping[str, Sequence[Mapping[str, Any]]], path: Path) -> None:
    """Draw a row per study, from its recipes by data set as `list_recipes` gives them, and a column per measure."""
    figure, axes = charts.new_figure(HEIGHT * len(studies), len(MEASURES), rows=len(studies))
    for row, (dataset, recipes) in enumerate(studies.items()):
        points = collect_points(recipes)
        for column, (metric, title) in enumerate(MEASURES.items()):
            axis = axes[row * len(MEASURES) + column]
            _draw_panel(axis, [p for p in points if metric in p.metrics], metric)
            axis.set_title(f"{title}: {dataset}", loc="left", fontsize=11)
    for axis in axes[-len(MEASURES) :]:
        axis.set_xlabel("accuracy")
    words = "A penalty lets a network keep its picture (orange: from none to the largest; grey: other recipes)"
    charts.write_title(figure, words)
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
    """A cross per recipe, its ranges over seeds; the line; names where there is room for them."""
    line = [(p.metrics["accuracy"].median, p.metrics[metric].median) for p in points if p.is_on_line]
    if line:
        axis.plot(*zip(*line, strict=True), color=PENALISED, lw=1.2, zorder=1)
    named: list[tuple[float, float]] = []
    for point in points:
        x, y = point.metrics["accuracy"], point.metrics[metric]
        colour = PENALISED if point.penalty else OTHER
        axis.plot([x.low, x.high], [y.median] * 2, color=colour, lw=0.8, alpha=0.6, zorder=2)
        axis.plot([x.median] * 2, [y.low, y.high], color=colour, lw=0.8, alpha=0.6, zorder=2)
        axis.plot(x.median, y.median, color=colour, marker="s" if point.is_on_line else "o", ms=5, zorder=3)
        if y.median < 0 or any(is_crowded((x.median, y.median), other) for other in named):
            continue
        words = f"{point.penalty:g}" if point.is_on_line else point.name
        place, side = ((5, 3), "left") if point.is_on_line or not point.penalty else ((-6, -10), "right")
        axis.annotate(words, (x.median, y.median), place, textcoords="offset points", fontsize=8, color=colour, ha=side)
        named.append((x.median, y.median))
    axis.set_ylim(bottom=max(axis.get_ylim()[0], -0.05), top=1.03)
    axis.margins(x=0.12)


def is_crowded(place: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two points' names would lie on each other."""
    return abs(place[0] - other[0]) < MIN_NAMES_APART[0] and abs(place[1] - other[1]) < MIN_NAMES_APART[1]
