"""The section `study`: many networks by rule, every shape with every sample count and seed, and variants."""

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from stages.params import Name, Section, Seed
from stages.params.training import MAX_SAMPLES, NetworkParams, Width


class Study(Section):
    shapes: dict[Name, Annotated[list[Width], Field(max_length=8)]] = Field(min_length=1)
    samples: list[Annotated[int, Field(ge=1, le=MAX_SAMPLES)]] = Field(min_length=1)
    seeds: list[Seed] = Field(min_length=1)
    updates: int = Field(ge=1, le=1_000_000)
    variants: dict[Name, NetworkParams] = Field(min_length=1)
    variant_seeds: list[Seed] = Field(min_length=1)
    beside: list[Name] = Field(default=[], max_length=5)

    @model_validator(mode="after")
    def _name_each_once(self) -> "Study":
        n_grid = len(self.shapes) * len(self.samples) * len(self.seeds)
        n_variants = len(self.variants) * len(self.variant_seeds)
        if len(self.networks(1)) < n_grid + n_variants:
            raise PydanticCustomError("study_names_twice", "study")
        return self

    def networks(self, batch_size: int) -> dict[str, NetworkParams]:
        """Give every network by name, `<shape>-<samples>-<seed>` of the grid, then `<variant>-<seed>`.

        The grid's have as many epochs as reach the number of updates.
        """
        grid = {
            f"{shape}-{samples}-{seed}": NetworkParams(
                samples=samples, hidden=hidden, epochs=-(-self.updates // -(-samples // batch_size)), seed=seed
            )
            for shape, hidden in self.shapes.items()
            for samples in self.samples
            for seed in self.seeds
        }
        return grid | {
            f"{variant}-{seed}": params.model_copy(update={"seed": seed})
            for variant, params in self.variants.items()
            for seed in self.variant_seeds
        }
