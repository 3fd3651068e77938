"""What a report is made of: sections of paragraphs, figures and tables."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A file under reports/figures, what it shows in a few words, and its caption."""

    file: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Table:
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


Block = str | Figure | Table


@dataclass(frozen=True)
class Section:
    title: str
    blocks: Sequence[Block]
