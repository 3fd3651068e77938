"""The report of a study: what held for every seed, sample count, shape and recipe, and what did not; and its
numbers as CSV."""

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from looking_for.core.tables import N_DIGITS, Cell, save_table
from looking_for.core.text import DASH, format_count_range, format_number_range, format_share_range
from looking_for.report.page import render_page
from looking_for.report.study_penalties import Checks, check_row, describe_beside, describe_checks, describe_penalties
from looking_for.results.likeness import MIN_LESS_ALIKE, Likeness
from looking_for.results.recipes import RecipeResults, StudyNetwork
from looking_for.results.seed_summary import SeedReplicates, load_beside
from looking_for.results.study import StudyResults, find_forming
from looking_for.results.verdicts import NEARLY, OUTGROWN
from looking_for.surrogates.measures import MEASURES
from looking_for.surrogates.surrogate import rung_name

TRAVELS = (0.1, 0.2, 0.4)  # distances of the first layer at which sample counts are compared
NETWORKS, SIBLINGS = Path("reports/networks.csv"), Path("reports/siblings.csv")

Replicates = dict[str, SeedReplicates]
Likenesses = Mapping[str, Sequence[Likeness]]


def write_study(study: StudyResults, replicates: Replicates, checks: Checks, likeness: Likenesses, root: str) -> str:
    """Write the study's reports/README.md, from where the project's own folder is `root`."""
    return render_page(
        "study.md.j2",
        root=root,
        settings=study.settings,
        n_networks=sum(len(recipe.networks) for recipe in study.recipes),
        nearly=NEARLY,
        brief=_summarise_forming(study),
        shapes=[_describe_shape(study, shape, replicates, likeness) for shape in study.settings.shapes],
        variants=_variant_rows(study, replicates) if study.variants else [],
        penalties=describe_penalties(study),
        checks=[check_row(study, name, some, likeness[name]) for name, some in checks.items()],
        real=describe_checks(study, checks),
        beside=[describe_beside(folder, summary) for folder, summary in load_beside(study).items()],
        claims=_claim_rows(study, replicates),
        outgrown=OUTGROWN,
    )


def _summarise_forming(study: StudyResults) -> SimpleNamespace:
    """How many networks were nearly their picture at some moment, and which never were."""
    forming, recipes = find_forming(study, NEARLY), study.without_penalty
    counted = [n.name for n in forming.followed]
    best = {r.name: [n.best.agreement_half_2 for n in r.networks if n.name in counted] for r in recipes}
    return SimpleNamespace(
        count=SimpleNamespace(**forming.counts()),
        first=[updates for n in forming.reached if (updates := first_nearly(n)) is not None],
        on_all=forming.on_all,
        right=[n.best.accuracy for n in forming.reached],
        never=[(name, values) for name, values in best.items() if values and max(values) < NEARLY],
        unseen=[r.name for r in recipes if not any(n.has_early_snapshots for n in r.networks)],
    )


def first_nearly(network: StudyNetwork) -> int | None:
    """Find after how many updates the composed pictures first agreed on NEARLY or more, on the half of the test images
    on which moments are chosen; None where they never did."""
    return next((s.updates for s in network.trained if s.agreement_half_1 >= NEARLY), None)


def _describe_shape(study: StudyResults, shape: str, replicates: Replicates, likeness: Likenesses) -> SimpleNamespace:
    """One shape at every sample count: along the training, at the end, against travel."""
    recipes = study.of_shape(shape)
    return SimpleNamespace(
        name=shape,
        hidden=recipes[0].hidden_words,
        few=recipes[0],
        many=recipes[-1],
        fitted={m: recipes[-1].rung(rung_name("fitted", study.settings.n_fitted), m) for m in MEASURES},
        replicate=replicates.get(recipes[-1].name),
        likeness=_describe_likeness(recipes, likeness),
        rows=[_sample_row(recipe, likeness[recipe.name]) for recipe in recipes],
        ladder=[_ladder_row(study, recipe, replicates) for recipe in recipes],
        travels=_compare_travels(recipes),
    )


def _sample_row(recipe: RecipeResults, likeness: Sequence[Likeness]) -> list[str]:
    return [
        f"{recipe.recipe.samples:,}",
        format_share_range(recipe.values("accuracy")),
        format_share_range([network.best.agreement_half_2 for network in recipe.networks]),
        format_count_range([network.best.updates for network in recipe.networks]),
        format_share_range(recipe.values("agreement")),
        format_number_range([network.truth[-1].distance_from_init for network in recipe.networks]),
        format_number_range([of.best for of in likeness]),
        format_number_range([of.end for of in likeness]),
    ]


def _describe_likeness(recipes: Sequence[RecipeResults], likeness: Likenesses) -> SimpleNamespace | None:
    """How alike images' exact maps are after few images and after many, and a sample count with which that does not
    explain why the pictures fell; nothing where all images have one map, or none is exact."""
    few, many = likeness[recipes[0].name], likeness[recipes[-1].name]
    if not many:
        return None

    def falls_all_the_same(recipe: RecipeResults) -> bool:
        lost = np.median([n.best.agreement_half_2 for n in recipe.networks]) - recipe.median("agreement")
        less_alike = np.median([of.best - of.end for of in likeness[recipe.name]])
        return bool(lost >= OUTGROWN and less_alike < MIN_LESS_ALIKE)

    return SimpleNamespace(
        few=[of.end for of in few],
        untrained=[of.untrained for of in many],
        at_best=[of.best for of in many],
        at_end=[of.end for of in many],
        other=next(((r, [of.end for of in likeness[r.name]]) for r in recipes if falls_all_the_same(r)), None),
    )


