"""What reruns on what, by real `dvc repro` on real digits; and what a failed run leaves behind."""

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from looking_for.core.imageset import ImageSet
from tests.projects import PARAMS, Project, new_project, stages_run

NETWORKS = ["few", "all", "flat"]
LAST = ["explore", "render"]
BESIDE_FEW = """\
  all: {samples: 1437, hidden: [12, 8], epochs: 2}
  flat: {samples: 1437, hidden: [], epochs: 2}
"""


def every(stage: str) -> list[str]:
    return [f"{stage}@{network}" for network in NETWORKS]


def edit(old: str, new: str, file: str = "params.yaml") -> Callable[[Project], None]:
    return lambda project: project.replace(file, old, new)


def append(file: str) -> Callable[[Project], None]:
    def add(project: Project) -> None:
        path = project.folder / file
        content = path.read_bytes()
        path.unlink()  # it may be a link into DVC's cache
        path.write_bytes(content + b"\n# a remark\n")

    return add


# Remarks in code, which change nothing that comes out.
REMARKS = {
    "fetch": (append("stages/fetch.py"), ["fetch"]),
    "custom images": (append("data/local/README.md"), ["fetch"]),  # gives the same digits
    "survey": (append("stages/survey.py"), ["survey"]),
    "train": (append("stages/train.py"), every("train")),
    "compose": (append("stages/compose.py"), every("compose")),
    "challenge": (append("stages/challenge.py"), ["challenge@all"]),
    "draw": (append("stages/draw.py"), every("draw")),
    "explore": (append("stages/explore.py"), ["explore"]),
    "render": (append("stages/render.py"), ["render"]),
    "training": (append("looking_for/training/loop.py"), [*every("train"), *LAST]),
    "exact maps": (append("looking_for/networks/exact_maps.py"),
                   [*every("compose"), "challenge@all", *every("draw"), *LAST]),
    "figures": (append("looking_for/figures/canvas.py"), [*every("draw"), *LAST]),
}  # fmt: skip

# Parameters, and files that people or stages write.
OTHERS = {
    "nothing": (lambda _: None, []),
    "a comment": (edit("data:", "# a remark\ndata:"), []),
    "the clusters": (edit("[1, 3]", "[1, 3, 4]"), ["survey", "render"]),
    "widths": (edit("samples: 100, hidden: [12, 8]", "samples: 100, hidden: [6, 5, 4]"),
               ["train@few", "draw@few", "explore", "render"]),
    "who is challenged": (edit("challenge: [all]", "challenge: []"), ["render"]),
    "a render parameter": (edit("samples_per_class: 5", "samples_per_class: 6"), ["render"]),
    "the clusters shown": (edit("clusters_shown: 3", "clusters_shown: 2"), [*every("draw"), "render"]),
    "the explorer's page": (append("looking_for/explorer/web/views.js"), LAST),
    "a template": (edit("# What", "# Now what", "looking_for/report/templates/story.md.j2"), LAST),
    "a README": (append("README.md"), []),
    "the survey": (append("data/survey.npz"),
                              ["survey", *every("compose"), "challenge@all", *every("draw"), *LAST]),
    "trained weights": (append("data/networks/all.npz"),
                        ["train@all", "compose@all", "challenge@all", *LAST]),
    "snapshots": (append("data/snapshots/all.npz"), ["train@all", "compose@all", *LAST]),
    "pictures": (append("data/pictures/all.npz"), ["compose@all", "challenge@all", "draw@all", *LAST]),
    "a challenge": (append("reports/challenges/all.csv"), ["challenge@all", "render"]),
}  # fmt: skip


def touched(project: Project) -> list[str]:
    """The stages of which DVC says that what they read has changed."""
    return sorted(json.loads(project.run("dvc", "status", "--json").stdout))


