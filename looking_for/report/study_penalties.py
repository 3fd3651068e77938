"""What a study says of penalties for leaving the picture: what they cost and buy, whether it is real, and elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from scipy.special import stdtrit

from looking_for.core.tables import N_DIGITS
from looking_for.core.text import DASH, format_decimal, format_number_range, format_share_range
from looking_for.networks.recipe import Recipe
from looking_for.results.kept import PictureCheck
from looking_for.results.likeness import Likeness
from looking_for.results.recipes import RecipeResults
from looking_for.results.study import StudyResults

Checks = dict[str, list[PictureCheck]]
MIN_SEEDS_OF_INTERVALS = 3  # of which an interval is given
CHECKED = (  # of a network held against its picture: fields of PictureCheck
    "like_maps", "like_flat", "like_sibling", "change_own", "change_flat", "change_sibling", "hidden_explained",
)  # fmt: skip
CHECKED_IN_WORDS = ("flat_agreement", "flat_on_errors")  # likewise, but not in the table


def describe_penalties(study: StudyResults) -> SimpleNamespace | None:
    """What penalties for leaving the picture cost and buy; nothing where there are none."""
    if not study.penalised:
        return None
    free = study.free_of(study.penalised[0])
    elsewhere = [r for r in study.with_most_images if r.recipe.keep_picture and r not in study.penalised]
    others = [r for r in study.with_most_images if not r.recipe.keep_picture and r is not free]
    led = [r.name for r in others if _is_led(r, study.penalised)]
    led_beyond = [r for r in others if _is_led(r, study.penalised, is_as_accurate=_beyond_seeds)]
    controls = [r for r in study.recipes if r.recipe.is_control and r.recipe.keep_picture]
    return SimpleNamespace(
        hidden=study.penalised[0].hidden_words,
        rows=[_penalty_row(study, r) for r in (free, *study.penalised, *elsewhere) if r],
        n_others=len(others),
        led=led,
        not_led=[r.name for r in others if r.name not in led],
        led_twice=[sum(_is_led(r, study.penalised, BOTH_MEASURES, rule) for r in others) for rule in RULES],
        alone_balanced=[(p, sum(_is_led(r, [p], [BALANCED]) for r in others)) for p in study.penalised],
        alone_twice=[(p, sum(_is_led(r, [p], BOTH_MEASURES) for r in others)) for p in study.penalised],
        linear=_describe_linear_fit(free, _choose_penalised(study)) if free else None,
        free_beyond=sum(_beyond_seeds(free, r) for r in led_beyond) if free else None,
        pictures=_describe_label_pictures(study, free),
        costs=[cost for cost in map(partial(_cost_of, study), study.penalised) if cost],
        led_by=[
            sum(_is_led(r, study.penalised, is_as_accurate=rule) for r in others)
            for rule in (*RULES[1:], _ranges_apart)
        ],
        alone=[(p, sum(_is_led(r, [p]) for r in others)) for p in study.penalised],
        alone_beyond=[(p, sum(_is_led(r, [p], is_as_accurate=_beyond_seeds) for r in others)) for p in study.penalised],
        controls=[
            (r, r.values("agreement"), r.values("accuracy"), [n.commonest_share for n in r.networks]) for r in controls
        ],
    )


def _choose_penalised(study: StudyResults) -> RecipeResults:
    """Choose the penalty nearest to a tenth of the largest: it holds under change and costs little."""
    target = max(r.recipe.keep_picture for r in study.penalised) / 10
    return min(study.penalised, key=lambda r: abs(np.log(r.recipe.keep_picture / target)))


def _describe_linear_fit(free: RecipeResults, penalised: RecipeResults) -> SimpleNamespace | None:
    """What a linear fit, made afterwards, gives of the networks without a penalty, and of those with one beside what
    their pictures give: medians over seeds."""
    agreement, change = (free.rung("linear_fit", measure) for measure in ("agreement", "explained_change"))
    of_penalised = penalised.rung("linear_fit", "agreement")
    if not agreement or not change or not of_penalised:
        return None
    return SimpleNamespace(
        agreement=float(np.median(agreement)),
        change=float(np.median(change)),
        penalty=f"{penalised.recipe.keep_picture:g}",
        of_penalised=float(np.median(of_penalised)),
        own=penalised.median("agreement"),
    )


def _describe_label_pictures(study: StudyResults, free: RecipeResults | None) -> SimpleNamespace:
    """Networks that are several pictures per class, and the penalties with which each network gets more right."""
    right = [network.accuracy for network in study.label_pictures]
    above = [r for r in (free, *study.penalised) if r and min(r.values("accuracy")) > max(right)]
    return SimpleNamespace(
        per_class=study.label_pictures[0].per_class,
        right=right,
        above=[f"{r.recipe.keep_picture:g}" for r in above if r is not free],
        is_free_above=free in above,
    )


class Cost(NamedTuple):
    """How many points of accuracy a penalty costs on average over seeds, with the 95 % interval of that mean."""

    penalty: str
    seeds: int
    mean: float
    low: float
    high: float


def _cost_of(study: StudyResults, recipe: RecipeResults) -> Cost | None:
    """What a penalty costs, against the network of the same seed without one."""
    free = study.free_of(recipe)
    lost = [-100 * d for d in recipe.differences(free, "accuracy")] if free else []
    if len(lost) < MIN_SEEDS_OF_INTERVALS:
        return None
    return Cost(f"{recipe.recipe.keep_picture:g}", len(lost), *mean_interval(lost))


def mean_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Give the mean of some seeds' values and the ends of its 95 % interval, by Student's t."""
    mean, error = float(np.mean(values)), float(np.std(values, ddof=1)) / len(values) ** 0.5
    margin = float(stdtrit(len(values) - 1, 0.975)) * error
    return mean, mean - margin, mean + margin


