"""How a page reads: its words, numbers, figures and sentences, counted."""

import re
from pathlib import Path
from typing import NamedTuple

from tools.words import PHRASES

NUMBER = re.compile(r"\d[\d,.]*")
MAX_WORDS, MAX_NUMBERS, MAX_FIGURES = 900, 60, 9
MAX_MEAN, MAX_SENTENCE = 18, 30


class Prose(NamedTuple):
    """Counts of a page, tables left out; sentences are those outside headings, too."""

    words: int
    numbers: int
    figures: int
    sentences: list[str]

    @property
    def lengths(self) -> list[int]:
        return [len(sentence.split()) for sentence in self.sentences]


def read_page(path: Path) -> str:
    """Read a page with plain spaces where a line must not break."""
    return path.read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")


def count_prose(page: str) -> Prose:
    """Count what a reader reads of a page in Markdown: headings and captions too, not the addresses of links."""
    figures = len(re.findall(r"^!\[", page, re.MULTILINE))
    text = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
    text = re.sub(r"^!\[.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"[*`\\]", "", text)
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("|")]
    prose = [line for line in lines if not line.startswith("#")]
    sentences = []
    for line in prose:
        plain = re.sub(r"^[-\d.]* ", "", line) if line.startswith("- ") else line
        sentences += [part for part in re.split(r"(?<=[.?!:;])\s+(?=[^a-z])", plain) if re.search(r"\w", part)]
    words = [word for line in lines for word in re.findall(r"[^\s|]*\w[^\s|]*", line)]
    return Prose(len(words), len(NUMBER.findall(" ".join(prose))), figures, sentences)


def check_prose(page: str) -> None:
    """Assert that a story is as short and plain as it promises to be."""
    prose = count_prose(page)
    assert prose.words <= MAX_WORDS, prose.words
    assert prose.numbers <= MAX_NUMBERS, prose.numbers
    assert prose.figures <= MAX_FIGURES, prose.figures
    assert sum(prose.lengths) / len(prose.lengths) <= MAX_MEAN
    assert max(prose.lengths) <= MAX_SENTENCE, max(prose.sentences, key=lambda s: len(s.split()))
    assert not [phrase for phrase in PHRASES if re.search(phrase, page, re.IGNORECASE)]
