"""The section `study`: many networks by rule, every shape with every sample count and seed, variants, and more seeds of
some of them."""

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from looking_for.core.errors import UserError
from stages.params import Name, Section, Seed, read_yaml
from stages.params.training import MAX_SAMPLES, NetworkParams, Width

NO_STUDY = "params.yaml has no `study`: run this in the study's folder"


def read_study() -> "Study":
    """Read the section of a study's params.yaml, checked by `read_params`; raises UserError where it has none."""
    section = read_yaml().get("study")
    if section is None:
        raise UserError(NO_STUDY)
    return Study.model_validate(section)


class Study(Section):
    shapes: dict[Name, Annotated[list[Width], Field(max_length=8)]] = Field(min_length=1)
    samples: list[Annotated[int, Field(ge=1, le=MAX_SAMPLES)]] = Field(min_length=1)
    seeds: list[Seed] = Field(min_length=1)
    updates: int = Field(ge=1, le=1_000_000)
    variants: dict[Name, NetworkParams] = Field(min_length=1)
    variant_seeds: list[Seed] = Field(min_length=1)
    further: dict[Name, NetworkParams] = Field(default={})
    further_seeds: list[Seed] = Field(default=[])
    beside: list[Name] = Field(default=[], max_length=5)

    @model_validator(mode="after")
    def _name_each_once(self) -> "Study":
        n_grid = len(self.shapes) * len(self.samples) * len(self.seeds)
        n_variants = len(self.variants) * len(self.variant_seeds)
        n_further = len(self.further) * len(self.further_seeds)
        if len(self.networks(1)) < n_grid + n_variants + n_further:
            raise PydanticCustomError("study_names_twice", "study")
        return self

    def networks(self, batch_size: int) -> dict[str, NetworkParams]:
        """Give every network by name, `<shape>-<samples>-<seed>` of the grid, then `<variant>-<seed>`, and further
        seeds of some of both.

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
        variants = [(name, self.variants[name], seed) for name in self.variants for seed in self.variant_seeds]
        variants += [(name, self.further[name], seed) for name in self.further for seed in self.further_seeds]
        return grid | {f"{name}-{seed}": params.model_copy(update={"seed": seed}) for name, params, seed in variants}

    def further_of_another(self, batch_size: int) -> str | None:
        """Find what has further seeds but is no recipe of the grid or of the variants, or differs from it."""
        without = self.model_copy(update={"further": {}}).networks(batch_size)
        recipes = {name.rpartition("-")[0]: network.recipe().without("seed") for name, network in without.items()}
        strange = [n for n, network in self.further.items() if network.recipe().without("seed") != recipes.get(n)]
        return strange[0] if strange else None
