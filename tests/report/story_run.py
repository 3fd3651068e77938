"""A run's report as tests read it, and what every report must be."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from looking_for.core import paths
from looking_for.core.tables import load_rows
from looking_for.surrogates.course import SnapshotMeasures
from looking_for.surrogates.ladder import Ladder
from tests.report.prose import check_prose, read_page


@dataclass(frozen=True)
class StoryRun:
    """A run's report with its details, and where its numbers are."""

    folder: Path

    @property
    def report(self) -> str:
        return read_page(self.folder / paths.REPORT)

    @property
    def details(self) -> str:
        return read_page(self.folder / paths.DETAILS)

    @property
    def lead(self) -> str:
        """All before the first heading: the first screen."""
        return self.report.split("\n## ")[0]

    def section(self, title: str, page: str = "") -> str:
        result = [part for part in (page or self.report).split("\n## ") if part.startswith(title)]
        return result[0] if result else ""

    def ladder(self, network: str) -> Ladder:
        return Ladder.load(self.folder / paths.ladder_file(network))

    def truth(self, network: str) -> list[SnapshotMeasures]:
        return load_rows(self.folder / paths.truth_file(network), SnapshotMeasures)


Teller = Callable[..., StoryRun]


def is_whole(story: StoryRun) -> None:
    """What every report must be: figures that are there, numbers that are numbers, right plurals, plain sentences."""
    for page in (story.report, story.details):
        assert not re.findall(r"\b(nan|None|inf|Undefined)\b|[{}]|%\(", page)
        assert not re.findall(r"\b1 (?:images|epochs|updates|steps|clusters|classes|units|pixels|pictures)\b", page)
        for figure in re.findall(r"\((figures/[^)]+\.png)\)", page):
            assert (story.folder / "reports" / figure).exists(), figure
        for block in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
            assert len({row.count("|") for row in block.splitlines()}) == 1, "every row has every column"
    check_prose(story.report)
