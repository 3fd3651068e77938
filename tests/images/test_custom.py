"""Anyone's images: each form is read as it is, and each bad file is one line that says what is wrong."""

import gzip
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageOptions, ImageSet
from looking_for.images import catalog, custom, idx
from looking_for.images.catalog import CLOTHES, DATASETS, DataSet
from tests.projects import PARAMS, ROOT

Arrays = dict[str, Array]


@pytest.fixture
def arrays() -> Arrays:
    """Three classes of rectangular images, 5 high and 7 wide."""
    chance = np.random.default_rng(0)
    y_train, y_test = np.tile(np.arange(3), 4), np.tile(np.arange(3), 2)
    x = chance.integers(0, 256, (18, 5, 7)).astype(np.uint8)
    return {"x_train": x[:12], "y_train": y_train, "x_test": x[12:], "y_test": y_test}


def npz(folder: Path, arrays: Arrays) -> Path:
    np.savez(folder / "mine.npz", **arrays)  # type: ignore[arg-type]
    return folder / "mine.npz"


def plain_idx(folder: Path, arrays: Arrays, suffix: str = "", pack: Callable[[bytes], bytes] = bytes) -> Path:
    for key, name in idx.NAMES.items():
        (folder / f"{name}{suffix}").write_bytes(pack(idx.encode(arrays[key])))
    return folder


def gzipped_idx(folder: Path, arrays: Arrays) -> Path:
    return plain_idx(folder, arrays, ".gz", gzip.compress)


def folders(folder: Path, arrays: Arrays) -> Path:
    for part in ("train", "test"):
        for n, (image, label) in enumerate(zip(arrays[f"x_{part}"], arrays[f"y_{part}"], strict=True)):
            path = folder / part / "abc"[int(label)]
            path.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(path / f"{n:02}.png")
    return folder


@pytest.mark.parametrize("form", [npz, plain_idx, gzipped_idx])
def test_load_custom_names_classes_by_number(
    tmp_path: Path, arrays: Arrays, form: Callable[[Path, Arrays], Path]
) -> None:
    images = custom.load_custom(form(tmp_path, arrays), ImageOptions())
    for key, array in arrays.items():
        assert np.array_equal(getattr(images, key), array)
    assert images.y_train.dtype == np.uint8
    assert images.classes.tolist() == ["0", "1", "2"]
    assert images.shape == (5, 7)


def test_load_custom_takes_names_from_params_or_file(tmp_path: Path, arrays: Arrays) -> None:
    path = npz(tmp_path, arrays | {"classes": np.array(["x", "y", "z"])})
    assert custom.load_custom(path, ImageOptions()).classes.tolist() == ["x", "y", "z"]
    assert custom.load_custom(path, ImageOptions(("T-shirt", "Ankle boot", "Bag"))).classes[1] == "Ankle boot"


def test_load_custom_names_classes_by_folder(tmp_path: Path, arrays: Arrays) -> None:
    images = custom.load_custom(folders(tmp_path, arrays), ImageOptions())
    assert images.classes.tolist() == ["a", "b", "c"]
    order = np.argsort(arrays["y_train"], kind="stable")
    assert np.array_equal(images.x_train, arrays["x_train"][order])


def test_load_custom_splits_folders_reproducibly(tmp_path: Path, arrays: Arrays) -> None:
    source = folders(tmp_path, arrays | {"x_test": arrays["x_train"], "y_test": arrays["y_train"]}) / "train"
    first, second = custom.load_custom(source, ImageOptions()), custom.load_custom(source, ImageOptions())
    assert np.array_equal(first.x_test, second.x_test)
    assert len(first.x_train) + len(first.x_test) == 12
    assert np.bincount(first.y_test).tolist() == [1, 1, 1]


