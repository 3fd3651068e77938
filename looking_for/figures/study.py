"""The study's charts: medians over seeds as lines, the range over seeds as a band."""

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from looking_for.figures import charts
from looking_for.results.study import RecipeResults, SeedReplicates, StudyResults
from looking_for.surrogates.course import SnapshotMeasures
from looking_for.surrogates.surrogate import rung_name

FOLDER = Path("reports/figures")
TRAVELS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
PRICED, OTHER = "#d55e00", "#5f5f5f"
FRONTIER = {"agreement": "Agreement of the composed pictures", "explained_change": "Explained under change, balanced"}
MIN_NAMES_APART = (0.011, 0.03)  # of the frontier's points, along each axis
FIRST = 5  # the axis of updates is linear from 0 to here and logarithmic beyond
PANELS: dict[str, Callable[[SnapshotMeasures], float]] = {
    "Agreement of the composed pictures": lambda snapshot: snapshot.agreement,
    "Explained, balanced": lambda snapshot: snapshot.explained,
}


def draw_study(study: StudyResults, replicates: dict[str, SeedReplicates]) -> None:
    """Along the training and against travel for each shape, the ladder by sample count, and what prices buy."""
    for shape in study.settings.shapes:
        draw_along(study.of_shape(shape), FOLDER / f"along-{shape}.png")
        draw_by_travel(study.of_shape(shape), FOLDER / f"travel-{shape}.png")
        draw_by_samples(study, shape, replicates, FOLDER / f"ladder-{shape}.png")
    if study.priced:
        draw_frontier(study, FOLDER / "frontier.png")


def draw_frontier(study: StudyResults, path: Path) -> None:
    """Draw agreement, and explained under change, against accuracy: a point per recipe, a line through the prices."""
    figure, axes = charts.new_figure(5.4, len(FRONTIER))
    others = [r for r in study.with_most_images if not r.recipe.keep_picture]
    elsewhere = [r for r in study.with_most_images if r.recipe.keep_picture and r not in study.priced]
    through = [r for r in (study.free_of(study.priced[0]), *study.priced) if r]
    kinds = ((others, OTHER, "o"), (elsewhere, PRICED, "D"), (study.priced, PRICED, "s"))
    for axis, (metric, title) in zip(axes, FRONTIER.items(), strict=True):
        places = [(r.median("accuracy"), r.median(metric)) for r in through if r.values(metric)]
        axis.plot(*zip(*places, strict=True), color=PRICED, lw=1.2, zorder=1)
        named: list[tuple[float, float]] = []
        for recipes, colour, marker in kinds:
            for recipe in (r for r in recipes if r.values(metric)):
                _draw_cross(axis, recipe, metric, colour, marker)
                place = (recipe.median("accuracy"), recipe.median(metric))
                if recipe in study.priced:
                    _name(axis, f"{recipe.recipe.keep_picture:g}", place, colour, is_left=False)
                elif recipe in elsewhere or not any(_is_crowded(place, other) for other in named):
                    _name(axis, recipe.name, place, colour, is_left=recipe in elsewhere)
                    named.append(place)
        axis.set_title(title, loc="left")
        axis.set_xlabel("accuracy")
        axis.set_ylim(bottom=max(axis.get_ylim()[0], -0.05), top=1.03)
        axis.margins(x=0.1)
    charts.save_chart(figure, path)