def _penalty_row(study: StudyResults, recipe: RecipeResults) -> list[str]:
    """One row per penalty, with what it costs in accuracy, seed by seed."""
    free = study.free_of(recipe) if recipe.recipe.keep_picture else None
    lost = [-100 * d for d in recipe.differences(free, "accuracy")] if free else []
    ends = [format_decimal(float(v), 1) for v in (np.median(lost), min(lost), max(lost))] if lost else []
    return [
        recipe.name,
        recipe.hidden_words,
        f"{recipe.recipe.keep_picture:g}",
        format_share_range(recipe.values("accuracy")),
        f"{ends[0]} ({ends[1]} to {ends[2]})" if ends else DASH,
        format_share_range(recipe.values("agreement")),
        format_share_range(recipe.values("agreement_on_errors")),
        format_number_range(recipe.values("explained")),
        format_number_range(recipe.values("explained_change")),
        format_share_range(recipe.values("deletion")),
    ]


def _median_as_high(penalised: RecipeResults, other: RecipeResults) -> bool:
    return penalised.median("accuracy") >= other.median("accuracy")


def _mean_as_high(penalised: RecipeResults, other: RecipeResults) -> bool:
    return float(np.mean(penalised.values("accuracy"))) >= float(np.mean(other.values("accuracy")))


def _beyond_seeds(penalised: RecipeResults, other: RecipeResults) -> bool:
    """Whether it is more accurate than the other of the same seed, by more than seeds alone move."""
    gained = penalised.differences(other, "accuracy")
    return len(gained) >= MIN_SEEDS_OF_INTERVALS and mean_interval(gained)[1] > 0


def _ranges_apart(penalised: RecipeResults, other: RecipeResults) -> bool:
    """Whether each of its networks is more accurate than any of the other's."""
    return min(penalised.values("accuracy")) > max(other.values("accuracy"))


RULES = (_median_as_high, _mean_as_high, _beyond_seeds)  # by which one recipe is as accurate as another, or more
BOTH_MEASURES = ("agreement", "explained_change")
BALANCED = "agreement_balanced"


def _is_led(
    recipe: RecipeResults,
    penalised: Sequence[RecipeResults],
    measures: Sequence[str] = ("agreement",),
    is_as_accurate: Callable[[RecipeResults, RecipeResults], bool] = _median_as_high,
) -> bool:
    """Whether some penalty is as accurate, and every seed of it has more of each measure than any here."""
    return any(
        is_as_accurate(p, recipe)
        and all(min(_values(p, m), default=-np.inf) > max(_values(recipe, m), default=np.inf) for m in measures)
        for p in penalised
    )


def _values(recipe: RecipeResults, measure: str) -> list[float]:
    """A metric by seed, or the agreement of pictures that all have one gain and a constant per class."""
    return recipe.rung("composed_balanced", "agreement") if measure == BALANCED else recipe.values(measure)


