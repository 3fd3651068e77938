"""Whole runs of `dvc repro` in a copy of the project: cold, after common edits, with nothing to do."""

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from stages import artifacts, params
from stages.params import NetworkParams
from tools.bench import timing

NETWORKS = ("few", "some", "all", "flat-few", "flat")
ROUNDS = 5

EMPTY = """\
stages:
  one: {cmd: echo 1 > one, outs: [one]}
  two: {cmd: cat one > two, deps: [one], outs: [two]}
  three: {cmd: cat two > three, deps: [two], outs: [three]}
"""


def measure(folder: Path) -> dict[str, Any]:
    """All whole-process times, in seconds: cold by stage, the article's way, each edit, nothing to do."""
    project, networks = folder / "project", chosen()
    copy_project(project, networks)
    print("  cold dvc repro …", flush=True)
    cold = stages_of(project)
    print("  the article's way, as one script …", flush=True)
    article = articles_way(folder, project / artifacts.IMAGES, networks)
    edits = {}
    for name, old, new in (
        ("few.samples", "few: {samples: 500", "few: {samples: 600"),
        ("few.hidden", "hidden: [512, 256]", "hidden: [400, 256]"),
        ("render knob", "samples_per_class: 10", "samples_per_class: 9"),
    ):
        print(f"  after an edit of {name} …", flush=True)
        replace(project / "params.yaml", old, new)
        edits[name] = stages_of(project)
    empty = empty_pipeline(folder / "empty")
    print("  with nothing to do …", flush=True)
    work = {
        "noop": lambda: repro(project),
        "empty_pipeline": lambda: repro(empty),
    }
    return {"cold": cold, "article_way": article, "edits": edits} | timing.interleaved(work, ROUNDS)


def chosen() -> dict[str, NetworkParams]:
    """The article's networks, with their settings in params.yaml."""
    settings = params.load()
    return {name: settings.network(name) for name in NETWORKS}


def copy_project(project: Path, networks: dict[str, NetworkParams]) -> None:
    """The project's files in a repository of its own, with the data there and nothing else made."""
    names = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True).stdout
    for name in names.splitlines():
        if not name.startswith(("reports/", "dvc.lock")) and Path(name).exists():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, project / name)
    text = Path("params.yaml").read_text(encoding="utf-8")
    start, end = text.index("networks:"), text.index("render:")
    lines = [f"  {name}: {json.dumps(dict(network))}" for name, network in networks.items()]
    body = "\n".join(["networks:", *lines, "", ""]).replace('"', "")
    (project / "params.yaml").write_text(text[:start] + body + text[end:], encoding="utf-8")
    (project / artifacts.IMAGES.parent).mkdir(exist_ok=True)
    shutil.copy(artifacts.IMAGES, project / artifacts.IMAGES)
    run(project, "git", "init", "-q")
    run(project, "dvc", "commit", "--force", "--quiet", "fetch")


def stages_of(project: Path) -> dict[str, float]:
    """Run `dvc repro`; gives the seconds of each stage that ran and of the whole."""
    started = last = time.perf_counter()
    times: dict[str, float] = {}
    stage = "before the first stage"
    with subprocess.Popen(["dvc", "repro"], cwd=project, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            if line.startswith("Running stage '"):
                now = time.perf_counter()
                times[stage], last, stage = now - last, now, line.split("'")[1]
    times[stage] = time.perf_counter() - last
    if process.returncode:
        sys.exit("bench: dvc repro failed in the copy of the project")
    return times | {"whole": time.perf_counter() - started}


def articles_way(folder: Path, images: Path, networks: dict[str, NetworkParams]) -> float:
    listed, figures = folder / "networks.json", folder / "figures"
    listed.write_text(json.dumps({name: dict(network) for name, network in networks.items()}))
    figures.mkdir()
    script = Path(__file__).with_name("article.py")
    command = [sys.executable, *map(str, (script, images, listed, figures))]
    return timing.seconds(lambda: subprocess.run(command, check=True, stderr=subprocess.DEVNULL))


def empty_pipeline(folder: Path) -> Path:
    folder.mkdir()
    run(folder, "git", "init", "-q")
    run(folder, "dvc", "init", "-q")
    (folder / "dvc.yaml").write_text(EMPTY)
    repro(folder)
    return folder


def repro(folder: Path) -> None:
    run(folder, "dvc", "repro", "-q")


def run(folder: Path, *words: str) -> None:
    subprocess.run(words, check=True, cwd=folder, stdout=subprocess.DEVNULL)


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    if old not in text:
        sys.exit(f"bench: {old!r} no longer stands in {path.name}")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
