"""Whole runs of `dvc repro` in a copy of the project: cold, after common edits, with nothing to do."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from looking_for.core import paths
from stages.params.settings import load_params
from stages.params.training import NetworkParams
from tools.bench import many_networks, timing
from tools.bench.shell import replace, run, stages_of

NETWORKS = ("few", "some", "all", "flat-few", "flat")
WHOLE_ROUNDS, SMALL_ROUNDS, ROUNDS = 2, 3, 5
EDITS = (
    ("few.samples", "few: {samples: 500", "few: {samples: 600"),
    ("few.samples", "few: {samples: 600", "few: {samples: 700"),
    ("few.hidden", "hidden: [512, 256]", "hidden: [400, 256]"),
    ("render parameter", "samples_per_class: 10", "samples_per_class: 9"),
)

EMPTY = """\
stages:
  one: {cmd: echo 1 > one, outs: [one]}
  two: {cmd: cat one > two, deps: [one], outs: [two]}
  three: {cmd: cat two > three, deps: [two], outs: [three]}
"""


def measure_pipeline(folder: Path) -> dict[str, Any]:
    """All whole-process times, in seconds: cold by stage, the article's way, each edit, small things.

    Of long runs the shortest counts: there are too few for a median, and what disturbs a run can
    only lengthen it.
    """
    networks = chosen()
    cold, article = [], []
    edits: dict[str, list[dict[str, float]]] = {}
    for round_ in range(1, WHOLE_ROUNDS + 1):
        project = folder / f"project-{round_}"
        copy_project(project, networks)
        print(f"  cold dvc repro, {round_} of {WHOLE_ROUNDS} …", flush=True)
        cold.append(stages_of(project))
        print("  the article's way, as one script …", flush=True)
        article.append(articles_way(folder / f"article-{round_}", project / paths.IMAGES, networks))
    for name, old, new in EDITS:
        print(f"  after an edit of {name} …", flush=True)
        replace(project / "params.yaml", old, new)
        edits.setdefault(name, []).append(stages_of(project))
    print("  with nothing to do …", flush=True)
    empty = empty_pipeline(folder / "empty")
    small = timing.interleaved(
        {
            "noop": lambda: run(project, "dvc", "repro", "-q"),
            "empty_pipeline": lambda: run(empty, "dvc", "repro", "-q"),
        },
        ROUNDS,
    )
    print("  a network of 500 images, from start to end …", flush=True)
    small |= timing.interleaved(small_network(folder / "small", project, networks["few"]), SMALL_ROUNDS)
    shortest = {name: min(runs, key=lambda run: run["whole"]) for name, runs in edits.items()}
    return {
        "cold": min(cold, key=lambda run: run["whole"]),
        "cold_wholes": [run["whole"] for run in cold],
        "article_way": min(article),
        "article_ways": article,
        "edits": shortest,
        "many_networks": many_networks.measure_many(project, len(networks)),
    } | small


def chosen() -> dict[str, NetworkParams]:
    """The article's networks, with their settings in params.yaml."""
    params = load_params()
    return {name: params.networks[name] for name in NETWORKS}


def copy_project(project: Path, networks: dict[str, NetworkParams]) -> None:
    """The project's files in a repository of its own, with the data there and nothing else made."""
    names = subprocess.run(["git", "ls-files"], check=True, capture_output=True, text=True).stdout
    for name in names.splitlines():
        if not name.startswith(("reports/", "dvc.lock")) and Path(name).exists():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, project / name, follow_symlinks=False)
    text = Path("params.yaml").read_text(encoding="utf-8")
    start, end = text.index("networks:"), text.index("# Imported networks")
    lines = [f"  {name}: {json.dumps(dict(network))}" for name, network in networks.items()]
    body = "\n".join(["networks:", *lines, "", ""]).replace('"', "")
    (project / "params.yaml").write_text(text[:start] + body + text[end:], encoding="utf-8")
    (project / paths.IMAGES.parent).mkdir(exist_ok=True)
    shutil.copy(paths.IMAGES, project / paths.IMAGES)
    run(project, "git", "init", "-q")
    run(project, "dvc", "commit", "--force", "--quiet", "fetch")


def articles_way(folder: Path, images: Path, networks: dict[str, NetworkParams]) -> float:
    """Seconds of the article's way with its figures."""
    folder.mkdir()
    command = [*article_command(folder, images, networks), str(folder)]
    return timing.seconds(lambda: subprocess.run(command, check=True, stderr=subprocess.DEVNULL))


def article_command(folder: Path, images: Path, networks: dict[str, NetworkParams]) -> list[str]:
    listed = folder / "networks.json"
    listed.write_text(json.dumps({name: dict(network) for name, network in networks.items()}))
    return [sys.executable, str(Path(__file__).with_name("article.py")), str(images), str(listed)]


def small_network(folder: Path, project: Path, network: NetworkParams) -> dict[str, Callable[[], None]]:
    """The train stage and Keras' `fit`, each a whole process that trains the network of 500 images."""
    folder.mkdir()
    fit = article_command(folder, project / paths.IMAGES, {"few": network})
    stage = [sys.executable, "-m", "stages.train", "--network", "few"]
    replace(project / "params.yaml", "few: {samples: 700", "few: {samples: 500")
    return {"train_few": lambda: run(project, *stage), "keras_fit_few": lambda: run(folder, *fit)}


def empty_pipeline(folder: Path) -> Path:
    folder.mkdir()
    run(folder, "git", "init", "-q")
    run(folder, "dvc", "init", "-q")
    (folder / "dvc.yaml").write_text(EMPTY)
    run(folder, "dvc", "repro", "-q")
    return folder
