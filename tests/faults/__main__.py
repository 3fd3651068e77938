"""Try every fault and print what became of it: `make faults`. Writes build/faults.json.

Kills are at moments drawn from one seed, but what runs at that moment is the machine's: a loss that is
found here names its moment, not a way to have it again.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from tqdm import tqdm

from looking_for.core.parallel import n_cores
from tests.faults import damage, downloads, inputs, kills, workshop
from tests.faults.outcome import KEPT, Case, Outcome
from tests.projects import ENVIRONMENT

OUTPUT = Path("build/faults.json")
PLURALS = {"kill": "kills", "fault": "other faults", "input": "bad inputs"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--kills", type=int, default=5, help="at random of each kind and pipeline")
    given = parser.parse_args()
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as folder:
        result = tried(all_cases(Path(folder), given.kills), Path(folder))
    print(outcome_table(result))
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps([[*case[:3], outcome] for case, outcome in result], indent=1) + "\n")
    if any(outcome not in KEPT for _, outcome in result):
        sys.exit(1)


def all_cases(folder: Path, tries: int) -> list[Case]:
    """Of a pipeline on digits, and kills also of one on images of MNIST's shape."""
    random = Random(0)
    base = workshop.make_workshop(folder / "digits")
    large = workshop.make_workshop(folder / "large", large=True)
    cases = [*inputs.cases(), *downloads.cases(), *damage.cases(base)]
    for of in (base, large):
        cases += kills.cases(of, seconds_of(of, folder), tries, random)
    return cases


def seconds_of(base: workshop.Base, folder: Path) -> float:
    """How long `dvc repro` takes after the edit, while another runs beside it."""
    with tempfile.TemporaryDirectory(dir=folder) as its_own:
        project, start = base.copy(Path(its_own), edited=True), time.monotonic()
        project.run("dvc", "repro", **ENVIRONMENT)
        return 1.5 * (time.monotonic() - start)


def tried(cases: Sequence[Case], folder: Path) -> list[tuple[Case, Outcome]]:
    """Each case in a folder of its own, as many at once as there are cores; losses are told at once."""

    def attempt(case: Case) -> Outcome:
        with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as its_own:
            outcome = case.try_in(Path(its_own))
        if outcome not in KEPT:
            tqdm.write(f"{outcome}: {case.name}, {case.which}")
        return outcome

    with ThreadPoolExecutor(n_cores()) as workers:
        outcomes = tqdm(workers.map(attempt, cases), total=len(cases), unit="try", disable=None)
        return list(zip(cases, outcomes, strict=True))


def outcome_table(result: Sequence[tuple[Case, Outcome]]) -> str:
    """Fault × tries × outcome in Markdown, and the sums."""
    rows = Counter((case.kind, case.name, outcome) for case, outcome in result)
    names = dict.fromkeys((case.kind, case.name) for case, _ in result)
    lines = ["| | tries | " + " | ".join(Outcome) + " |", "|---" * (2 + len(Outcome)) + "|"]
    for kind, name in names:
        numbers = [rows[kind, name, outcome] for outcome in Outcome]
        lines.append(f"| {name} | {sum(numbers)} | " + " | ".join(map(str, numbers)) + " |")
    kinds = Counter(case.kind for case, _ in result)
    sums = ", ".join(f"{kinds[kind]} {words}" for kind, words in PLURALS.items())
    lost = sum(outcome is Outcome.WRONG for _, outcome in result)
    seen = sum(outcome is Outcome.TRACEBACK for _, outcome in result)
    return "\n".join([*lines, "", f"{sums}: {lost} lost or wrong, {seen} tracebacks"])


if __name__ == "__main__":
    main()