def check_row(
    study: StudyResults, name: str, checks: Sequence[PictureCheck], likeness: Sequence[Likeness]
) -> list[str]:
    """One recipe's networks held against their pictures: medians, with the range over seeds."""
    penalty = next(r.recipe.keep_picture for r in study.recipes if r.name == name)
    shares = [
        [c.rest.picture_accuracy for c in checks],
        [c.rest.rest_accuracy for c in checks],
        [c.rest.overruled for c in checks],
        [c.rest.overruled_right for c in checks if c.rest.overruled_right is not None],
    ]
    numbers = [[value for c in checks if (value := getattr(c, field)) is not None] for field in CHECKED]
    label = f"{penalty:g}" if study.is_of_line(name) else f"0, `{name}`"
    numbers.insert(0, [of.end for of in likeness])
    return [label, *map(format_share_range, shares), *map(format_number_range, numbers)]


def describe_checks(study: StudyResults, checks: Checks) -> SimpleNamespace | None:
    """What the checks say of one penalty, and of the others where they differ from it."""
    if not study.penalised or not checks:
        return None
    chosen = _choose_penalised(study)
    free, medians = study.free_of(chosen), {name: take_medians(some) for name, some in checks.items()}
    without = medians[free.name] if free else dict.fromkeys((*CHECKED, *CHECKED_IN_WORDS))
    other = study.truest_other

    def explains_less_than(recipe: RecipeResults, limits: Sequence[float | None]) -> bool:
        """Whether the own picture of each of a recipe's networks explains less under change than any of some others."""
        known = [limit for limit in limits if limit is not None]
        return bool(known) and max(c.change_own for c in checks[recipe.name]) < min(known)

    def changes_of(recipe: RecipeResults | None) -> list[float | None]:
        return [c.change_own for c in checks[recipe.name]] if recipe else []

    return SimpleNamespace(
        penalty=f"{chosen.recipe.keep_picture:g}",
        worse=[r for r in study.penalised if explains_less_than(r, changes_of(free))],
        worse_than_other=[r for r in study.penalised if explains_less_than(r, changes_of(other))],
        worse_than_flat=[r for r in study.penalised if explains_less_than(r, [c.change_flat for c in checks[r.name]])],
        less_alike=[r for r in study.penalised if free and _are_below(checks[r.name], checks[free.name])],
        rest=_describe_rests(checks[chosen.name]),
        free_rest=_describe_rests(checks[free.name]) if free else None,
        agreement=chosen.median("agreement"),
        on_errors=chosen.median("agreement_on_errors"),
        kept=medians[chosen.name],
        free=without,
        other=other,
        other_checked=medians[other.name] if other else None,
    )


def _are_below(some: Sequence[PictureCheck], others: Sequence[PictureCheck]) -> bool:
    """Whether maps of single images are less like the picture for each seed of some than for any of others."""
    return max(c.like_maps for c in some) < min(c.like_maps for c in others)


def take_medians(checks: Sequence[PictureCheck]) -> dict[str, float | None]:
    """Give the median over seeds of each field that is checked; None where no seed has it."""
    fields = (*CHECKED, *CHECKED_IN_WORDS)
    known = {field: [v for c in checks if (v := getattr(c, field)) is not None] for field in fields}
    return {field: round(float(np.median(values)), N_DIGITS) if values else None for field, values in known.items()}


def _describe_rests(checks: Sequence[PictureCheck]) -> SimpleNamespace:
    """Medians over seeds of what the rest decides."""
    rests = [c.rest for c in checks]
    return SimpleNamespace(
        picture=float(np.median([r.picture_accuracy for r in rests])),
        accuracy=float(np.median([r.rest_accuracy for r in rests])),
        overruled=float(np.median([r.overruled for r in rests])),
        right=float(np.median([r.overruled_right or 0.0 for r in rests])),
        gain=float(np.median([r.gain for r in rests])),
    )


def describe_beside(folder: str, summary: Mapping[str, Any]) -> SimpleNamespace:
    """What a study of other images found, from its summary: of its penalties, and of the recipe without one."""
    recipes = [(Recipe(**entry["recipe"]), entry["metrics"]) for entry in summary["recipes"]]
    most = max(recipe.samples for recipe, _ in recipes)
    trained = [(r, m) for r, m in recipes if r.samples == most and r.hidden and not r.is_control]
    penalised = sorted(((r, m) for r, m in trained if r.keep_picture), key=lambda pair: pair[0].keep_picture)
    alike = penalised[0][0].without("keep_picture") if penalised else {}
    free = next((m for r, m in trained if not r.keep_picture and r.without("keep_picture") == alike), None)
    return SimpleNamespace(
        folder=folder,
        dataset=summary["of"]["data"]["dataset"],
        nearly=summary["nearly"],
        free=free,
        penalties=[(f"{recipe.keep_picture:g}", metrics) for recipe, metrics in penalised],
    )
