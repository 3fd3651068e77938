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
FIRST = 5  # the axis of updates is linear from 0 to here and logarithmic beyond
PANELS: dict[str, Callable[[SnapshotMeasures], float]] = {
    "Agreement of the composed pictures": lambda snapshot: snapshot.agreement,
    "Explained, balanced": lambda snapshot: snapshot.explained,
}


def draw_study(study: StudyResults, replicates: dict[str, SeedReplicates]) -> None:
    """Along the training and against travel for each shape, and the ladder by sample count."""
    for shape in study.settings.shapes:
        draw_along(study.of_shape(shape), FOLDER / f"along-{shape}.png")
        draw_by_travel(study.of_shape(shape), FOLDER / f"travel-{shape}.png")
        draw_by_samples(study, shape, replicates, FOLDER / f"ladder-{shape}.png")


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
        axis.set_xlabel("relative distance of layer 1 from its start", labelpad=1)
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
        rung_name("cluster_means", number): (f"cluster means, {number} per class", "#8c8c8c", "x"),
        rung_name("exact_maps", number): (f"exact maps, {number} per class", "#0072b2", "^"),
        rung_name("fitted", fitted): (f"fitted pictures, {fitted} per class", "#d55e00", "o"),
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
