"""The check of words: private names where they are bound, private phrases in prose, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects import ROOT
from tools import words

HITS = {
    "a variable": ("found = 1\n", ["found"]),
    "a parameter": ("def fit(said):\n    pass\n", ["said"]),
    "a field": ("class A:\n    made: int = 0\n", ["made"]),
    "a class": ("class StandIn:\n    pass\n", ["StandIn"]),
    "an attribute": ("self.hero = 1\n", ["hero"]),
    "an import's name": ("import numpy as own\n", ["own"]),
    "a bound": ("MOST_ROWS = 3\n", ["MOST_ROWS"]),
    "a bare verb": ("def load():\n    pass\n", ["load"]),
    "a comment": ("x = 1  # pictures a class\n", ["pictures a class"]),
    "a docstring": ('"""Ten pictures a class."""\n', ["pictures a class"]),
    "a method": ("class A:\n    def load(self):\n        pass\n", []),
    "a word that is used": ("print(found)\n", []),
    "a string": ('x = "one picture a class"\n', []),
    "part of a name": ("found_at = 1\n", []),
    "an exception": ("found = 1  # words: ok, Keras' own name\n", []),
    "an exception without a reason": ("found = 1  # words: ok,\n", ["found"]),
}


@pytest.mark.parametrize("case", HITS)
def test_check_file_of_python(tmp_path: Path, case: str) -> None:
    text, expected = HITS[case]
    (tmp_path / "code.py").write_text(text)
    assert [hit.word for hit in words.check_file(tmp_path / "code.py")] == expected


def test_check_file_of_prose_names_line_and_better_word(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A title\n\nWith ten pictures a class, relu unless said.\n")
    hits = words.check_file(page)
    assert {(hit.place, hit.word) for hit in hits} == {(f"{page}:3", "pictures a class"), (f"{page}:3", "unless said")}
    assert all(hit.instead for hit in hits)


def test_repeated_classes_names_the_first(tmp_path: Path) -> None:
    first, second = tmp_path / "first.py", tmp_path / "second.py"
    for path in (first, second):
        path.write_text("class Images:\n    pass\n")
    (hit,) = words.repeated_classes([first, second])
    assert hit.place == f"{second}:1"
    assert str(first) in hit.instead


def test_words_fails_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text("found = 1\n")
    command = [sys.executable, "-m", "tools.words", str(tmp_path / "code.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "code.py:1: 'found': say stats, match, result" in done.stderr
