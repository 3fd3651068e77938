"""A file that is not what its stage writes is refused where it is read, and says what is wrong with it."""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from looking_for.clusters.survey import Survey
from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.core.files import load_json
from looking_for.core.imageset import ImageSet
from looking_for.core.npz import load_arrays, save_arrays
from looking_for.core.tables import load_rows
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.dense_weights import Snapshots
from looking_for.networks.keras_layers import StoredLayers
from looking_for.networks.preprocessing import Preprocessing
from looking_for.surrogates.course import SnapshotMeasures
from looking_for.surrogates.ladder import Ladder
from looking_for.surrogates.pictures import Pictures

NETWORKS, SNAPSHOTS = "data/networks/few.npz", "data/snapshots/few.npz"
READ: dict[str, Callable[[Path], Any]] = {
    "data/images.npz": ImageSet.load,
    "data/survey.npz": Survey.load,
    NETWORKS: DenseNetwork.load,
    SNAPSHOTS: Snapshots.load,
    "data/pictures/few.npz": Pictures.load,
    "reports/ladder/few.csv": Ladder.load,
    "reports/truth/few.csv": partial(load_rows, kind=SnapshotMeasures),
    "reports/metrics/few.json": load_json,
}
ARRAYS = [file for file in READ if file.endswith(".npz")]


def having(name: str, change: Callable[[Array], Array]) -> Callable[[dict[str, Array]], object]:
    return lambda arrays: arrays.update({name: change(arrays[name])})


def put(array: Array, value: float) -> Array:
    array.flat[0] = value
    return array


IMAGES, NETWORK, PICTURES = "data/images.npz", "data/networks/few.npz", "data/pictures/few.npz"
FOREIGN = {
    "float images": (IMAGES, having("x_train", lambda a: a / 255), "x_train is float64 where uint8 is needed"),
    "a label 77": (IMAGES, having("y_train", lambda a: put(a, 77)), "a label is 77; 10 classes have labels 0–9"),
    "a label too few": (IMAGES, having("y_test", lambda a: a[1:]), r"y_test has the shape \(359,\) where \(360\)"),
    "other test images": (IMAGES, having("x_test", lambda a: a[:, 1:]), r"x_test has the shape .* where \(360, 8, 8\)"),
    "no labels": (IMAGES, lambda arrays: arrays.pop("y_train"), "it has no y_train"),
    "an array more": (IMAGES, lambda arrays: arrays.update(mine=np.zeros(1)), "it has mine, which does not belong"),
    "weights that are no numbers": (NETWORK, having("W2", lambda a: put(a, np.nan)), "W2 has numbers that are"),
    "weights of doubles": (NETWORK, having("W1", lambda a: a.astype(float)), "W1 is float64 where float32 is needed"),
    "layers that do not meet": (NETWORK, having("W2", lambda a: a[1:]), r"W2 has the shape \(11, 8\) where \(12,"),
    "a layer missing": (NETWORK, lambda arrays: arrays.pop("W2"), "it has no W2"),
    "no layer at all": (NETWORK, lambda arrays: arrays.clear(), "it has no W1"),
    "another activation": (NETWORK, lambda arrays: arrays.update(activation=np.array("sine")), "activation is 'sine'"),
    "pictures of another network": (PICTURES, having("mean_map", lambda a: a[1:]), r"mean_map has the shape"),
    "an infinite picture": (PICTURES, having("T1", lambda a: put(a, np.inf)), "T1 has numbers that are not finite"),
}  # fmt: skip


@pytest.mark.parametrize("case", FOREIGN)
def test_load_record_rejects_foreign_files(reproduced: Path, tmp_path: Path, case: str) -> None:
    file, change, words = FOREIGN[case]
    arrays = load_arrays(reproduced / file)
    change(arrays)
    path = tmp_path / "file.npz"
    save_arrays(path, arrays)
    with pytest.raises(UserError, match=words) as problem:
        READ[file](path)
    assert str(problem.value).endswith(f"`dvc checkout --force {path}` brings it back")
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize("file", READ)
def test_load_record_rejects_half_a_file(reproduced: Path, tmp_path: Path, file: str) -> None:
    READ[file](reproduced / file)
    complete = (reproduced / file).read_bytes()
    half = tmp_path / "half"
    half.write_bytes(complete[: complete.rindex(b",", 0, len(complete) // 2)])
    with pytest.raises(UserError, match=r"half is (broken|missing|not what)"):
        READ[file](half)
    with pytest.raises(UserError, match="is missing; `dvc repro` makes it"):
        READ[file](tmp_path / "nothing")


@settings(deadline=None, max_examples=60)
@given(data=st.data(), file=st.sampled_from(ARRAYS[1:4]))
def test_load_arrays_notices_any_flipped_bit(reproduced: Path, data: st.DataObject, file: str) -> None:
    content = bytearray((reproduced / file).read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file.npz"
        path.write_bytes(content)
        try:
            result = READ[file](path)
        except UserError:
            return
    assert same(result, READ[file](reproduced / file))


def test_load_arrays_notices_flipped_header_bits(reproduced: Path, tmp_path: Path) -> None:
    """Some have numpy stop before the checksum, some end in errors that only a parser of Python has."""
    content, path = bytearray((reproduced / SNAPSHOTS).read_bytes()), tmp_path / "file.npz"
    start = content.index(b"\x93NUMPY", content.index(b"W1.npy"))
    for place, bit in product(range(start, content.index(b"\n", start) + 1), range(8)):
        damaged = content.copy()
        damaged[place] ^= 1 << bit
        path.write_bytes(damaged)
        with pytest.raises(UserError, match="is broken"):
            READ[SNAPSHOTS](path)


def test_load_arrays_notices_hidden_members(reproduced: Path, tmp_path: Path) -> None:
    """An entry of the archive's list says how long a remark on it is: the entries after it are in it then."""
    content, path = bytearray((reproduced / NETWORKS).read_bytes()), tmp_path / "file.npz"
    entry = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)
    content[entry + 33] = 1
    path.write_bytes(content)
    with pytest.raises(UserError, match="is broken"):
        READ[NETWORKS](path)


def same(one: Any, other: Any) -> bool:
    """Whether two artifacts hold the same, however deep."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return same(vars(one), vars(other)) if hasattr(one, "__dict__") else bool(one == other)


def test_stored_layers_need_their_preprocessing(tmp_path: Path) -> None:
    path = tmp_path / "layers.npz"
    save_arrays(path, {"architecture": np.array("{}")})
    with pytest.raises(UserError, match="does not say what its first layer sees"):
        StoredLayers.load(path)
    StoredLayers("{}", [np.array([np.nan])], Preprocessing()).save(path)
    with pytest.raises(UserError, match="not finite"):
        StoredLayers.load(path)
