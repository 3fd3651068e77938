"""What an edit of one network costs among many others: does it grow with their number?

DVC's own part does: it reads the whole graph, and writes the whole lock after each stage. So the commands
are timed without it, too.
"""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from stages._prune import NETWORK_FILES
from tools.bench.shell import replace, run, stages_of
from tools.bench.timing import seconds

SIZES = (8, 40)
SAMPLES = 500  # of `few` as the pipeline's bench leaves it
MORE = 30  # what each edit adds: to numbers that no edit before had, or DVC would have the results cached


def measure_many(project: Path, present: int) -> dict[str, dict[str, float]]:
    """By number of networks: seconds of `dvc repro` after an edit of one, and of its commands alone."""
    times = {}
    run(project, "dvc", "repro", "-q")
    for place, size in enumerate(SIZES):
        print(f"  after an edit of one network of {size} …", flush=True)
        add_copies(project, range(present, size))
        present = size
        samples = SAMPLES + MORE * place
        replace(project / "params.yaml", f"few: {{samples: {samples}", f"few: {{samples: {samples + MORE}")
        times[str(size)] = {"edit": stages_of(project)["whole"], "alone": seconds(lambda: run_alone(project))}
    return times


def run_alone(project: Path) -> None:
    """The commands that such an edit runs, without DVC."""
    for stage in ("train", "compose", "draw"):
        run(project, sys.executable, "-m", f"stages.{stage}", "--network", "few")
    for step in ("stages.explore", "stages.render"):
        run(project, sys.executable, "-m", step)


def add_copies(project: Path, numbers: range) -> None:
    """Networks that are `few` by other names, with all that the stages make of it: nothing is trained."""
    copy_few(project, [f"copy-{n}" for n in numbers])
    run(project, "dvc", "commit", "--force", "--quiet")
    run(project, "dvc", "repro", "-q")


def copy_few(project: Path, names: Sequence[str]) -> None:
    """Add networks that are `few` by other names to params.yaml and to the files, without telling DVC."""
    params = project / "params.yaml"
    (line,) = [row for row in params.read_text().splitlines() if row.startswith("  few: ")]
    replace(params, line, "\n".join([line, *(line.replace("few", name, 1) for name in names)]))
    for name in names:
        for file in NETWORK_FILES:
            ours, copy = project / file("few"), project / file(name)
            shutil.copytree(ours, copy) if ours.is_dir() else shutil.copy(ours, copy)
