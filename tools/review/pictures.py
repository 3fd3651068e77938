"""Two versions of a figure, and where they differ."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from stages.arrays import Array
from stages.artifacts.files import FIGURES

FAINT = 0.15


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


def compare(path: str, before: bytes | None, after: bytes | None) -> Figure:
    """The figure with its difference; figures of different sizes are compared from the top left."""
    if before is None or after is None:
        return Figure(path, before, after)
    old, new = _on_one_page(_pixels(before), _pixels(after))
    distance = np.abs(old.astype(np.int16) - new).max(axis=2)
    return Figure(path, before, after, float((distance > 0).mean()), _shown(new, distance))


def _pixels(png: bytes) -> Array:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def _on_one_page(old: Array, new: Array) -> tuple[Array, Array]:
    """Both on white pages as large as the larger of each side."""
    height, width = (max(old.shape[axis], new.shape[axis]) for axis in (0, 1))
    pages = []
    for picture in (old, new):
        page = np.full((height, width, 3), 255, np.uint8)
        page[: picture.shape[0], : picture.shape[1]] = picture
        pages.append(page)
    return pages[0], pages[1]


def _shown(new: Array, distance: Array) -> bytes:
    """What differs in magenta, the stronger the more, on a faint copy of the new figure."""
    grey = 255 - FAINT * (255 - new.mean(axis=2, keepdims=True))
    share = np.where(distance > 0, 0.35 + 0.65 * distance / 255, 0)[..., None]
    mixed = (1 - share) * grey + share * np.array([200, 0, 130])
    file = io.BytesIO()
    image = Image.fromarray(mixed.astype(np.uint8)).quantize(
        64, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE
    )
    image.save(file, format="PNG")
    return file.getvalue()
