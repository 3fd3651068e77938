"""What running stages side by side is worth, and what DVC's own books cost as a study grows.

`make bench-study`: serial `dvc repro` against one worker and two on real images, the same with everything
cached, and empty stages by their number. Writes build/bench-study.json.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

import stages._venv  # noqa: F401  # first of all
from looking_for.core import files
from stages import _cli
from tools import machine
from tools.bench import timing
from tools.bench.shell import repro, run

OUTPUT = Path("build/bench-study.json")
WHO = ("-c", "user.name=bench", "-c", "user.email=bench@example.invalid")
SIZES = (25, 50, 100)  # empty stages
MOST_SAMPLES, SEEDS = 5_000, 3  # of the committed study
ALONE = ("two-1500-0", "one-1500-0")  # networks of it
EMPTY = """\
stages:
  make:
    matrix:
      n: ${numbers}
    cmd: echo ${key} > ${key}.txt
    deps:
      - code.py
    params:
      - seed
    outs:
      - ${key}.txt
"""


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = {
            "machine": machine.facts(),
            "workers": side_by_side(Path(folder)),
            "second_core": second_core(Path(folder) / "ready/study"),
            "pipeline": whole_pipeline(Path(folder)),
            "books": books(Path(folder)),
        }
    OUTPUT.parent.mkdir(exist_ok=True)
    files.save_text(OUTPUT, json.dumps(found, indent=2) + "\n")
    _cli.say(json.dumps(found, indent=2))


def side_by_side(folder: Path) -> dict[str, Any]:
    """Seconds of the study's networks of up to 5,000 images: in turn, by one worker, by two, and again."""
    ready = with_images(folder / "ready")
    run(ready / "study", "dvc", "repro", "-q", "survey")
    times: dict[str, float] = {}
    ways = {"serial": None, "workers_1": 1, "workers_2": 2}
    for name, number in ways.items():
        project = folder / name
        shutil.copytree(ready, project, symlinks=True)
        times[name] = timing.seconds(partial(once, project, number))
        print(f"  {name}: {times[name]:.0f} s", flush=True)
    forget(folder / "workers_2")
    times["cached_workers_2"] = timing.seconds(lambda: once(folder / "workers_2", 2))
    forget(folder / "serial")
    times["cached_serial"] = timing.seconds(lambda: once(folder / "serial", None))
    return times | {
        "two_workers_over_serial": times["serial"] / times["workers_2"],
        "networks": len(list((folder / "serial/study/data/networks").iterdir())),
    }


def second_core(study: Path) -> dict[str, dict[str, float]]:
    """Seconds of single stages on all cores, and kept to one as a worker's are: what one stage makes of the
    cores by itself is what workers cannot gain. Nothing where a system cannot keep them to one."""
    if not hasattr(os, "sched_setaffinity"):
        return {}
    cores = os.sched_getaffinity(0)
    found: dict[str, dict[str, float]] = {}
    for network in ALONE:
        for stage in ("train", "compose"):
            work = partial(run, study, sys.executable, "-m", f"stages.{stage}", "--network", network)
            whole = timing.seconds(work)
            os.sched_setaffinity(0, {min(cores)})
            found[f"{stage}@{network}"] = {"all_cores": whole, "one_core": timing.seconds(work)}
            os.sched_setaffinity(0, cores)
            print(f"  {stage}@{network}: {found[f'{stage}@{network}']}", flush=True)
    return found


def with_images(project: Path) -> Path:
    """A clone of this commit with part of its study, the images fetched and nothing else made."""
    subprocess.run(["git", "clone", "-q", ".", str(project)], check=True)
    params = project / "study/params.yaml"
    yaml = YAML()
    settings = yaml.load(params)
    shorten(settings["study"])
    yaml.dump(settings, params)
    for pipeline in (project, project / "study"):
        (pipeline / "dvc.lock").unlink(missing_ok=True)
        shutil.copy(files.IMAGES, pipeline / files.IMAGES)
        run(pipeline, "dvc", "commit", "--force", "--quiet", "fetch")
    run(project, "git", "add", "-A")
    run(project, "git", *WHO, "commit", "-qm", "bench")
    return project


def shorten(study: dict[str, Any]) -> None:
    """Keep its networks of few images and some of its seeds."""
    study["samples"] = [n for n in study["samples"] if n <= MOST_SAMPLES]
    study["seeds"] = study["seeds"][:SEEDS]
    variants = study["variants"]
    study["variants"] = {name: v for name, v in variants.items() if v["samples"] <= MOST_SAMPLES}


def whole_pipeline(folder: Path) -> dict[str, float]:
    """Seconds of the main pipeline from nothing but its images, by `dvc repro` and by two workers."""
    times = {}
    for name, workers in (("serial", None), ("workers_2", 2)):
        project = with_images(folder / f"pipeline-{name}")
        times[name] = timing.seconds(partial(once, project, workers, "."))
        print(f"  the pipeline, {name}: {times[name]:.0f} s", flush=True)
    return times | {"two_workers_over_serial": times["serial"] / times["workers_2"]}


def once(project: Path, workers: int | None, pipeline: str = "study") -> None:
    """Run a project's pipeline, by `dvc repro` or by so many workers."""
    if workers is None:
        repro(project / pipeline)
    else:
        run(project, sys.executable, "-m", "tools.parallel", pipeline, "--workers", str(workers))


def forget(project: Path) -> None:
    """Take away what the stages gave and the lock; the cache stays."""
    for name in ("data/networks", "data/pictures", "data/snapshots", "reports"):
        shutil.rmtree(project / "study" / name)
    (project / "study/dvc.lock").unlink()


def books(folder: Path) -> list[dict[str, float]]:
    """By number of stages that do nothing: seconds and bytes that DVC takes for them."""
    found = []
    for number in SIZES:
        project = folder / f"empty-{number}"
        project.mkdir()
        run(project, "git", "init", "-q")
        run(project, "dvc", "init", "-q")
        (project / "dvc.yaml").write_text(EMPTY, encoding="utf-8")
        (project / "code.py").write_text("", encoding="utf-8")
        (project / "params.yaml").write_text(f"seed: 0\nnumbers: {list(range(number))}\n", encoding="utf-8")
        first, again = (timing.seconds(partial(repro, project)) for _ in range(2))
        one = timing.seconds(partial(run, project, "dvc", "repro", "-q", "make@0"))
        size = (project / "dvc.lock").stat().st_size
        found.append(
            {"stages": number, "run_s": first, "noop_s": again, "one_stage_noop_s": one, "lock_bytes": size}
        )
        print(f"  {found[-1]}", flush=True)
    return found


if __name__ == "__main__":
    _cli.run("bench", main)
