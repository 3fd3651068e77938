"""Names of classes that the figures' font can show."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.ft2font import FT2Font

from looking_for.results.run import RunResults

FONT = "fonts/ttf/DejaVuSans.ttf"  # comes with Matplotlib; a font of the machine would change the bytes


def legible_names(classes: Sequence[str]) -> list[str]:
    """Give each class's name, or its number where the font lacks a letter of the name.

    Examples
    --------
    >>> legible_names(["Hose", "Größe", "汉字"])
    ['Hose', 'Größe', '2']
    """
    return [name if all(map(has_glyph, name)) else str(k) for k, name in enumerate(classes)]


def with_legible_names(run: RunResults) -> RunResults:
    """Give a run's results with classes called by their numbers where the figures' font lacks a letter."""
    return replace(run, images=replace(run.images, classes=np.array(legible_names(run.classes))))


def has_glyph(letter: str) -> bool:
    """Whether the font has a letter."""
    return ord(letter) in _letters()


@cache
def _letters() -> frozenset[int]:
    return frozenset(FT2Font(str(Path(matplotlib.get_data_path()) / FONT)).get_charmap())
