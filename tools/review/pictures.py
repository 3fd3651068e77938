"""Two versions of a figure, small enough for a page."""

import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from PIL import Image

from looking_for.core.paths import FIGURES

WIDTH = 1040  # of a figure on the page: half of its own
COLOURS = 64


@dataclass(frozen=True)
class Figure:
    """A figure before and after, as PNG files' bytes; None where there was or is none."""

    path: str
    before: bytes | None
    after: bytes | None

    @property
    def status(self) -> str:
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def name(self) -> str:
        """Its path below reports/figures, without the ending: as in few/output."""
        return Path(self.path).relative_to(FIGURES).with_suffix("").as_posix()

    @property
    def slug(self) -> str:
        return self.name.replace("/", "--")

    @property
    def is_of_units(self) -> bool:
        """Whether it shows single hidden units, which have no fixed places from one training to the next."""
        return "/layer-" in self.path

    @cached_property
    def small(self) -> dict[str, bytes]:
        """Both versions at WIDTH, as far as there are such, by "before" and "after"."""
        versions = {"before": self.before, "after": self.after}
        return {version: shrink(png) for version, png in versions.items() if png is not None}


def shrink(png: bytes) -> bytes:
    """Give a PNG no wider than WIDTH, in few colours."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    if image.width > WIDTH:
        image = image.resize((WIDTH, max(1, round(image.height * WIDTH / image.width))), Image.Resampling.BOX)
    file = io.BytesIO()
    quantised = image.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    quantised.save(file, format="PNG", optimize=True)
    return file.getvalue()
