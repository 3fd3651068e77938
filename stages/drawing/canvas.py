"""A sheet of small pictures and words, drawn pixel by pixel: one array, no axes, no file a unit."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageFont

from stages.arrays import Array
from stages.artifacts.files import whole
from stages.drawing import views

WIDTH = 2080
MARGIN = 30
TEXT, SMALL, TITLE = 32, 27, 40
OUTLINE_AT = 0.4


class Canvas:
    """A white page of palette levels (see `views`) that grows no larger than it was made."""

    def __init__(self, height: int, width: int = WIDTH) -> None:
        self.levels = np.full((height, width), views.WHITE, np.uint8)

    def picture(self, levels: Array, top: int, left: int, scale: int) -> None:
        """Draw one picture (h × w levels), each of its pixels a square of `scale` pixels."""
        large = levels.repeat(scale, axis=0).repeat(scale, axis=1)
        self.levels[top : top + large.shape[0], left : left + large.shape[1]] = large

    def outline(self, inside: Array, top: int, left: int, scale: int) -> None:
        """Draw a dark line around the pixels (h × w, bool) of a picture that stands at this place."""
        large = np.pad(inside, 1).repeat(scale, axis=0).repeat(scale, axis=1)
        edge = np.zeros_like(large)
        for axis in (0, 1):
            edge |= large & ~(np.roll(large, 1, axis) & np.roll(large, -1, axis))
        edge = edge[scale:-scale, scale:-scale]
        self.levels[top : top + edge.shape[0], left : left + edge.shape[1]][edge] = views.BLACK

    def text(
        self,
        words: str,
        top: int,
        left: int,
        size: int = TEXT,
        *,
        align: str = "left",
        bold: bool = False,
    ) -> None:
        """Write one line, black on white; `left` is its left edge, middle or right edge by `align`."""
        mask, (dx, dy) = _font(size, bold).getmask2(words, mode="L")
        ink = np.asarray(mask, np.uint8).reshape(mask.size[::-1])
        left += dx - {"left": 0, "middle": mask.size[0] // 2, "right": mask.size[0]}[align]
        top += dy
        height, width = self.levels[top : top + ink.shape[0], max(left, 0) : left + ink.shape[1]].shape
        ink = ink[:height, max(-left, 0) : max(-left, 0) + width]
        place = self.levels[top : top + height, max(left, 0) : max(left, 0) + width]
        place[ink > 0] = views.grey(255 - ink)[ink > 0]

    def title(self, words: str) -> None:
        """Write the page's title, in letters as large as its width allows."""
        fits = (s for s in range(TITLE, SMALL, -1) if words_width(words, s, True) <= WIDTH - 2 * MARGIN)
        self.text(words, MARGIN, MARGIN, next(fits, SMALL), bold=True)

    def save(self, path: Path) -> None:
        """Write a palette PNG: a third of the size of one in full colour."""
        image = Image.fromarray(self.levels, mode="P")
        image.putpalette(views.palette().tobytes())
        with whole(path) as temporary:
            image.save(temporary, format="PNG", compress_level=4)


def words_width(words: str, size: int = TEXT, bold: bool = False) -> int:
    """How wide a line is, in pixels."""
    return int(_font(size, bold).getlength(words))


def mosaic(levels: Array, shape: tuple[int, int], columns: int, scale: int, gap: int) -> Array:
    """Pictures (n × h·w levels) in rows of `columns`, as one array of levels on white."""
    height, width = shape
    rows = -(-len(levels) // columns)
    sheet = np.full((rows * columns, height * scale + gap, width * scale + gap), views.WHITE, np.uint8)
    tiles = levels.reshape(-1, height, width).repeat(scale, axis=1).repeat(scale, axis=2)
    sheet[: len(levels), : height * scale, : width * scale] = tiles
    grid = sheet.reshape(rows, columns, *sheet.shape[1:]).swapaxes(1, 2)
    return grid.reshape(rows * sheet.shape[1], columns * sheet.shape[2])


def fitting_scale(shape: tuple[int, int], width: int, columns: int, gap: int) -> int:
    """The largest whole scale at which `columns` pictures stand side by side in `width` pixels."""
    return max(1, (width // columns - gap) // shape[1])


@cache
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def lines_of(words: str, width: int, size: int = TEXT) -> Sequence[str]:
    """Words broken into lines no wider than `width` pixels."""
    lines, line = [], ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        if line and words_width(longer, size) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]
