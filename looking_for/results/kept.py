"""Are pictures that networks are kept to real? What the rest decides, and whose pictures they are."""

from collections.abc import Sequence
from math import isnan
from typing import NamedTuple

import numpy as np

from looking_for.clusters.survey import Survey
from looking_for.core import paths
from looking_for.core.arrays import Array, as_pixels
from looking_for.core.imageset import ImageSet
from looking_for.networks.dense import DenseNetwork
from looking_for.results.places import N_COMPARED, Parts, find_parts
from looking_for.results.recipes import RecipeResults
from looking_for.results.study import StudyResults
from looking_for.surrogates.measures import estimate
from looking_for.surrogates.pictures import Pictures
from looking_for.surrogates.rest import Rest, compare_pictures, compare_with_maps, explain_changes_by, measure_rest


class PictureCheck(NamedTuple):
    """One network, held against its picture.

    Parameters
    ----------
    rest : Rest
        What the picture alone decides, and the rest alone.
    like_flat, like_sibling : float or None
        Cosines of the composed pictures with those of a network without hidden layers of the same seed, and with
        those of the next seed of the recipe.
    like_maps : float
        Mean cosine of the exact maps of single images with the picture.
    flat_agreement, flat_on_errors : float or None
        How often that network without hidden layers gives the same answer, and the same where this one is wrong.
    change_own, change_flat, change_sibling : float or None
        Shares of how its logits change with the image that its pictures explain, and those of the other two.
    hidden_explained : float or None
        How much of what drives a unit of the last hidden layer its composed picture explains, mean over units.
    parts : sequence of Parts
        For each of the first classes, where in the image ink separates it most from the others.
    """

    rest: Rest
    like_flat: float | None
    like_sibling: float | None
    like_maps: float
    flat_agreement: float | None
    flat_on_errors: float | None
    change_own: float
    change_flat: float | None
    change_sibling: float | None
    hidden_explained: float | None
    parts: Sequence[Parts]


def check_pictures(study: StudyResults, images: ImageSet, survey: Survey) -> dict[str, list[PictureCheck]]:
    """Check every network of the penalised recipes, of the same without a penalty, and of the truest of the others: by
    recipe, in the order of seeds."""
    if not study.penalised:
        return {}
    recipes = [r for r in (study.free_of(study.penalised[0]), study.truest_other, *study.penalised) if r]
    flat = next((r for r in study.recipes if not r.recipe.hidden and not r.recipe.is_control), None)
    flat_by_seed = {n.seed: Pictures.load(paths.pictures_file(n.name)) for n in flat.networks} if flat else {}
    return {recipe.name: _check_recipe(recipe, flat_by_seed, images, survey) for recipe in recipes}


def _check_recipe(
    recipe: RecipeResults, flat: dict[int, Pictures], images: ImageSet, survey: Survey
) -> list[PictureCheck]:
    pictures = [Pictures.load(paths.pictures_file(n.name)) for n in recipe.networks]
    return [
        _check_network(
            DenseNetwork.load(paths.network_file(network.name)).astype(np.float64),
            pictures[n],
            flat.get(network.seed),
            pictures[(n + 1) % len(pictures)] if len(pictures) > 1 else None,
            images,
            survey,
        )
        for n, network in enumerate(recipe.networks)
    ]


def _check_network(
    network: DenseNetwork,
    pictures: Pictures,
    flat: Pictures | None,
    sibling: Pictures | None,
    images: ImageSet,
    survey: Survey,
) -> PictureCheck:
    composed, inked = pictures.composed.output, ~pictures.never_inked
    others = [other.composed.output if other else None for other in (flat, sibling)]
    like_flat, like_sibling = (compare_pictures(composed, other, inked) if other else None for other in others)
    flat_agreement, flat_on_errors = compare_answers(flat, pictures, images.y_test) if flat else (None, None)
    by_itself = explain_changes_by(network, composed, images.x_test)
    by_flat, by_sibling = (explain_changes_by(network, o, images.x_test) if o else None for o in others)
    return PictureCheck(
        rest=measure_rest(pictures.logits.astype(float), composed(as_pixels(images.x_test)), images.y_test),
        like_flat=like_flat,
        like_sibling=like_sibling,
        like_maps=compare_with_maps(network, composed, images.x_test),
        flat_agreement=flat_agreement,
        flat_on_errors=flat_on_errors,
        change_own=by_itself,
        change_flat=by_flat,
        change_sibling=by_sibling,
        hidden_explained=float(pictures.units[-1].explained.mean()) if pictures.units else None,
        parts=find_parts(composed.weights, survey.clusters[1].means, images.shape, N_COMPARED),
    )


def compare_answers(one: Pictures, other: Pictures, labels: Array) -> tuple[float, float | None]:
    """Give the share of another network's answers that one network gives, of all and of those that are wrong."""
    logits, instead = (pictures.logits.astype(float) for pictures in (other, one))
    agreement, on_errors, _ = estimate([instead], logits, labels)[0].tolist()
    return agreement, None if isnan(on_errors) else on_errors
