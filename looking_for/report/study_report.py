"""The study's report: what held for every seed, sample count, shape and recipe, and what did not."""

from collections.abc import Callable, Sequence

import numpy as np

from looking_for.report.blocks import Block, Figure, Section, Table
from looking_for.report.page import markdown
from looking_for.results import study_spread
from looking_for.results.siblings import Siblings
from looking_for.results.study import Recipe, Result, Study
from looking_for.results.text import count, decimal, listed, percent
from looking_for.surrogates.ladder import numbered

TITLE = "The study: what many networks have in common"
NEARLY, OUTGROWN = 0.9, 0.1
TRAVELS = (0.1, 0.2, 0.4)


def write(study: Study, siblings: dict[str, Siblings]) -> str:
    """study/reports/README.md as text."""
    shapes = study.settings.study.shapes
    sections = [Section("", opening(study)), Section("In brief", brief(study, siblings))]
    sections += [of_shape(study, shape, siblings) for shape in shapes]
    if study.variants:
        sections.append(variants(study, siblings))
    return markdown(TITLE, [*sections, claims(study, siblings), limits(study)])


def opening(study: Study) -> list[Block]:
    asked = study.settings.study
    number = sum(len(recipe.results) for recipe in study.recipes)
    return [
        f"{count(number, 'network')}: {count(len(asked.shapes), 'shape')} × {count(len(asked.samples), 'sample count')} × "
        f"{count(len(asked.seeds), 'seed')}, each trained for the same number of updates ({asked.updates:,}, in whole epochs), and "
        f"{count(len(asked.variants), 'variant')} of the recipe with {count(len(asked.variant_seeds), 'seed')} each. A seed is of first weights and of the order "
        "of images; the images themselves, the clusters and the test images are the same for all. Numbers are medians over seeds, with the range over "
        "seeds in brackets; they are not intervals from resampling images, which the main report has. Every network is in "
        "[networks.csv](networks.csv). The words are explained [at the end of the main report](../../reports/README.md#the-words)."
    ]


def brief(study: Study, siblings: dict[str, Siblings]) -> list[Block]:
    """The findings, each with its numbers."""
    followed = {r.name: [result for result in r.results if result.is_followed] for r in study.recipes}
    best = {
        name: [result.best.agreement for result in results] for name, results in followed.items() if results
    }
    total = sum(map(len, best.values()))
    first = [first_nearly(result) for results in followed.values() for result in results]
    reached = [updates for updates in first if updates is not None]
    never = [
        f"`{name}` ({study_spread.shares(values)})" for name, values in best.items() if max(values) < NEARLY
    ]
    unseen = [f"`{name}`" for name, results in followed.items() if not results]
    lines = [
        f"**At some moment nearly their picture: {len(reached)} of {total} networks.** Their composed pictures agreed with them on {percent(NEARLY, 0)} or more"
        + (f", for the first time after {study_spread.counts(reached)} updates." if reached else ".")
        + (f" In no seed of {listed(never)}." if never else "")
        + (f" Of {listed(unseen)} too few moments were kept to say." if unseen else "")
    ]
    for shape in study.settings.study.shapes:
        recipes = study.of_shape(shape)
        few, many = recipes[0], recipes[-1]
        lines.append(
            f"**Whether it is kept depends on the images,** with as many updates: with hidden layers {hidden_words(few)} agreement ends at {study_spread.shares(few.values('agreement'))} "
            f"after {few.params.samples:,} images and at {study_spread.shares(many.values('agreement'))} after {many.params.samples:,}."
        )
        lines.append(_sibling_line(study, many, siblings))
    return ["\n".join(f"- {line}" for line in lines if line)]


def first_nearly(result: Result) -> int | None:
    """After how many updates the composed pictures first agreed on NEARLY or more, of the moments kept."""
    return next((m.updates for m in result.truth[1:] if m.agreement >= NEARLY), None)


