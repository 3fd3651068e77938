"""A sheet of small pictures and words, with a cursor that moves down; the page ends where they do."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from looking_for.core.arrays import Array
from looking_for.core.files import atomic_write
from looking_for.core.imageset import Shape
from looking_for.figures import palette

WIDTH = 2080
MARGIN = 30
TEXT, SMALL, TITLE, MIN_TEXT = 32, 27, 42, 18
LEADING = 6  # between the lines of a label
LINE = 40  # from one line of small words to the next
GAP = 4  # between pictures
FRAME = 2  # pixels of an outline
MAX_LABEL = 160  # pixels for the name of a class

ANCHORS: dict[str, Literal["la", "ma", "ra"]] = {"left": "la", "middle": "ma", "right": "ra"}


class Canvas:
    """A white page of palette levels (see `palette`), as high as what is drawn on it.

    `top` is the cursor: where the next line begins. All that takes a `top` draws there instead, and
    leaves the cursor where it is.
    """

    def __init__(self, width: int = WIDTH) -> None:
        self.width = width
        self._page = Image.new("L", (width, 1), palette.WHITE)
        self._photos: list[tuple[Image.Image, tuple[int, int]]] = []
        self._bottom = 0
        self.top = MARGIN

    @property
    def levels(self) -> Array:
        """What is drawn so far, with a margin below (h × w, uint8)."""
        self._reach(self._bottom)
        return np.asarray(self._page)[: self._bottom + MARGIN]

    def title(self, words: str) -> None:
        """Write the page's title, in letters as large as its width allows."""
        size = fit_size(words, self.width - 2 * MARGIN, TITLE, SMALL, bold=True)
        self.text(words, self.top, MARGIN, size, bold=True)
        self.top += 60

    def paragraph(self, words: str, left: int = MARGIN, width: int | None = None) -> None:
        """Write small words in as many lines as they need, across the page or a width."""
        for line in break_lines(words, width or self.width - 2 * MARGIN, SMALL):
            self.text(line, self.top, left, SMALL)
            self.top += LINE

    def text(
        self,
        words: str,
        top: int,
        left: int,
        size: int = TEXT,
        *,
        align: str = "left",
        bold: bool = False,
        level: int = palette.BLACK,
    ) -> None:
        """Write one line in a colour of the palette; `left` is its left edge, middle or right edge by `align`."""
        self._reach(top + size + LEADING)
        font = _font(size, bold)
        if level <= palette.WHITE:
            ImageDraw.Draw(self._page).text((left, top), words, level, font, ANCHORS[align])
            return
        # Between an accent and white lie other colours' levels: its own shades stand for the edges of letters.
        west, north, east, south = (int(edge) for edge in font.getbbox(words, anchor=ANCHORS[align]))
        mask = Image.new("L", (max(1, east - west), max(1, south - north)))
        ImageDraw.Draw(mask).text((-west, -north), words, 255, font, ANCHORS[align])
        shade = np.rint(np.asarray(mask) / 255 * palette.N_SHADES).astype(int)
        place = (left + west, top + north)
        before = np.asarray(self._page.crop((*place, place[0] + mask.width, place[1] + mask.height)))
        after = np.where(shade > 0, level - palette.N_SHADES + shade, before).astype(np.uint8)
        self._page.paste(Image.fromarray(after), place)

    def box(self, top: int, left: int, height: int, width: int, level: int) -> None:
        """Fill a rectangle with a colour of the palette."""
        self._reach(top + height)
        self._page.paste(level, (left, top, left + width, top + height))

    def frame(self, top: int, left: int, height: int, width: int) -> None:
        """Draw the outline of a rectangle."""
        self._reach(top + height)
        ImageDraw.Draw(self._page).rectangle(
            (left, top, left + width - 1, top + height - 1), outline=palette.BLACK, width=FRAME
        )

    def label(self, words: str, top: int, left: int, width: int, height: int = 0) -> None:
        """Write a class's name in bold in the middle of a box: smaller, and in lines, until it fits in."""
        size, lines = _label(words, width)
        step = size + LEADING
        for n, line in enumerate(lines):
            place = top + max(0, height - step * len(lines)) // 2 + n * step
            self.text(shorten(line, width, size), place, left + width // 2, size, align="middle", bold=True)

    def picture(self, levels: Array, top: int, left: int, scale: int) -> None:
        """Draw one picture (h × w levels), each of its pixels a square of `scale` pixels."""
        image = Image.fromarray(np.ascontiguousarray(levels))
        size = image.width * scale, image.height * scale
        self._reach(top + size[1])
        self._page.paste(image.resize(size, Image.Resampling.NEAREST), (left, top))

    def image(self, pixels: Array, shape: Shape, top: int, left: int, scale: int) -> None:
        """Draw an image (n_inputs of 0…1): a grey one as ink on paper, one in colour as it is."""
        if len(shape) == 2:
            self.picture(palette.ink_levels(pixels).reshape(shape), top, left, scale)
            return
        image = Image.fromarray(np.rint(255 * pixels.reshape(shape)).astype(np.uint8))
        size = image.width * scale, image.height * scale
        self._reach(top + size[1])
        self._photos.append((image.resize(size, Image.Resampling.NEAREST), (left, top)))

    def scale_bar(self, half: float, top: int, right: int) -> None:
        """Draw what the colours of signed pictures mean, from `-half` against to `half` for, to the left of `right`."""
        against, toward = f"−{half:.2g} against", f"for +{half:.2g}"
        left = right - text_width(toward, SMALL) - GAP * 2
        self.text(toward, top, right, SMALL, align="right", level=palette.QUIET)
        ramp = np.arange(palette.SIGNED_LEVELS, dtype=np.uint8)[None].repeat(SMALL - 6, axis=0)
        self.picture(ramp.repeat(2, axis=1), top + 4, left - 2 * palette.SIGNED_LEVELS, 1)
        self.text(against, top, left - 2 * palette.SIGNED_LEVELS - GAP * 2, SMALL, align="right", level=palette.QUIET)

    def as_image(self) -> Image.Image:
        """Give the page as an image with a palette, a third of the size of one in full colour; without photos."""
        image = Image.fromarray(self.levels).convert("L")
        image.putpalette(palette.build_palette().tobytes())
        return image

    def save(self, path: Path) -> None:
        """Write a PNG with a palette, or in full colour, which only images in colour need."""
        image = self.as_image()
        if self._photos:
            image = image.convert("RGB")
            for photo, place in self._photos:
                image.paste(photo, place)
        with atomic_write(path) as temporary:
            image.save(temporary, format="PNG", compress_level=4)

    def _reach(self, bottom: int) -> None:
        """Make the page go on to `bottom`, with a margin below."""
        self._bottom = max(self._bottom, bottom)
        if bottom + MARGIN > self._page.height:
            larger = Image.new("L", (self._page.width, 2 * bottom + MARGIN), palette.WHITE)
            larger.paste(self._page)
            self._page = larger


def text_width(words: str, size: int = TEXT, bold: bool = False) -> int:
    """Give the width of a line, in pixels."""
    return int(_font(size, bold).getlength(words))


def label_height(words: str, width: int) -> int:
    """Give the height of a class's name in letters and lines in which it fits a width."""
    size, lines = _label(words, width)
    return (size + LEADING) * len(lines)


def _label(words: str, width: int) -> tuple[int, Sequence[str]]:
    """The size of letters and the lines in which a name fits a width."""
    longest = max(words.split() or [""], key=lambda word: text_width(word, TEXT, True))
    size = fit_size(longest, width, TEXT, MIN_TEXT, bold=True)
    return size, break_lines(words, width, size, bold=True)


def label_width(names: Sequence[str]) -> int:
    """Give the width that the names of classes need beside their rows: their longest word, within reason."""
    longest = max(text_width(word, TEXT, True) for name in names for word in name.split() or [""])
    return min(MAX_LABEL, longest) + 8 * GAP


def fit_size(words: str, width: int, largest: int, least: int, *, bold: bool = False) -> int:
    """Choose the largest size of letters in which a line is no wider than `width`, or else the least."""
    sizes = range(largest, least, -1)
    return next((size for size in sizes if text_width(words, size, bold) <= width), least)


def shorten(words: str, width: int, size: int) -> str:
    """Cut words with an ellipsis where they are wider than `width` in bold letters of this size."""
    cut = words
    while len(cut) > 1 and text_width(cut, size, True) > width:
        cut = cut.removesuffix("…")[:-1] + "…"
    return cut


def break_lines(words: str, width: int, size: int = TEXT, *, bold: bool = False) -> Sequence[str]:
    """Break words into lines no wider than `width` pixels."""
    lines, line = [], ""
    for word in words.replace(" %", "\N{NO-BREAK SPACE}%").split(" "):
        longer = f"{line} {word}".strip()
        if line and text_width(longer, size, bold) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]


def mosaic(pictures: Array, columns: int, scale: int, gap: int) -> Array:
    """Arrange pictures (n_pictures, height, width), as levels, in rows of `columns`, on white."""
    n_pictures, height, width = pictures.shape
    rows = -(-n_pictures // columns)
    sheet = np.full((rows * columns, height * scale + gap, width * scale + gap), palette.WHITE, np.uint8)
    sheet[:n_pictures, : height * scale, : width * scale] = pictures.repeat(scale, axis=1).repeat(scale, axis=2)
    grid = sheet.reshape(rows, columns, *sheet.shape[1:]).swapaxes(1, 2)
    return grid.reshape(rows * sheet.shape[1], columns * sheet.shape[2])


def fit_scale(shape: tuple[int, int], width: int, columns: int, gap: int) -> int:
    """Choose the largest whole scale at which `columns` pictures stand side by side in `width` pixels."""
    return max(1, (width // columns - gap) // shape[1])


def enlarge_scale(scale: int, shape: tuple[int, int]) -> int:
    """Give the scale at which an image is as large as one of 28 pixels at the scale given."""
    return max(1, scale * 28 // max(shape))


@cache
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    path = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