def _ladder_row(study: StudyResults, recipe: RecipeResults, replicates: Replicates) -> list[str]:
    """Explained by each rung and by another seed's network."""
    number = study.settings.n_clusters
    rungs = (
        "composed_balanced",
        "linear_fit",
        rung_name("cluster_means", number),
        rung_name("exact_maps", number),
        rung_name("fitted", study.settings.n_fitted),
    )
    explained = [format_number_range(recipe.rung(rung, "explained")) for rung in rungs]
    return [f"{recipe.recipe.samples:,}", *explained, *_replicate_cells(replicates.get(recipe.name))]


def _replicate_cells(replicate: SeedReplicates | None) -> list[str]:
    if replicate is None:
        return [DASH] * 3
    values = replicate.values
    shares = values["agreement"], values["agreement_on_errors"]
    return [format_number_range(values["explained"]), *map(format_share_range, shares)]


def _compare_travels(recipes: Sequence[RecipeResults]) -> list[SimpleNamespace]:
    """Agreement at equal travel: does the distance alone say how true the pictures are?"""
    lines = []
    for travel in TRAVELS:
        reached = [(recipe, values) for recipe in recipes if (values := recipe.agreement_at(travel))]
        if len(reached) > 1:
            medians = [float(np.median(values)) for _, values in reached]
            lines.append(SimpleNamespace(travel=travel, reached=reached, difference=max(medians) - min(medians)))
    return lines


def _variant_rows(study: StudyResults, replicates: Replicates) -> list[list[str]]:
    """One row per variant, under the recipe that they vary."""
    fitted = rung_name("fitted", study.settings.n_fitted)
    largest = [recipe for shape in study.settings.shapes for recipe in study.of_shape(shape)[-1:]]
    return [
        [
            recipe.name,
            recipe.hidden_words,
            f"{recipe.recipe.samples:,}",
            str(recipe.recipe.epochs),
            format_share_range(recipe.values("accuracy")),
            format_share_range([network.best.agreement_half_2 for network in recipe.networks]),
            format_share_range(recipe.values("agreement")),
            format_number_range(recipe.values("explained")),
            format_number_range(recipe.values("linear_fit")),
            format_number_range(recipe.rung(fitted, "explained")),
            _replicate_cells(replicates.get(recipe.name))[0],
        ]
        for recipe in (*largest, *study.variants)
    ]


def _claim_rows(study: StudyResults, replicates: Replicates) -> dict[str, list[str]]:
    """For each claim, of how many networks it holds, and the recipes of which it holds always, at times, never."""
    fitted = rung_name("fitted", study.settings.n_fitted)
    tests: dict[str, Callable[[RecipeResults, StudyNetwork], bool]] = {
        "nearly": lambda _, n: n.best.agreement_half_2 >= NEARLY,
        "fell": lambda _, n: float(n.metrics["agreement"]) <= n.best.agreement_half_2 - OUTGROWN,
        "below_linear": lambda _, n: _explained(n, "composed_balanced") < _explained(n, "linear_fit"),
        "fitted_nearly": lambda _, n: _explained(n, fitted) >= NEARLY,
        "fitted_beats_seeds": lambda recipe, n: (
            recipe.name in replicates and _explained(n, fitted) > max(replicates[recipe.name].values["explained"])
        ),
    }
    rows = {}
    for claim, holds in tests.items():
        verdicts = {
            recipe.name: [holds(recipe, n) for n in recipe.networks if n.has_early_snapshots]
            for recipe in study.without_penalty
        }
        verdicts = {name: values for name, values in verdicts.items() if values}
        always = [name for name, values in verdicts.items() if all(values)]
        never = [name for name, values in verdicts.items() if not any(values)]
        mixed = [name for name in verdicts if name not in always and name not in never]
        n_holding = f"{sum(map(sum, verdicts.values()))} of {sum(map(len, verdicts.values()))}"
        rows[claim] = [n_holding, *(", ".join(names) or DASH for names in (always, mixed, never))]
    return rows


def _explained(network: StudyNetwork, rung: str) -> float:
    return network.ladder[rung].explained.value or 0.0


def save_study_tables(study: StudyResults, replicates: Replicates, likeness: Likenesses) -> None:
    """Write a row per network, and a row per recipe for its networks in each other's place."""
    rows: list[dict[str, Cell]] = [
        {
            "network": network.name,
            "recipe": recipe.name,
            "samples": recipe.recipe.samples,
            **network.metrics,
            "best_agreement": network.best.agreement_half_2,
            "best_at_updates": network.best.updates,
            "accuracy_at_best": network.best.accuracy,
            "updates": network.truth[-1].updates,
            "travel": network.truth[-1].distance_from_init,
            "likeness_at_best": of.best if of else None,
            "likeness": of.end if of else None,
        }
        for recipe in study.recipes
        for network, of in zip_longest(recipe.networks, likeness[recipe.name])
    ]
    save_table(NETWORKS, list(rows[0]), rows)
    ends: dict[str, Callable[[list[float]], float]] = {"": np.median, "_low": min, "_high": max}
    columns = ["recipe", "pairs", *(f"{measure}{end}" for measure in MEASURES for end in ends)]
    save_table(SIBLINGS, columns, (_replicate_row(r, ends) for r in replicates.values()))


def _replicate_row(replicate: SeedReplicates, ends: dict[str, Callable[[list[float]], float]]) -> dict[str, Cell]:
    row: dict[str, Cell] = {"recipe": replicate.recipe, "pairs": replicate.pairs}
    for measure, values in replicate.values.items():
        for end, reduce in ends.items():
            row[f"{measure}{end}"] = round(float(reduce(values)), N_DIGITS) if values else None
    return row
