"""A few of what `make faults` tries in hundreds: nothing lost, nothing wrong, one clear line."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import slow_except
from tests.faults import damage, downloads, inputs, kills, workshop
from tests.faults.outcome import KEPT, Outcome

pytestmark = pytest.mark.xdist_group("faults")


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> workshop.Base:
    return workshop.make_workshop(tmp_path_factory.mktemp("workshop") / "digits")


BROKEN: dict[str, Any] = {
    "all is killed": partial(kills.at_moment, victim=kills.everyone, moment=4),
    "DVC alone is killed": partial(kills.at_moment, victim=kills.dvc, moment=3),
    "killed half way through a write": partial(kills.at_write, which="stages.train 2 during"),
    "a flipped file in the cache": partial(damage.in_cache, way=damage.flipped, file="data/networks/few.npz"),
    "a truncated file of images": partial(damage.in_tree, way=damage.truncated, file="data/images.npz"),
    "half a dvc.lock": partial(damage.healed, file=Path("dvc.lock"), share=0.5),
    "no room": partial(damage.without_room, most=2_000),
}


@pytest.mark.parametrize(
    "fault", slow_except(BROKEN.keys() - {"DVC alone is killed", "half a dvc.lock", "no room"}, BROKEN)
)
def test_run_after_fault_gives_same_bytes(base: workshop.Base, tmp_path: Path, fault: str) -> None:
    assert BROKEN[fault](base, folder=tmp_path) in KEPT


def test_stage_reports_broken_file_in_one_line(base: workshop.Base, tmp_path: Path) -> None:
    file = "data/snapshots/few.npz"
    assert damage.read_by_hand(base, file, damage.ARRAYS[file], tmp_path) is Outcome.REFUSED


@pytest.mark.parametrize("way", ["ends early", "a page with status 200", "other images"])
def test_failed_download_writes_nothing(tmp_path: Path, way: str) -> None:
    assert downloads.from_source(way, tmp_path) is Outcome.REFUSED


@pytest.mark.parametrize("which", ["a pointer", "not a number"])
def test_invalid_network_writes_nothing(tmp_path: Path, which: str) -> None:
    assert inputs.in_peoples_network(which, tmp_path) is Outcome.REFUSED


@pytest.mark.parametrize("new", inputs.BAD_PARAMS[inputs.NETWORK][-8:])
def test_invalid_params_write_nothing(tmp_path: Path, new: str) -> None:
    assert inputs.in_params(inputs.NETWORK, new, tmp_path) is Outcome.REFUSED
