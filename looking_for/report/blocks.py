"""What a report is made of: sections of paragraphs, figures and tables."""

import re
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


def literal(words: str) -> str:
    """Anyone's words, such as a class's name, as Markdown that shows them as they are."""
    return re.sub(r"([\\`*_\[\]<>|&!$~])", r"\\\1", words)
