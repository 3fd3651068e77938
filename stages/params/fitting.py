"""The section `fit`."""

from pydantic import Field

from looking_for.surrogates.prototypes import FitSettings
from stages.params import CountPerClass, Section, Seed


class Fit(Section):
    pictures: list[CountPerClass] = Field(min_length=1, max_length=6)
    pull: float = Field(ge=0, le=1000)
    updates: int = Field(ge=0, le=100_000)
    seed: Seed

    def settings(self) -> FitSettings:
        return FitSettings(tuple(self.pictures), self.pull, self.updates, self.seed)
