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
from looking_for.results.recipes import RecipeResults
from looking_for.results.seed_summary import SeedReplicates
from looking_for.results.study import StudyResults
from looking_for.surrogates.course import SnapshotMeasures
from looking_for.surrogates.surrogate import rung_name

FOLDER = Path("reports/figures")
DISTANCE_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
DARKEST, LIGHTEST = 0.0, 0.64  # ends of the scale of colours: beyond, a line on white has less contrast than 3:1
ROW_HEIGHT = 3.7  # inches
LETTERS_ACROSS = 110  # of a legend
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
            _band(axis, updates, [[value(m) for m in r.truth] for r in recipe.networks], colour, recipe)
        charts.scale_updates(axis, max(m.updates for recipe in recipes for m in recipe.networks[0].truth))
        _frame(axis, "steps of learning")
    title = "With more images, the pictures give fewer of the network's answers in the end"
    _finish(figure, title if is_falling(shapes, "agreement") else "How true pictures are along the training", path)


def draw_by_travel(shapes: Sequence[Sequence[RecipeResults]], path: Path) -> None:
    """The same against how far the first layer has moved: a line for each network."""
    figure, panels = _new_panels(shapes, list(PANELS))
    for axis, recipes, title in panels:
        for recipe, colour in zip(recipes, assign_shades(len(recipes)), strict=True):
            for n, result in enumerate(recipe.networks):
                distances = [m.distance_from_init for m in result.truth[1:]]
                values = [PANELS[title](m) for m in result.truth[1:]]
                axis.plot(distances, values, color=colour, lw=1.3, label=None if n else _samples(recipe))
        axis.set_xscale("log")
        axis.set_xlabel("relative distance of layer 1 from its start", labelpad=1)
        axis.xaxis.set_major_locator(FixedLocator(DISTANCE_TICKS))
        axis.xaxis.set_minor_locator(NullLocator())
        axis.xaxis.set_major_formatter("{x:g}")
        axis.set_ylim(0, 1.03)
    _finish(figure, "How true pictures are, by how far the first layer has moved", path)


def draw_by_samples(
    study: StudyResults, shapes: Sequence[Sequence[RecipeResults]], replicates: dict[str, SeedReplicates], path: Path
) -> None:
    """Explained, and agreement on errors, of the rungs and of siblings at the end, against samples."""
    figure, panels = _new_panels(shapes, list(TITLES.values()))
    measures = {title: measure for measure, title in TITLES.items()}
    for axis, recipes, title in panels:
        samples = [recipe.recipe.samples for recipe in recipes]
        for words, values, colour, marker in _list_replacements(study, recipes, replicates, measures[title]):
            known = [(n, v) for n, v in zip(samples, values, strict=True) if v]
            places, middle = [n for n, _ in known], [float(np.median(v)) for _, v in known]
            axis.plot(places, middle, color=colour, marker=marker, label=words)
            axis.fill_between(places, [min(v) for _, v in known], [max(v) for _, v in known], color=colour,
                              alpha=0.15, lw=0)  # fmt: skip
        axis.set_xscale("log")
        charts.set_ticks(axis, samples)
        _frame(axis, "training images")
    title = "With more images, one picture per class explains less of a network"
    _finish(figure, title if is_falling(shapes, "explained") else "What can replace a network", path)


def _list_replacements(
    study: StudyResults, recipes: Sequence[RecipeResults], replicates: dict[str, SeedReplicates], measure: str
) -> list[tuple[str, list[list[float]], str, str]]:
    """List what may replace a network: words, values by sample count and seed, colour and marker."""
    number, fitted = study.settings.n_clusters, study.settings.n_fitted
    rungs = {
        "composed_balanced": ("composed, balanced", "#000000", "s"),
        "linear_fit": ("best linear fit", "#009e73", "D"),
        rung_name("cluster_means", number): (f"cluster means, {number} per class", "#8c8c8c", "x"),
        rung_name("exact_maps", number): (f"exact maps, {number} per class", "#0072b2", "^"),
        rung_name("fitted", fitted): (f"fitted pictures, {fitted} per class", "#d55e00", "o"),
    }
    rows = [
        (words, [r.rung(rung, measure) for r in recipes], colour, marker)
        for rung, (words, colour, marker) in rungs.items()
    ]
    if all(recipe.name in replicates for recipe in recipes):
        values = [replicates[recipe.name].values[measure] for recipe in recipes]
        rows.append(("another seed's network", values, "#cc79a7", "v"))
    return rows


def is_falling(shapes: Sequence[Sequence[RecipeResults]], metric: str) -> bool:
    """Whether the median of a metric falls from each sample count to the next, in every shape."""
    medians = [[recipe.median(metric) for recipe in recipes] for recipes in shapes]
    return all(len(m) > 1 and all(later < earlier for earlier, later in pairwise(m)) for m in medians)


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
    """Write the title and the legend, and save."""
    handles, labels = figure.axes[0].get_legend_handles_labels()
    columns = max(1, LETTERS_ACROSS // (max(map(len, labels)) + 6))
    figure.legend(handles, labels, loc="outside lower center", ncols=min(len(labels), columns), frameon=False)
    charts.write_title(figure, title)
    charts.save_chart(figure, path)


def assign_shades(number: int) -> list[str]:
    """Colours from few samples to many, told apart by lightness as well, none too light for a line on white."""
    scale = matplotlib.colormaps["plasma"]
    return [
        matplotlib.colors.to_hex(scale(DARKEST + (LIGHTEST - DARKEST) * n / max(1, number - 1))) for n in range(number)
    ]


def _samples(recipe: RecipeResults) -> str:
    return f"{recipe.recipe.samples:,} images"


def _band(axis: Axes, x: Sequence[int], y: Sequence[Sequence[float]], colour: str, recipe: RecipeResults) -> None:
    values = np.array(y)
    axis.plot(x, np.median(values, axis=0), color=colour, marker="o", ms=3, label=_samples(recipe))
    axis.fill_between(x, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.2, lw=0)


def _frame(axis: Axes, label: str) -> None:
    axis.set_xlabel(label, labelpad=1)
    axis.set_ylim(0, 1.03)
