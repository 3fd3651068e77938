"""What draws and reports must know of params.yaml, as the library takes it."""

from typing import Any

from looking_for.core.errors import UserError
from looking_for.results.network import RunSettings
from looking_for.results.study import StudySettings
from looking_for.surrogates.ladder import headline_count
from stages.params import read_yaml
from stages.params.study import NO_STUDY
from stages.params.whole import Params, StudyParams, parse_params


def load_params() -> Params:
    """Read all of params.yaml; of a study, as the main pipeline's stages see it."""
    params = parse_params(read_yaml())
    return params.as_params() if isinstance(params, StudyParams) else params


def load_study() -> StudyParams:
    """Read the params.yaml of a study; raises UserError if it is not a study's."""
    params = parse_params(read_yaml())
    if not isinstance(params, StudyParams):
        raise UserError(NO_STUDY)
    return params


def run_settings(params: Params) -> RunSettings:
    """Give what draws and reports must know."""
    return RunSettings(
        recipes={name: network.recipe() for name, network in params.networks.items()},
        imported={name: model.path for name, model in params.models.items()},
        labels={n: p.label for section in (params.networks, params.models) for n, p in section.items() if p.label},
        batch_size=params.train.batch_size,
        challenged=params.challenge,
        story=params.render.story,
        samples_per_class=params.render.samples_per_class,
        clusters_shown=params.render.clusters_shown,
        n_fitted=params.fit.pictures,
        dataset=params.data.dataset,
        comparable=comparable_settings(params),
    )


def study_settings(params: StudyParams) -> StudySettings:
    """Give what the study's report must know."""
    networks = params.study.networks(params.train.batch_size)
    return StudySettings(
        shapes=params.study.shapes,
        samples=params.study.samples,
        seeds=params.study.seeds,
        updates=params.study.updates,
        variants=list(params.study.variants),
        variant_seeds=params.study.variant_seeds,
        further=list(params.study.further),
        further_seeds=params.study.further_seeds,
        networks={name: network.recipe() for name, network in networks.items()},
        n_clusters=max(params.survey.clusters),
        n_fitted=max(params.fit.pictures),
        dataset=params.data.dataset,
        beside=params.study.beside,
        comparable=comparable_settings(params),
    )


def comparable_settings(params: Params | StudyParams) -> dict[str, Any]:
    """Give the settings besides a recipe on which a network's numbers depend."""
    fit, train = params.fit, params.train
    data = params.data.model_dump(exclude={"source"})
    later = {"size", "transpose"}  # they count where they are set, so that summaries written before them still hold
    return {
        "data": {key: value for key, value in data.items() if value or key not in later},
        "clusters": [headline_count(params.survey.clusters), params.survey.seed],
        "batch_size": train.batch_size,
        "learning_rate": train.learning_rate,
        "fit": [headline_count(fit.pictures), fit.pull, fit.updates, fit.seed],
    }
