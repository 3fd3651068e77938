"""The study's charts: medians over seeds as lines, the range over seeds as a band."""

from collections.abc import Callable, Sequence
from itertools import pairwise, product
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from looking_for.figures import charts
from looking_for.figures.ladder import TITLES
from looking_for.figures.line_labels import LineEnd, label_ends
from looking_for.results.recipes import RecipeResults
from looking_for.results.seed_summary import SeedReplicates
from looking_for.results.study import StudyResults
from looking_for.surrogates.course import SnapshotMeasures
from looking_for.surrogates.surrogate import rung_name

FOLDER = Path("reports/figures")
DISTANCE_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
DARKEST, LIGHTEST = 0.0, 0.64  # ends of the scale of colours: beyond, a line on white has less contrast than 3:1
ROW_HEIGHT = 3.7  # inches
LETTERS, WRAP_AT = 10, 18  # points, and letters in a line, of names at the ends of lines
PANELS: dict[str, Callable[[SnapshotMeasures], float]] = {
    "Same answers": lambda snapshot: snapshot.agreement,
    "Scores explained, balanced": lambda snapshot: snapshot.explained,
}


def draw_study(study: StudyResults, replicates: dict[str, SeedReplicates]) -> None:
    """Along the training, against travel, and the ladder by sample count: a row of panels for each shape."""
    shapes = [study.of_shape(shape) for shape in study.settings.shapes]
    draw_along(shapes, FOLDER / "along.png")
    draw_by_travel(shapes, FOLDER / "travel.png")
    draw_by_samples(study, shapes, replicates, FOLDER / "ladder.png")


def draw_along(shapes: Sequence[Sequence[RecipeResults]], path: Path) -> None:
    """Both measures against updates of the weights, a colour for each sample count."""
    figure, panels = _new_panels(shapes, list(PANELS))
    for axis, recipes, title in panels:
        value = PANELS[title]
        for recipe, colour in zip(recipes, assign_shades(len(recipes)), strict=True):
            updates = [snapshot.updates for snapshot in recipe.networks[0].truth]
            _band(axis, updates, [[value(m) for m in r.truth] for r in recipe.networks], colour)
        charts.scale_updates(axis, max(m.updates for recipe in recipes for m in recipe.networks[0].truth))
        _frame(axis, "steps of learning")
        _label_samples(axis, recipes, "updates", value)
    title = "With more images, the pictures give fewer of the network's answers in the end"
    _finish(figure, title if is_falling(shapes, "agreement") else "How true pictures are along the training", path)


def draw_by_travel(shapes: Sequence[Sequence[RecipeResults]], path: Path) -> None:
    """The same against how far the first layer has moved: a line for each network."""
    figure, panels = _new_panels(shapes, list(PANELS))
    for axis, recipes, title in panels:
        for recipe, colour in zip(recipes, assign_shades(len(recipes)), strict=True):
            for result in recipe.networks:
                distances = [m.distance_from_init for m in result.truth[1:]]
                values = [PANELS[title](m) for m in result.truth[1:]]
                axis.plot(distances, values, color=colour, lw=1.3)
        axis.set_xscale("log")
        _frame(axis, "relative distance of layer 1 from its start")
        axis.xaxis.set_major_locator(FixedLocator(DISTANCE_TICKS))
        axis.xaxis.set_minor_locator(NullLocator())
        axis.xaxis.set_major_formatter("{x:g}")
        _label_samples(axis, recipes, "distance_from_init", PANELS[title])
    _finish(figure, "How true pictures are, by how far the first layer has moved", path)


def draw_by_samples(
    study: StudyResults, shapes: Sequence[Sequence[RecipeResults]], replicates: dict[str, SeedReplicates], path: Path
) -> None:
    """Explained, and agreement on errors, of the rungs and of siblings at the end, against samples."""
    figure, panels = _new_panels(shapes, list(TITLES.values()))
    measures = {title: measure for measure, title in TITLES.items()}
    for axis, recipes, title in panels:
        samples, ends = [recipe.recipe.samples for recipe in recipes], list[LineEnd]()
        for words, values, colour, marker in _list_replacements(study, recipes, replicates, measures[title]):
            known = [(n, v) for n, v in zip(samples, values, strict=True) if v]
            places, middle = [n for n, _ in known], [float(np.median(v)) for _, v in known]
            axis.plot(places, middle, color=colour, marker=marker)
            ends += [LineEnd(places[-1], middle[-1], words, colour)] if places else []
            axis.fill_between(places, [min(v) for _, v in known], [max(v) for _, v in known], color=colour,
                              alpha=0.15, lw=0)  # fmt: skip
        axis.set_xscale("log")
        charts.set_ticks(axis, samples)
        _frame(axis, "training images")
        label_ends(axis, ends, ROW_HEIGHT, LETTERS, WRAP_AT)
    title = "With more images, one picture per class explains less of a network"
    _finish(figure, title if is_falling(shapes, "explained") else "What can replace a network", path)


