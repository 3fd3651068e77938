"""What became of a pipeline that met a fault."""

import subprocess
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class Outcome(StrEnum):
    """The first two are kept promises."""

    SAME = "same bytes"
    REFUSED = "one clear line"
    WRONG = "WRONG OR LOST"
    TRACEBACK = "TRACEBACK"


KEPT = (Outcome.SAME, Outcome.REFUSED)


class Case(NamedTuple):
    """kind: kill, fault or input; name: a row of the table; which: the try's own words; try_in: does it,
    in an empty folder."""

    kind: str
    name: str
    which: str
    try_in: Callable[[Path], Outcome]


def refusal(done: subprocess.CompletedProcess[str]) -> Outcome:
    """Whether a command said no in one line. A `UserError` of several mistakes has a line for each."""
    answers = done.stderr.strip()
    if "Traceback" in answers:
        return Outcome.TRACEBACK
    lines = answers.splitlines()
    is_clear = len(lines) == 1 or all(line.startswith("  ") for line in lines[1:])
    return Outcome.REFUSED if done.returncode == 1 and answers and is_clear else Outcome.WRONG
