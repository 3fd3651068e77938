"""The study's charts: medians over seeds as lines, the range over seeds as a band."""

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from looking_for.figures import charts
from looking_for.results.siblings import Siblings
from looking_for.results.study import Recipe, Study
from looking_for.surrogates.ladder import numbered
from looking_for.surrogates.truth import Moment

FOLDER = Path("reports/figures")
WAYS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
FIRST = 5  # the axis of updates is linear from 0 to here and logarithmic beyond
PANELS: dict[str, Callable[[Moment], float]] = {
    "Agreement of the composed pictures": lambda moment: moment.agreement,
    "Explained, balanced": lambda moment: moment.explained,
}


def draw(study: Study, siblings: dict[str, Siblings]) -> None:
    """Along the training and against travel for each shape, and the ladder by sample count."""
    for shape in study.settings.study.shapes:
        along(study.of_shape(shape), FOLDER / f"along-{shape}.png")
        by_travel(study.of_shape(shape), FOLDER / f"travel-{shape}.png")
        by_samples(study, shape, siblings, FOLDER / f"ladder-{shape}.png")


def along(recipes: Sequence[Recipe], path: Path) -> None:
    """Both measures against updates of the weights, a colour for each sample count."""
    made, axes = charts.figure(4.4, len(PANELS))
    for axis, (title, value) in zip(axes, PANELS.items(), strict=True):
        for recipe, colour in zip(recipes, shades(len(recipes)), strict=True):
            updates = [moment.updates for moment in recipe.results[0].truth]
            _band(axis, updates, [[value(m) for m in r.truth] for r in recipe.results], colour, recipe)
        axis.set_title(title, loc="left")
        axis.set_xscale("symlog", linthresh=FIRST, linscale=0.4)
        last = max(m.updates for recipe in recipes for m in recipe.results[0].truth)
        ticks = [0, *(FIRST * 4**n for n in range(12) if FIRST * 4**n <= max(last, FIRST))]
        _ticks(axis, ticks, "updates of the weights")
        axis.set_xlim(-0.4, max(last, FIRST) * 1.25)
    handles, labels = axes[0].get_legend_handles_labels()
    made.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
    charts.save(made, path)


def by_travel(recipes: Sequence[Recipe], path: Path) -> None:
    """The same against how far the first layer has moved: a line for each network."""
    made, axes = charts.figure(4.4, len(PANELS))
    for axis, (title, value) in zip(axes, PANELS.items(), strict=True):
        for recipe, colour in zip(recipes, shades(len(recipes)), strict=True):
            for n, result in enumerate(recipe.results):
                moments = result.truth[1:]
                label = _samples(recipe) if n == 0 else None
                axis.plot([m.travel for m in moments], [value(m) for m in moments], color=colour, lw=1.3,
                          label=label)  # fmt: skip
        axis.set_title(title, loc="left")
        axis.set_xscale("log")
        axis.set_xlabel("first layer's way, in its first lengths", labelpad=1)
        axis.xaxis.set_major_locator(FixedLocator(WAYS))
        axis.xaxis.set_minor_locator(NullLocator())
        axis.xaxis.set_major_formatter("{x:g}")
        axis.set_ylim(0, 1.03)
    handles, labels = axes[0].get_legend_handles_labels()
    made.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
    charts.save(made, path)


def by_samples(study: Study, shape: str, siblings: dict[str, Siblings], path: Path) -> None:
    """Explained, and agreement on errors, of the rungs and of siblings at the end, against samples."""
    number, fitted = max(study.settings.survey.clusters), max(study.settings.fit.pictures)
    rungs = {
        "composed_balanced": ("composed, balanced", "#000000", "s"),
        "linear_fit": ("best linear fit", "#009e73", "D"),
        numbered("cluster_means", number): (f"cluster means, {number} a class", "#8c8c8c", "x"),
        numbered("exact_maps", number): (f"exact maps, {number} a class", "#0072b2", "^"),
        numbered("fitted", fitted): (f"fitted pictures, {fitted} a class", "#d55e00", "o"),
    }
    recipes = study.of_shape(shape)
    samples = [recipe.params.samples for recipe in recipes]
    made, axes = charts.figure(4.8, 2)
    for axis, (measure, title) in zip(
        axes, {"explained": "Explained", "agreement_on_errors": "Agreement on errors"}.items(), strict=True
    ):
        rows = {words: ([r.rung(rung, measure) for r in recipes], colour, marker)
                for rung, (words, colour, marker) in rungs.items()}  # fmt: skip
        if all(recipe.name in siblings for recipe in recipes):
            values = [siblings[recipe.name].values[measure] for recipe in recipes]
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
    made.legend(handles, labels, loc="outside upper center", ncols=3, frameon=False)
    charts.save(made, path)


def shades(number: int) -> list[str]:
    """Colours from few samples to many, told apart by lightness as well."""
    scale = matplotlib.colormaps["viridis"]
    return [matplotlib.colors.to_hex(scale(0.9 * n / max(1, number - 1))) for n in range(number)]


def _samples(recipe: Recipe) -> str:
    return f"{recipe.params.samples:,} images"


def _band(axis: Axes, x: Sequence[int], y: Sequence[Sequence[float]], colour: str, recipe: Recipe) -> None:
    values = np.array(y)
    axis.plot(x, np.median(values, axis=0), color=colour, marker="o", ms=3, label=_samples(recipe))
    axis.fill_between(x, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.2, lw=0)


def _ticks(axis: Axes, ticks: Sequence[int], label: str) -> None:
    axis.xaxis.set_major_locator(FixedLocator(ticks))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xticklabels([f"{tick:,}" for tick in ticks])
    axis.set_xlabel(label, labelpad=1)
    axis.set_ylim(0, 1.03)
