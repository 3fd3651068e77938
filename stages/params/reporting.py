"""The section `render`: what is drawn and compared."""

from pydantic import Field

from stages.params import Name, Section


class Render(Section):
    samples_per_class: int = Field(ge=1, le=20)
    clusters_shown: int = Field(ge=1, le=12)
    story: list[Name] = Field(max_length=7)