def _is_crowded(place: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two points' names would lie on each other."""
    return abs(place[0] - other[0]) < MIN_NAMES_APART[0] and abs(place[1] - other[1]) < MIN_NAMES_APART[1]


def _name(axis: Axes, words: str, place: tuple[float, float], colour: str, *, is_left: bool) -> None:
    offset, side = ((-6, -10), "right") if is_left else ((5, 3), "left")
    axis.annotate(words, place, offset, textcoords="offset points", fontsize=7, color=colour, ha=side)


def _draw_cross(axis: Axes, recipe: RecipeResults, metric: str, colour: str, marker: str) -> None:
    """A recipe's median, and its range over seeds both ways."""
    x, y = recipe.values("accuracy"), recipe.values(metric)
    middle = recipe.median("accuracy"), recipe.median(metric)
    axis.plot([min(x), max(x)], [middle[1]] * 2, color=colour, lw=0.8, alpha=0.6, zorder=2)
    axis.plot([middle[0]] * 2, [min(y), max(y)], color=colour, lw=0.8, alpha=0.6, zorder=2)
    axis.plot(*middle, color=colour, marker=marker, ms=5, zorder=3)


def draw_along(recipes: Sequence[RecipeResults], path: Path) -> None:
    """Both measures against updates of the weights, a colour for each sample count."""
    figure, axes = charts.new_figure(4.4, len(PANELS))
    for axis, (title, value) in zip(axes, PANELS.items(), strict=True):
        for recipe, colour in zip(recipes, assign_shades(len(recipes)), strict=True):
            updates = [snapshot.updates for snapshot in recipe.networks[0].truth]
            _band(axis, updates, [[value(m) for m in r.truth] for r in recipe.networks], colour, recipe)
        axis.set_title(title, loc="left")
        axis.set_xscale("symlog", linthresh=FIRST, linscale=0.4)
        last = max(m.updates for recipe in recipes for m in recipe.networks[0].truth)
        ticks = [0, *(FIRST * 4**n for n in range(12) if FIRST * 4**n <= max(last, FIRST))]
        _ticks(axis, ticks, "updates of the weights")
        axis.set_xlim(-0.4, max(last, FIRST) * 1.25)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
    charts.save_chart(figure, path)


def draw_by_travel(recipes: Sequence[RecipeResults], path: Path) -> None:
    """The same against how far the first layer has moved: a line for each network."""
    figure, axes = charts.new_figure(4.4, len(PANELS))
    for axis, (title, value) in zip(axes, PANELS.items(), strict=True):
        for recipe, colour in zip(recipes, assign_shades(len(recipes)), strict=True):
            for n, result in enumerate(recipe.networks):
                snapshots = result.truth[1:]
                label = _samples(recipe) if n == 0 else None
                distances = [m.distance_from_init for m in snapshots]
                axis.plot(distances, [value(m) for m in snapshots], color=colour, lw=1.3, label=label)
        axis.set_title(title, loc="left")
        axis.set_xscale("log")
        axis.set_xlabel("first layer's way, in its first lengths", labelpad=1)
        axis.xaxis.set_major_locator(FixedLocator(TRAVELS))
        axis.xaxis.set_minor_locator(NullLocator())
        axis.xaxis.set_major_formatter("{x:g}")
        axis.set_ylim(0, 1.03)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
    charts.save_chart(figure, path)


def draw_by_samples(study: StudyResults, shape: str, replicates: dict[str, SeedReplicates], path: Path) -> None:
    """Explained, and agreement on errors, of the rungs and of siblings at the end, against samples."""
    number, fitted = study.settings.n_clusters, study.settings.n_fitted
    rungs = {
        "composed_balanced": ("composed, balanced", "#000000", "s"),
        "linear_fit": ("best linear fit", "#009e73", "D"),
        rung_name("cluster_means", number): (f"cluster means, {number} a class", "#8c8c8c", "x"),
        rung_name("exact_maps", number): (f"exact maps, {number} a class", "#0072b2", "^"),
        rung_name("fitted", fitted): (f"fitted pictures, {fitted} a class", "#d55e00", "o"),
    }
    recipes = study.of_shape(shape)
    samples = [recipe.recipe.samples for recipe in recipes]
    figure, axes = charts.new_figure(4.8, 2)
    for axis, (measure, title) in zip(
        axes, {"explained": "Explained", "agreement_on_errors": "Agreement on errors"}.items(), strict=True
    ):
        rows = {words: ([r.rung(rung, measure) for r in recipes], colour, marker)
                for rung, (words, colour, marker) in rungs.items()}  # fmt: skip
        if all(recipe.name in replicates for recipe in recipes):
            values = [replicates[recipe.name].values[measure] for recipe in recipes]
            rows["another seed's network"] = (values, "#cc79a7", "v")
        for words, (values, colour, marker) in rows.items():
            known = [(n, v) for n, v in zip(samples, values, strict=True) if v]
            middle = [float(np.median(v)) for _, v in known]
            places = [n for n, _ in known]
            axis.plot(places, middle, color=colour, marker=marker, label=words)
            axis.fill_between(places, [min(v) for _, v in known], [max(v) for _, v in known], color=colour,
                              alpha=0.15, lw=0)  # fmt: skip
        axis.set_title(title, loc="left")
        axis.set_xscale("log")
        _ticks(axis, samples, "training images")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3, frameon=False)
    charts.save_chart(figure, path)


def assign_shades(number: int) -> list[str]:
    """Colours from few samples to many, told apart by lightness as well."""
    scale = matplotlib.colormaps["viridis"]
    return [matplotlib.colors.to_hex(scale(0.9 * n / max(1, number - 1))) for n in range(number)]


def _samples(recipe: RecipeResults) -> str:
    return f"{recipe.recipe.samples:,} images"


def _band(axis: Axes, x: Sequence[int], y: Sequence[Sequence[float]], colour: str, recipe: RecipeResults) -> None:
    values = np.array(y)
    axis.plot(x, np.median(values, axis=0), color=colour, marker="o", ms=3, label=_samples(recipe))
    axis.fill_between(x, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.2, lw=0)


def _ticks(axis: Axes, ticks: Sequence[int], label: str) -> None:
    axis.xaxis.set_major_locator(FixedLocator(ticks))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xticklabels([f"{tick:,}" for tick in ticks])
    axis.set_xlabel(label, labelpad=1)
    axis.set_ylim(0, 1.03)
