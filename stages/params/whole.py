"""params.yaml as a whole: which sections it has, and what they must have in common."""

from typing import Any

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from looking_for.core.errors import UserError
from stages.params import Name, Section
from stages.params.fitting import Fit
from stages.params.images import Data, SurveyParams
from stages.params.messages import REMEDY, RULES, explain_errors
from stages.params.reporting import Render
from stages.params.study import Study
from stages.params.training import ModelParams, NetworkParams, Train

MIN_STUDY_SNAPSHOTS = 3  # a study is about what happens along the training


class Params(Section):
    """The params.yaml of the main pipeline."""

    data: Data
    survey: SurveyParams
    train: Train
    networks: dict[Name, NetworkParams] = Field(min_length=1)
    models: dict[Name, ModelParams]
    fit: Fit
    challenge: list[Name] = Field(max_length=20)
    render: Render

    @property
    def inputs(self) -> list[str]:
        """The paths of people's own files."""
        return [self.data.path, *(model.path for model in self.models.values())]

    @model_validator(mode="after")
    def _name_what_exists(self) -> "Params":
        if strange := sorted(set(self.fit.pictures) - set(self.survey.clusters)):
            allowed = {"number": strange[0], "allowed": str(self.survey.clusters)}
            raise PydanticCustomError("fitted_without_clusters", "fit.pictures", allowed)
        if twice := [name for name in self.models if name in self.networks]:
            raise PydanticCustomError("named_twice", "models", {"name": twice[0]})
        names = [*self.networks, *self.models]
        labels = [n.label for section in (self.networks, self.models) for n in section.values() if n.label]
        if repeated := [label for label in labels if labels.count(label) > 1]:
            raise PydanticCustomError("labelled_twice", "networks", {"label": repeated[0]})
        if missing := [name for name in self.challenge if name not in names]:
            known = {"name": missing[0], "networks": ", ".join(names)}
            raise PydanticCustomError("challenge_of_nobody", "challenge", known)
        return self


class StudyParams(Section):
    """The params.yaml of a study: no network is named in it, and none is drawn."""

    data: Data
    survey: SurveyParams
    train: Train
    fit: Fit
    study: Study

    @model_validator(mode="after")
    def _have_a_course(self) -> "StudyParams":
        untrained = [name for name, variant in self.study.variants.items() if variant.epochs == 0]
        if self.train.snapshots < MIN_STUDY_SNAPSHOTS or untrained:
            raise PydanticCustomError("study_without_course", "study", {"least": MIN_STUDY_SNAPSHOTS})
        return self

    def as_params(self) -> Params:
        """Give the same as the stages see it; raises ValidationError as for the main pipeline."""
        return Params(
            data=self.data,
            survey=self.survey,
            train=self.train,
            networks=self.study.networks(self.train.batch_size),
            models={},
            fit=self.fit,
            challenge=[],
            render=Render(samples_per_class=10, clusters_shown=10, story=[]),
        )


def complete_params(written: Any) -> dict[str, Any]:
    """Check params.yaml, as YAML gives it, and give it as the main pipeline's stages see it.

    Raises
    ------
    UserError
        For every wrong key.
    """
    params = parse_params(written)
    if isinstance(params, StudyParams):
        return params.as_params().model_dump()
    return dict(written)


def parse_params(written: Any) -> Params | StudyParams:
    """Check params.yaml, as YAML gives it; a study's has a section `study`."""
    is_study = isinstance(written, dict) and "study" in written
    schema: type[Params | StudyParams] = StudyParams if is_study else Params
    try:
        params = schema.model_validate(written)
    except ValidationError as error:
        raise UserError(explain_errors(schema, error)) from error
    if isinstance(params, StudyParams):
        try:
            params.as_params()
        except ValidationError as error:
            raise UserError(explain_errors(Params, error)) from error
        if strange := params.study.further_of_another(params.train.batch_size):
            raise UserError(f"params.yaml: {RULES['further_of_another'].format(name=strange)}. {REMEDY}")
    return params
