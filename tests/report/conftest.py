"""Every stage after fetch in this process, for the reports of many kinds of runs."""

import re
import sys
from pathlib import Path

import pytest

from looking_for.core import paths
from looking_for.core.files import save_text
from looking_for.core.imageset import ImageSet
from looking_for.core.npz import save_arrays
from looking_for.figures import charts
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.dense_weights import Snapshots
from stages.params.settings import load_params
from tests.report.story_run import StoryRun, Teller, is_whole


@pytest.fixture
def run_story(tmp_path: Path, images: ImageSet, monkeypatch: pytest.MonkeyPatch) -> Teller:
    """A function that runs every stage after fetch in this process and gives the report."""

    monkeypatch.setattr(charts, "save_chart", lambda _, path: save_text(path, ""))  # looked at elsewhere

    def stage(name: str, *words: str) -> None:
        monkeypatch.setattr(sys, "argv", [name, *words])
        __import__(f"stages.{name}", fromlist=["main"]).main()

    def run(params: str, data: ImageSet = images, given: dict[str, DenseNetwork] | None = None) -> StoryRun:
        monkeypatch.chdir(tmp_path)
        Path("params.yaml").write_text(params, encoding="utf-8")
        save_arrays(paths.IMAGES, vars(data))
        stage("survey")
        loaded = load_params()
        networks = re.search(r"networks:\n((?:  .*\n)+)", params)
        assert networks
        for name in re.findall(r"^  ([\w-]+):", networks[1], re.MULTILINE):
            stage("train", "--network", name)
            if given and name in given:
                given[name].save(paths.network_file(name))
                same = Snapshots.from_networks({0: given[name], 5: given[name]}, like=given[name])
                same.save(paths.snapshots_file(name))
            stage("compose", "--network", name)
            stage("draw", "--network", name)
        for name in loaded.challenge:
            stage("challenge", "--network", name)
        stage("render")
        story = StoryRun(tmp_path)
        is_whole(story)
        return story

    return run