def _list_replacements(
    study: StudyResults, recipes: Sequence[RecipeResults], replicates: dict[str, SeedReplicates], measure: str
) -> list[tuple[str, list[list[float]], str, str]]:
    """List what may replace a network: words, values by sample count and seed, colour and marker."""
    number, fitted = study.settings.n_clusters, study.settings.n_fitted
    rungs = {
        "composed_balanced": ("composed, balanced", "#000000", "s"),
        "linear_fit": ("best linear fit", "#5f5f5f", "D"),
        rung_name("cluster_means", number): (f"{number} cluster means", "#8c8c8c", "x"),
        rung_name("exact_maps", number): (f"{number} exact maps", "#274b7a", "^"),
        rung_name("fitted", fitted): (f"{fitted} fitted pictures", "#8c3b00", "o"),
    }
    rows = [
        (words, [r.rung(rung, measure) for r in recipes], colour, marker)
        for rung, (words, colour, marker) in rungs.items()
    ]
    if all(recipe.name in replicates for recipe in recipes):
        values = [replicates[recipe.name].values[measure] for recipe in recipes]
        rows.append(("another seed", values, "#b3528f", "v"))
    return rows


def is_falling(shapes: Sequence[Sequence[RecipeResults]], metric: str) -> bool:
    """Whether a metric of every seed falls from each sample count to the next, in every shape."""
    values = [[recipe.values(metric) for recipe in recipes] for recipes in shapes]
    return all(len(v) > 1 and all(max(later) < min(earlier) for earlier, later in pairwise(v)) for v in values)


def _new_panels(
    shapes: Sequence[Sequence[RecipeResults]], titles: Sequence[str]
) -> tuple[Figure, list[tuple[Axes, Sequence[RecipeResults], str]]]:
    """Make a row of panels for each shape, each under its title: their axes, recipes and titles."""
    figure, axes = charts.new_figure(0.9 + ROW_HEIGHT * len(shapes), len(titles), rows=len(shapes))
    panels = [(axis, *pair) for axis, pair in zip(axes, product(shapes, titles), strict=True)]
    for axis, recipes, title in panels:
        axis.set_title(f"{title}, hidden layers {recipes[0].hidden_words}", loc="left")
    return figure, panels


def _finish(figure: Figure, title: str, path: Path) -> None:
    """Write the title, and save."""
    charts.write_title(figure, title)
    charts.save_chart(figure, path)


def assign_shades(number: int) -> list[str]:
    """Colours from few samples to many, told apart by lightness as well, none too light for a line on white."""
    scale = matplotlib.colormaps["plasma"]
    return [
        matplotlib.colors.to_hex(scale(DARKEST + (LIGHTEST - DARKEST) * n / max(1, number - 1))) for n in range(number)
    ]


def _label_samples(
    axis: Axes, recipes: Sequence[RecipeResults], across: str, value: Callable[[SnapshotMeasures], float]
) -> None:
    """Name each sample count where its networks end, at the medians over seeds; `across` is a field of a snapshot."""
    ends = []
    for recipe, colour in zip(recipes, assign_shades(len(recipes)), strict=True):
        last = [network.truth[-1] for network in recipe.networks]
        x, y = (float(np.median(some)) for some in ([getattr(m, across) for m in last], [value(m) for m in last]))
        ends.append(LineEnd(x, y, f"{recipe.recipe.samples:,} images", colour))
    label_ends(axis, ends, ROW_HEIGHT, LETTERS, WRAP_AT)


def _band(axis: Axes, x: Sequence[int], y: Sequence[Sequence[float]], colour: str) -> None:
    values = np.array(y)
    axis.plot(x, np.median(values, axis=0), color=colour, marker="o", ms=3)
    axis.fill_between(x, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.2, lw=0)


def _frame(axis: Axes, label: str) -> None:
    axis.set_xlabel(label, labelpad=1)
    axis.set_ylim(0, 1.03)