def _sibling_line(study: Study, recipe: Recipe, siblings: dict[str, Siblings]) -> str:
    """Another seed's network against the fitted pictures, on the largest sample count."""
    if recipe.name not in siblings:
        return ""
    fitted, alike = numbered("fitted", max(study.settings.fit.pictures)), siblings[recipe.name].values
    return (
        f"Another seed's network in its place (`{recipe.name}`) agrees on {study_spread.shares(alike['agreement'])}, and on {study_spread.shares(alike['agreement_on_errors'])} of its errors, and explains "
        f"{study_spread.numbers(alike['explained'])}; its own fitted pictures {study_spread.shares(recipe.rung(fitted, 'agreement'))}, {study_spread.shares(recipe.rung(fitted, 'agreement_on_errors'))} "
        f"and {study_spread.numbers(recipe.rung(fitted, 'explained'))}."
    )


def hidden_words(recipe: Recipe) -> str:
    return "-".join(map(str, recipe.params.hidden)) or "none"


def of_shape(study: Study, shape: str, siblings: dict[str, Siblings]) -> Section:
    """One shape at every sample count: along the training, at the end, against travel."""
    recipes = study.of_shape(shape)
    hidden = hidden_words(recipes[0])
    rows = [
        [
            f"{recipe.params.samples:,}",
            study_spread.shares(recipe.values("accuracy")),
            study_spread.shares([result.best.agreement for result in recipe.results]),
            study_spread.counts([result.best.updates for result in recipe.results]),
            study_spread.shares(recipe.values("agreement")),
            study_spread.numbers([result.truth[-1].travel for result in recipe.results]),
        ]
        for recipe in recipes
    ]
    head = [
        "images",
        "accuracy",
        "best agreement",
        "after updates",
        "agreement at the end",
        "first layer moved",
    ]
    return Section(
        f"Hidden layers {hidden}",
        [
            Figure(f"along-{shape}.png", "Agreement and explained along the training, by sample count",
                   "Lines are medians over seeds, bands the range over seeds; every network has as many updates."),
            Table(head, rows),
            Figure(f"ladder-{shape}.png", "Rungs at the end, by sample count",
                   "What stand-ins explain of the trained networks, and how often they err with them; another seed's network is one of the same recipe in "
                   "the place of this one, its logits as they are."),
            Table(*ladder(study, recipes, siblings)),
            Figure(f"travel-{shape}.png", "Agreement and explained against how far the first layer moved",
                   "A line for each network, from its first updates to its end."),
            travels(recipes),
        ],
    )  # fmt: skip


def ladder(
    study: Study, recipes: Sequence[Recipe], siblings: dict[str, Siblings]
) -> tuple[list[str], list[list[str]]]:
    """Explained by each rung and by siblings, a row a sample count."""
    number, fitted = max(study.settings.survey.clusters), max(study.settings.fit.pictures)
    rungs = {
        "composed, balanced": "composed_balanced",
        "linear fit": "linear_fit",
        f"cluster means, {number}": numbered("cluster_means", number),
        f"exact maps, {number}": numbered("exact_maps", number),
        f"fitted, {fitted}": numbered("fitted", fitted),
    }
    head = [
        "images",
        *(f"{name}: explained" for name in rungs),
        "another seed: explained",
        "agreement",
        "on errors",
    ]
    rows = []
    for recipe in recipes:
        alike = siblings.get(recipe.name)
        rows.append(
            [
                f"{recipe.params.samples:,}",
                *(study_spread.numbers(recipe.rung(rung, "explained")) for rung in rungs.values()),
                *(_sibling(alike)),
            ]
        )
    return head, rows


def _sibling(alike: Siblings | None) -> list[str]:
    if alike is None:
        return ["–", "–", "–"]
    values = alike.values
    return [
        study_spread.numbers(values["explained"]),
        study_spread.shares(values["agreement"]),
        study_spread.shares(values["agreement_on_errors"]),
    ]


def travels(recipes: Sequence[Recipe]) -> str:
    """Does the way alone say how true the pictures are? Agreement at the same travel."""
    lines = []
    for travel in TRAVELS:
        found = [(recipe, study_spread.at_travel(recipe, travel)) for recipe in recipes]
        there = [(recipe, values) for recipe, values in found if values]
        if len(there) > 1:
            said = [
                f"{recipe.params.samples:,} images {study_spread.shares(values)}"
                for recipe, values in there
            ]
            middles = [float(np.median(values)) for _, values in there]
            lines.append(
                f"- at {travel}: {listed(said)}; the medians differ by {decimal(100 * (max(middles) - min(middles)), 1)} points"
            )
    if not lines:
        return "No two sample counts have networks that moved equally far."
    return "Agreement where the first layer has moved equally far, between snapshots:\n\n" + "\n".join(
        lines
    )


