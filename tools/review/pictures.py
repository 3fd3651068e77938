"""Two versions of a figure, and where they differ."""

import io
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from PIL import Image, ImageChops

from looking_for.core.paths import FIGURES

FAINTNESS, MIN_MAGENTA = (0.15, 90)  # of the new figure, as a share; of magenta where anything differs, of 255
MAGENTA = (200, 0, 130)


@dataclass(frozen=True)
class Figure:
    """A figure before and after, as PNG files' bytes; None where there was or is none.

    changed: the share of its pixels that differ; difference: a PNG that shows which.
    """

    path: str
    before: bytes | None
    after: bytes | None
    changed: float = 1.0
    difference: bytes | None = None

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


def compare_figure(path: str, before: bytes | None, after: bytes | None) -> Figure:
    """Compare two versions of a figure; figures of different sizes are compared from the top left."""
    if before is None or after is None:
        return Figure(path, before, after)
    old, new = _on_one_page(_image(before), _image(after))
    distance = reduce(ImageChops.lighter, ImageChops.difference(old, new).split())
    same = distance.histogram()[0] / (distance.width * distance.height)
    return Figure(path, before, after, 1 - same, _shown(new, distance))


def _image(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def _on_one_page(old: Image.Image, new: Image.Image) -> tuple[Image.Image, Image.Image]:
    """Both on white pages as large as the larger of each side."""
    size = max(old.width, new.width), max(old.height, new.height)
    pages = Image.new("RGB", size, "white"), Image.new("RGB", size, "white")
    for page, picture in zip(pages, (old, new), strict=True):
        page.paste(picture)
    return pages


def _shown(new: Image.Image, distance: Image.Image) -> bytes:
    """What differs in magenta, the stronger the farther (0…255), on a faint copy of the new figure."""
    mean = new.convert("L", (1 / 3, 1 / 3, 1 / 3, 0))
    faint = mean.point([round(255 - FAINTNESS * (255 - level)) for level in range(256)])
    share = distance.point([0, *(round(MIN_MAGENTA + (255 - MIN_MAGENTA) * far / 255) for far in range(1, 256))])
    mixed = Image.composite(Image.new("RGB", new.size, MAGENTA), faint.convert("RGB"), share)
    file = io.BytesIO()
    mixed.quantize(64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(file, format="PNG")
    return file.getvalue()
