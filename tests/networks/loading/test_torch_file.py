"""PyTorch's own files (made by 2.13, kept in `files`): read without PyTorch, and nothing in them is run."""

import json
import pickle
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from looking_for import load_network
from looking_for.core.errors import UserError
from looking_for.networks.loading.torch_file import read_state_dict

FILES = Path(__file__).with_name("files")
LOGITS = json.loads((FILES / "logits.json").read_text())
X = np.linspace(0, 1, 5 * 64).reshape(5, 64)
PRECISION = {"half.pt": 2e-3, "bf16.pt": 2e-2}  # of numbers of 16 bits


@pytest.mark.parametrize(
    "name", ["plain.pt", "checkpoint.pth", "half.pt", "bf16.pt", "strided.pt", "parameters.pt", "norm.pt"]
)
def test_load_network_gives_pytorchs_logits(name: str) -> None:
    expected = np.array(LOGITS["norm" if name == "norm.pt" else "plain"])
    network = load_network(FILES / name, (8, 8), n_classes=10)
    assert np.abs(network.logits(X) - expected).max() < PRECISION.get(name, 1e-6)


PROGRAMS = {
    "module.pt": r"holds a whole torch\.nn\.modules.*save its state_dict",
    "script.pt": "is a TorchScript program",
    "legacy.pt": r"wrote before 1\.6 is to be loaded there and saved again",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_load_network_rejects_programs(name: str) -> None:
    with pytest.raises(UserError, match=PROGRAMS[name]):
        load_network(FILES / name, (8, 8))


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, ("touch harm",)


def written(path: Path, content: bytes) -> Path:
    with ZipFile(path, "w") as file:
        file.writestr("archive/data.pkl", content)
        file.writestr("archive/byteorder", b"little")
    return path


def test_read_state_dict_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"would run (posix|nt)\.system: refused"):
        read_state_dict(written(tmp_path / "evil.pt", pickle.dumps({"a": Evil()}, protocol=2)))
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("content", [{"a": 1}, [1, 2], "text", {"a": {"b": 1}}], ids=str)
def test_read_state_dict_needs_tensors(tmp_path: Path, content: object) -> None:
    with pytest.raises(UserError, match="state_dict"):
        read_state_dict(written(tmp_path / "other.pt", pickle.dumps(content, protocol=2)))


def test_read_state_dict_of_damaged_files(tmp_path: Path) -> None:
    intact, rng = (FILES / "plain.pt").read_bytes(), np.random.default_rng(0)
    right = read_state_dict(FILES / "plain.pt")
    for place in rng.integers(0, len(intact), 150):
        damaged = bytearray(intact)
        damaged[place] ^= 1 << int(rng.integers(8))
        (tmp_path / "mine.pt").write_bytes(damaged[: len(intact) - int(rng.integers(2)) * 40])
        try:
            read = read_state_dict(tmp_path / "mine.pt")
        except UserError:
            continue
        assert all(np.array_equal(read[name], right[name]) for name in right if name in read)