def variants(study: Study, siblings: dict[str, Siblings]) -> Section:
    """One row a variant, under the recipe that they vary."""
    fitted = numbered("fitted", max(study.settings.fit.pictures))
    largest = [recipe for shape in study.settings.study.shapes for recipe in study.of_shape(shape)[-1:]]
    rows = [
        [
            recipe.name,
            hidden_words(recipe),
            f"{recipe.params.samples:,}",
            str(recipe.params.epochs),
            study_spread.shares(recipe.values("accuracy")),
            study_spread.shares([result.best.agreement for result in recipe.results]),
            study_spread.shares(recipe.values("agreement")),
            study_spread.numbers(recipe.values("explained")),
            study_spread.numbers(recipe.values("linear_fit")),
            study_spread.numbers(recipe.rung(fitted, "explained")),
            _sibling(siblings.get(recipe.name))[0],
        ]
        for recipe in (*largest, *study.variants)
    ]
    head = ["recipe", "hidden", "images", "epochs", "accuracy", "best agreement", "agreement at the end", "explained, balanced",
            "linear fit", "fitted", "another seed"]  # fmt: skip
    words = "What each variant differs in is in [params.yaml](../params.yaml). The first rows are the grid's own recipes with the most images."
    return Section("Variants of the recipe", [words, Table(head, rows)])


def claims(study: Study, siblings: dict[str, Siblings]) -> Section:
    """Each claim with the networks of which it holds."""
    fitted = numbered("fitted", max(study.settings.fit.pictures))
    tests: dict[str, Callable[[Recipe, Result], bool]] = {
        f"At some moment after the start its composed pictures agree on {NEARLY} or more": lambda _, r: (
            r.best.agreement >= NEARLY
        ),
        f"At the end they agree on {OUTGROWN} less than at their best, or worse: it outgrew its picture": lambda _, r: (
            _end(r) <= r.best.agreement - OUTGROWN
        ),
        "Balanced, they explain less than the best linear fit": lambda _, r: (
            _explained(r, "composed_balanced") < _explained(r, "linear_fit")
        ),
        f"The fitted pictures explain {NEARLY} or more": lambda _, r: _explained(r, fitted) >= NEARLY,
        "The fitted pictures explain more than any other network of its recipe": lambda recipe, r: (
            recipe.name in siblings
            and _explained(r, fitted) > max(siblings[recipe.name].values["explained"])
        ),
    }
    rows = []
    for words, holds in tests.items():
        verdicts = {
            recipe.name: [holds(recipe, result) for result in recipe.results if result.is_followed]
            for recipe in study.recipes
        }
        verdicts = {name: found for name, found in verdicts.items() if found}
        total = sum(map(len, verdicts.values()))
        yes = sum(map(sum, verdicts.values()))
        always = [name for name, found in verdicts.items() if all(found)]
        never = [name for name, found in verdicts.items() if not any(found)]
        mixed = [name for name in verdicts if name not in always and name not in never]
        rows.append([words, f"{yes} of {total}", *(_names(names) for names in (always, mixed, never))])
    return Section(
        "What held, and what did not",
        [
            "Of networks with enough moments kept:",
            Table(["claim on a network", "networks", "every seed of", "some seeds of", "no seed of"], rows),
        ],
    )


def limits(study: Study) -> Section:
    return Section(
        "What this does not say",
        [
            f"One data set (`{study.settings.data.dataset}`), networks without convolutions, one batch size and learning rate. A few seeds show a range, not its tails. "
            "Where two recipes' ranges overlap, the study has not told them apart. "
            "Best moments are of those kept, which are fewer in a wide network."
        ],
    )


def _end(result: Result) -> float:
    return float(result.metrics["agreement"])


def _explained(result: Result, rung: str) -> float:
    return result.ladder[rung].explained.value or 0.0


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) or "–"