def digests(of: Project) -> dict[str, str]:
    paths = [p for name in ("data", "reports") for p in (of.folder / name).rglob("*.*") if p.is_file()]
    return {
        str(p.relative_to(of.folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in paths
        if p.name != "README.md" or p.parent.name == "reports"
    }


@pytest.mark.parametrize("change", REMARKS | OTHERS)
def test_edit_touches_only_its_readers(project: Project, change: str) -> None:
    make, stages = (REMARKS | OTHERS)[change]
    make(project)
    assert touched(project) == sorted(stages)


@pytest.mark.long
def test_edit_reruns_once(project: Project) -> None:
    """Without hidden layers the fit is the network, however it is made: its figures are not drawn again."""
    project.replace("params.yaml", "pull: 0.3", "pull: 3.0")
    stages = [*every("compose"), "challenge@all", "draw@few", "draw@all", "explore", "render"]
    assert sorted(project.repro()) == sorted(stages)
    assert touched(project) == []


def test_edits_of_the_report_retrain_nothing(project: Project) -> None:
    for path in sorted((project.folder / "looking_for/report").rglob("*.py")):
        append(str(path.relative_to(project.folder)))(project)
    project.replace("stages/params/reporting.py", "class Render(Section):", "class Render(Section):\n    paper: str")
    project.replace("params.yaml", "render:", "render:\n  paper: white")
    assert touched(project) == sorted([*every("draw"), *LAST])


@pytest.mark.parametrize("stage", ["fetch", "survey", "compose", "challenge", "draw", "render"])
def test_stage_runs_without_tensorflow(project: Project, stage: str) -> None:
    run = "import sys, runpy; sys.modules |= dict.fromkeys(['tensorflow', 'keras'])\n"
    run += f"sys.argv[0] = {stage!r}; runpy.run_module('stages.{stage}', run_name='__main__')"
    words = ["--network", "all"] if stage in ("compose", "challenge", "draw") else []
    project.run("dvc", "unprotect", "data/images.npz", "data/survey.npz", "data/survey.json")
    project.run(sys.executable, "-c", run, *words)
    assert touched(project) == []


def test_rerun_of_all_stages_gives_same_bytes(project: Project) -> None:
    before = digests(project)
    for make, _ in REMARKS.values():
        make(project)
    stages = {stage for _, touches in REMARKS.values() for stage in touches}
    assert sorted(project.repro()) == sorted(stages)
    assert len(stages) == len(project.run("dvc", "stage", "list", "--name-only").stdout.split())
    assert digests(project) == before
    assert touched(project) == []


@pytest.mark.long
def test_too_many_samples_use_all(project: Project) -> None:
    old, new = "few: {samples: 100, hidden: [12, 8]", "few: {samples: 60000, hidden: [6, 5, 4]"
    project.replace("params.yaml", old, new)
    out = project.run("dvc", "repro").stdout
    assert stages_run(out) == ["train@few", "compose@few", "draw@few", "explore", "render"]
    assert "few wants 60,000 samples; the data set has 1,437" in out
    assert "1,437 images" in (project.folder / "reports/details.md").read_text()
    project.replace("params.yaml", new, old)
    assert project.repro() in (["render"], []), "train and compose come from DVC's run cache"
    assert project.run("git", "status", "--porcelain").stdout == ""


def test_failed_stage_leaves_nothing_whole(project: Project) -> None:
    file = "looking_for/networks/training_pass.py"
    project.replace(file, "def pass_training_images", "raise RuntimeError\n\n\ndef pass_training_images")
    failed = project.run("dvc", "repro", check=False)
    assert failed.returncode != 0
    assert not (project.folder / "data/pictures/few.npz").exists()
    assert not list(project.folder.rglob("*.partial"))
    project.run("git", "checkout", ".")
    project.run("dvc", "checkout")
    assert (project.folder / "data/pictures/few.npz").exists()
    assert project.repro() == []


def test_wrong_param_destroys_nothing(project: Project) -> None:
    project.replace("params.yaml", "samples: 100", "samples: 0")
    failed = project.run("dvc", "repro", check=False)
    assert failed.returncode != 0
    assert "networks.few.samples = 0" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert (project.folder / "data/networks/all.npz").exists()
    project.replace("params.yaml", "samples: 0", "samples: 100")
    project.run("git", "checkout", "reports")
    project.run("dvc", "checkout")
    assert project.repro() == []


def test_unknown_key_stops_the_run(project: Project) -> None:
    (project.folder / "params.yaml").write_text(PARAMS + "colour: red\n")
    failed = project.run("dvc", "repro", check=False)
    assert failed.returncode != 0
    assert "colour = 'red' is not a known key" in failed.stderr


def test_custom_images_without_challenge(tmp_path: Path, images: ImageSet) -> None:
    """git keeps no empty folder, and render reads the challenges' folder also where it is empty."""
    project, mine = new_project(tmp_path), tmp_path / "data/local/mine.npz"
    project.replace("params.yaml", "challenge: [all]", "challenge: []")
    project.replace("params.yaml", BESIDE_FEW, "")
    project.replace("params.yaml", "dataset: digits", "dataset: path")
    project.replace("params.yaml", "path: data/local", "path: data/local/mine.npz")
    arrays = vars(images) | {"classes": np.array([f"form {k}" for k in range(10)])}
    np.savez(mine, **arrays)
    stages = project.repro()
    assert stages[0] == "fetch"
    assert "challenge@all" not in stages
    report = (tmp_path / "reports/README.md").read_text(encoding="utf-8")
    assert "images of 10 classes, such as form 0, form 1 and form 2" in report
    assert "How many pictures would it take?" in report
    np.savez(mine, **(arrays | {"x_test": images.x_test[::-1]}))
    assert touched(project) == ["fetch"]


def test_files_are_as_the_contract_says(project: Project) -> None:
    data = project.folder / "data"
    with np.load(data / "images.npz") as images:
        assert {"x_train", "y_train", "x_test", "y_test", "classes"} == set(images)
        assert images["x_train"].dtype == images["y_train"].dtype == np.uint8
    with np.load(data / "networks/few.npz") as network, np.load(data / "pictures/few.npz") as pictures:
        assert {a.dtype for a in network.values()} == {np.dtype(np.float32)}
        product = network["W1"] @ network["W2"] @ network["W3"]
        assert np.abs(pictures["T3"] - product).max() < 1e-5
        effective = (network["b1"] @ network["W2"] + network["b2"]) @ network["W3"] + network["b3"]
        assert np.abs(pictures["beta3"] - effective).max() < 1e-5
    figures = project.folder / "reports/figures"
    assert {p.name for p in (figures / "few").iterdir()} >= {"layer-1.png", "layer-2.png", "output.png"}
    with np.load(data / "snapshots/few.npz") as snapshots, np.load(data / "networks/few.npz") as network:
        assert set(snapshots) == {"updates", *network}
        assert snapshots["W1"].shape == (len(snapshots["updates"]), *network["W1"].shape)
        assert all(np.array_equal(snapshots[key][-1], network[key]) for key in network)
    with np.load(data / "pictures/few.npz") as pictures:
        assert pictures["maps_3"].shape == (30, 64, 10)
        assert pictures["map_biases_3"].shape == pictures["cluster_logits_3"].shape == (30, 10)
        assert pictures["mean_map"].shape == pictures["linear_map"].shape == (64, 10)
    reports = project.folder / "reports"
    assert list(json.loads((reports / "metrics/few.json").read_text())) == [
        "accuracy", "loss", "agreement", "agreement_on_errors", "explained", "linear_fit", "exact_maps",
        "fitted", "explained_change", "deletion",
    ]  # fmt: skip
    truth = (reports / "truth/few.csv").read_text().splitlines()
    assert truth[0] == (
        "updates,accuracy,agreement,agreement_balanced,explained,linear_fit,on,travel,agreement_half_1,agreement_half_2"
    )
    metrics = json.loads((reports / "metrics/few.json").read_text())
    last = dict(zip(truth[0].split(","), map(float, truth[-1].split(",")), strict=True))
    assert all(last[key] == metrics[key] for key in ("accuracy", "agreement", "explained", "linear_fit"))
    ladder = (reports / "ladder/few.csv").read_text().splitlines()
    assert ladder[0].startswith("rung,constants,agreement,agreement_low,agreement_high,agreement_on_errors,")
    assert [row.split(",")[0] for row in ladder[1:]] == [
        "constant", "composed", "composed_balanced", "mean_map_balanced", "linear_fit",
        "cluster_means.1", "exact_maps.1", "cluster_means.3", "exact_maps.3",
        "fitted.3",
    ]  # fmt: skip