def test_load_custom_converts_colour_on_request(tmp_path: Path, arrays: Arrays) -> None:
    folders(tmp_path, arrays)
    colour = np.dstack([arrays["x_train"][0], arrays["x_train"][0] // 2, arrays["x_train"][0] // 3])
    Image.fromarray(colour).save(tmp_path / "train" / "a" / "00.png")
    images = custom.load_custom(tmp_path, ImageOptions(grayscale=True))
    assert np.array_equal(images.x_train[0], np.asarray(Image.fromarray(colour).convert("L")))


def test_recognise_dataset_by_digests(tmp_path: Path, images: ImageSet, monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = {key: getattr(images, key) for key in idx.NAMES}
    digests = {key: catalog.idx_digest(array) for key, array in arrays.items()}
    monkeypatch.setitem(DATASETS, "fashion-mnist", DataSet("clothes", CLOTHES, digests))
    assert custom.load_custom(plain_idx(tmp_path, arrays), ImageOptions()).classes.tolist() == list(CLOTHES)


def without(key: str) -> Callable[[Arrays], Arrays]:
    return lambda a: {k: v for k, v in a.items() if k != key}


def having(**changes: Callable[[Arrays], Array]) -> Callable[[Arrays], Arrays]:
    return lambda a: a | {key: change(a) for key, change in changes.items()}


def label(k: int) -> Callable[[Arrays], Arrays]:
    return having(y_train=lambda a: np.where(np.arange(12) == 3, k, a["y_train"]))


BAD_ARRAYS = {
    "an array missing": (without("y_test"), "has no y_test"),
    "floats": (having(x_train=lambda a: a["x_train"] / 16), "x_train is float64 from 0 to 15.9375; pixels are"),
    "wide integers": (having(x_test=lambda a: a["x_test"].astype(np.int32) * 9999), "x_test is int32 from"),
    "two greys": (having(x_test=lambda a: (a["x_test"] > 9).astype(int)), "x_test is int64 from 0 to 1"),
    "flat rows": (having(x_train=lambda a: a["x_train"].reshape(12, 35)), r"x_train has the shape \(12, 35\)"),
    "5 channels": (having(x_train=lambda a: np.stack([a["x_train"]] * 5, axis=3)), "the shape .12, 5, 7, 5.; needed"),
    "no images": (having(x_train=lambda a: a["x_train"][:0], y_train=lambda a: a["y_train"][:0]), "none of them 0"),
    "labels as floats": (having(y_train=lambda a: a["y_train"] / 2), "y_train is float64; labels are whole"),
    "labels as words": (having(y_test=lambda a: a["y_test"].astype(str)), "labels are whole numbers"),
    "labels one hot": (having(y_train=lambda a: np.eye(3, dtype=int)[a["y_train"]]), "one label each"),
    "too few labels": (having(y_train=lambda a: a["y_train"][:-1]), "there are 12 images: one label each"),
    "other test size": (having(x_test=lambda a: a["x_test"][:, :4]), "5×7 and 4×7 pixels"),
    "a negative label": (label(-1), "a label is -1"),
    "a class without images": (label(77), "has no image of class '3'"),
    "one class": (having(y_train=lambda a: 0 * a["y_train"], y_test=lambda a: 0 * a["y_test"]), "1 classes"),
    "a class not tested": (having(y_test=lambda a: a["y_test"] % 2), "y_test has no image of class '2'"),
    "pickled": (having(y_test=lambda a: a["y_test"].astype(object)), "y_test holds Python objects, which are never"),
    "names too few": (having(classes=lambda _: np.array(["x", "y"])), "a label is 2; 2 classes"),
    "names twice": (having(classes=lambda _: np.array(["x", "y", "x"])), "two classes have the same name"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_ARRAYS)
def test_validate_images_rejects_in_one_line(tmp_path: Path, arrays: Arrays, case: str) -> None:
    change, words = BAD_ARRAYS[case]
    path = npz(tmp_path, change(arrays))
    with pytest.raises(UserError, match=words) as problem:
        custom.load_custom(path, ImageOptions())
    assert "\n" not in str(problem.value)
    assert "mine.npz" in str(problem.value)


def not_there(folder: Path, _: Arrays) -> Path:
    return folder / "nothing"


def empty(folder: Path, _: Arrays) -> Path:
    return folder


def no_zip(folder: Path, _: Arrays) -> Path:
    (folder / "mine.npz").write_bytes(b"no zip at all")
    return folder / "mine.npz"


def half_npz(folder: Path, arrays: Arrays) -> Path:
    path = npz(folder, arrays)
    path.write_bytes(path.read_bytes()[:-300])
    return path


def single_array(folder: Path, arrays: Arrays) -> Path:
    np.save(folder / "mine.npy", arrays["x_train"])
    return folder / "mine.npy"


def three_idx(folder: Path, arrays: Arrays) -> Path:
    plain_idx(folder, arrays)
    (folder / idx.NAMES["y_test"]).unlink()
    return folder


def cut_idx(folder: Path, arrays: Arrays) -> Path:
    gzipped_idx(folder, arrays)
    path = folder / f"{idx.NAMES['x_train']}.gz"
    path.write_bytes(path.read_bytes()[:-9])
    return folder


def text_among_images(folder: Path, arrays: Arrays) -> Path:
    (folders(folder, arrays) / "train" / "a" / "notes.txt").write_text("hello")
    return folder


def another_size(folder: Path, arrays: Arrays) -> Path:
    Image.fromarray(arrays["x_train"][0][:, :5]).save(folders(folder, arrays) / "train" / "b" / "01.png")
    return folder


def class_in_one_part(folder: Path, arrays: Arrays) -> Path:
    (folders(folder, arrays) / "test" / "c").rename(folder / "test" / "d")
    return folder


def lonely_image(folder: Path, arrays: Arrays) -> Path:
    folders(folder, arrays)
    for path in sorted((folder / "train" / "a").iterdir())[1:]:
        path.unlink()
    return folder / "train"


def empty_folders(folder: Path, _: Arrays) -> Path:
    for name in ("a", "b"):
        (folder / name).mkdir()
    return folder


BAD_FILES: dict[Callable[[Path, Arrays], Path], str] = {
    not_there: "data.path = '.*nothing' is not there; allowed: a folder",
    empty: "holds no images; allowed: a folder",
    no_zip: "cannot be read as .npz",
    half_npz: "cannot be read as .npz",
    single_array: "is a single .npy array: save the arrays together by np.savez; allowed",
    three_idx: "no t10k-labels-idx1-ubyte",
    cut_idx: "train-images-idx3-ubyte.gz cannot be read",
    text_among_images: "notes.txt is not an image",
    another_size: "01.png is of another size than .*: 5×7 and 5×5 pixels",
    class_in_one_part: "class 'c' is in only one of train/ and test/",
    lonely_image: "class 'a' cannot be split into training and test images: it has 1 image",
    empty_folders: "has no images in its folders",
}


@pytest.mark.parametrize("make", BAD_FILES, ids=lambda make: make.__name__)
def test_load_custom_rejects_in_one_line(tmp_path: Path, arrays: Arrays, make: Callable[[Path, Arrays], Path]) -> None:
    path = make(tmp_path, arrays)
    with pytest.raises(UserError, match=BAD_FILES[make]) as problem:
        custom.load_custom(path, ImageOptions())
    assert "\n" not in str(problem.value)


def test_fetch_writes_nothing_of_bad_images(tmp_path: Path, arrays: Arrays) -> None:
    npz(tmp_path, label(-1)(arrays))
    params = re.sub("dataset: digits", "dataset: path", PARAMS).replace("path: data/local", "path: mine.npz")
    (tmp_path / "params.yaml").write_text(params)
    command = [sys.executable, "-m", "stages.fetch"]
    done = subprocess.run(
        command, check=False, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.strip() == "fetch: mine.npz: a label is -1; 3 classes have labels 0–2"
    assert not (tmp_path / "data").exists()
