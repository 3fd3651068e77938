"""Images as people have them: the right pixels, labels and names, or one line that says what is open."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageOptions, ImageSet
from looking_for.images import idx
from looking_for.images.custom import load_custom

X = np.rint(load_digits().images[:200] * 255 / 16).astype(np.uint8)
Y = load_digits().target[:200]
KERAS = {"x_train": X[:140], "y_train": Y[:140], "x_test": X[140:], "y_test": Y[140:]}


def npz(**changes: Array) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        np.savez(folder / "mine.npz", **KERAS | changes)  # type: ignore[arg-type]
        return folder / "mine.npz"

    return write


def medmnist(folder: Path) -> Path:
    parts = {"train": slice(0, 100), "val": slice(100, 140), "test": slice(140, None)}
    arrays = {f"{part}_images": X[rows] for part, rows in parts.items()}
    np.savez(folder / "mine.npz", **arrays | {f"{p}_labels": Y[r, None] for p, r in parts.items()})  # type: ignore[arg-type]
    return folder / "mine.npz"


def csv(header: bool = True, pixels: Array = X, letters: str = "p" * 64) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / "set").mkdir()
        for name, x, y in (("train", pixels[:140], Y[:140]), ("test", pixels[140:], Y[140:])):
            table = np.hstack([y[:, None], x.reshape(len(x), -1)])
            columns = [f"{letters[n % len(letters)]}{n}" for n in range(table.shape[1] - 1)]
            names = ",".join(["label", *columns]) if header else ""
            np.savetxt(folder / f"set/{name}.csv", table, "%d", ",", header=names, comments="")
        return folder / "set"

    return write


def kaggle(folder: Path) -> Path:
    path = csv()(folder)
    lines = (path / "test.csv").read_text().splitlines()
    (path / "test.csv").write_text("\n".join(line.partition(",")[2] for line in lines))
    return path


def idx_named(*names: str, turned: bool = False) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / "set").mkdir()
        for name, key in zip(names, idx.NAMES, strict=True):
            array = KERAS[key].transpose(0, 2, 1) if turned and key[0] == "x" else KERAS[key]
            (folder / "set" / name).write_bytes(idx.encode(array))
        return folder / "set"

    return write


def qmnist(folder: Path) -> Path:
    idx_named(*(name.replace("emnist-letters", "qmnist") for name in EMNIST))(folder)
    for part, y in (("train", Y[:140]), ("test", Y[140:])):
        (folder / f"set/qmnist-{part}-labels-idx1-ubyte").unlink()
        table = np.repeat(y[:, None], 8, axis=1).astype(">i4")
        head = bytes([0, 0, 12, 2]) + np.array(table.shape, ">u4").tobytes()
        (folder / f"set/qmnist-{part}-labels-idx2-int").write_bytes(head + table.tobytes())
    return folder / "set"


def pictures(**parts: slice) -> Callable[[Path], Path]:
    """Folders by class; a blank in a part's name is a folder more."""

    def write(folder: Path) -> Path:
        for part, rows in parts.items():
            for n, (image, label) in enumerate(zip(X[rows], Y[rows], strict=True)):
                place = folder / "set" / part.replace("_", "/") / str(label)
                place.mkdir(parents=True, exist_ok=True)
                Image.fromarray(image).save(place / f"{n:03}.png")
        return folder / "set"

    return write


def littered(folder: Path) -> Path:
    path = pictures(Training=slice(0, 140), TESTING=slice(140, None))(folder)
    (path / "__MACOSX").mkdir()
    (path / "Training/3/Thumbs.db").write_bytes(b"x")
    (path / "TESTING/desktop.ini").write_bytes(b"x")
    return path


TRAIN, REST = slice(0, 140), slice(140, None)
DOTTED = [name.replace("-idx", ".idx") for name in idx.NAMES.values()]
EMNIST = [f"emnist-letters-{part}-{what}" for part in ("train", "test")
          for what in ("images-idx3-ubyte", "labels-idx1-ubyte")]  # fmt: skip
READ: dict[str, tuple[Callable[[Path], Path], ImageOptions]] = {
    "columns of labels": (npz(y_train=Y[:140, None], y_test=Y[140:, None]), ImageOptions()),
    "an axis of one channel": (npz(x_train=X[:140, ..., None], x_test=X[140:, ..., None]), ImageOptions()),
    "channels before": (npz(x_train=X[:140, None], x_test=X[140:, None]), ImageOptions()),
    "labels as floats": (npz(y_train=Y[:140].astype(float), y_test=Y[140:].astype(float)), ImageOptions()),
    "fractions": (npz(x_train=X[:140] / 255, x_test=(X[140:] / 255).astype("f4")), ImageOptions()),
    "sixteen bits": (npz(x_train=X[:140] * np.uint16(257), x_test=X[140:] * np.uint16(257)), ImageOptions()),
    "wide integers": (npz(x_train=X[:140].astype(np.int64), x_test=X[140:].astype(np.int32)), ImageOptions()),
    "MedMNIST": (medmnist, ImageOptions()),
    "CSV": (csv(), ImageOptions()),
    "CSV without a header": (csv(header=False), ImageOptions()),
    "dots for hyphens": (idx_named(*DOTTED), ImageOptions()),
    "EMNIST, on its side": (idx_named(*EMNIST, turned=True), ImageOptions()),
    "on its side": (npz(x_train=X[:140].transpose(0, 2, 1), x_test=X[140:].transpose(0, 2, 1)),
                    ImageOptions(transpose=True)),
    "QMNIST": (qmnist, ImageOptions()),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_load_custom_reads_the_same_images(tmp_path: Path, case: str) -> None:
    write, options = READ[case]
    images = load_custom(write(tmp_path), options)
    assert np.array_equal(images.x_train, KERAS["x_train"])
    assert np.array_equal(images.x_test, KERAS["x_test"])
    assert np.array_equal(images.y_train, KERAS["y_train"])
    assert np.array_equal(images.y_test, KERAS["y_test"])
    assert images.classes.tolist() == list("0123456789")


def sorted_rows(images: ImageSet) -> list[list[int]]:
    rows = np.concatenate([images.x_train, images.x_test])
    return sorted(map(list, rows.reshape(len(rows), -1).tolist()))


@pytest.mark.parametrize(
    ("write", "n_test"),
    [(pictures(training=TRAIN, testing=REST), 60), (pictures(train=TRAIN, val=REST), 60), (littered, 60),
     (pictures(train=slice(0, 100), valid=slice(100, 140), test=REST), 60),
     (pictures(a_b_train=TRAIN, a_b_test=REST), 60), (kaggle, 28)],
    ids=["training, testing", "train, val", "what systems leave", "three parts", "two folders down", "Kaggle"],
)  # fmt: skip
def test_load_custom_reads_parts(tmp_path: Path, write: Callable[[Path], Path], n_test: int) -> None:
    images = load_custom(write(tmp_path), ImageOptions())
    assert len(images.x_test) == n_test
    everything = X[:140] if write is kaggle else X
    assert sorted_rows(images) == sorted(everything.reshape(len(everything), -1).tolist())


@pytest.mark.parametrize(
    ("classes", "expected"),
    [(np.array([f"c{k}" for k in range(10)], "S"), "c0"), (np.array([[f"c{k}"] for k in range(10)]), "c0")],
    ids=["bytes", "a column"],
)
def test_load_custom_reads_names(tmp_path: Path, classes: Array, expected: str) -> None:
    assert load_custom(npz(classes=classes)(tmp_path), ImageOptions()).classes[0] == expected


@pytest.mark.parametrize(("options", "name"), [(ImageOptions(), "1"), (ImageOptions(tuple("abcdefghij")), "a")])
def test_load_custom_counts_labels_from_one(tmp_path: Path, options: ImageOptions, name: str) -> None:
    images = load_custom(npz(y_train=Y[:140] + 1, y_test=Y[140:] + 1)(tmp_path), options)
    assert np.array_equal(images.y_train, Y[:140])
    assert images.classes[0] == name


def test_load_custom_reads_folders_beside_a_list(tmp_path: Path) -> None:
    path = pictures(train=TRAIN, test=REST)(tmp_path)
    (path / "labels.csv").write_text("file,label\n")
    assert len(load_custom(path, ImageOptions()).x_test) == 60


def test_load_custom_resizes_pictures_of_many_sizes(tmp_path: Path) -> None:
    path = pictures(train=TRAIN, test=REST)(tmp_path)
    picture = next((path / "train/3").iterdir())
    Image.open(picture).resize((20, 12)).save(picture)
    with pytest.raises(UserError, match=r"of another size than .* data\.size: \[height, width\] resizes"):
        load_custom(path, ImageOptions())
    assert load_custom(path, ImageOptions(size=(6, 5))).shape == (6, 5)


def pointer(folder: Path) -> Path:
    (folder / "d.npz").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n")
    return folder / "d.npz"


def foreign(name: str, content: bytes) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return write


def two_sets(folder: Path) -> Path:
    path = idx_named(*EMNIST)(folder)
    for name in EMNIST:
        (path / name.replace("letters", "digits")).write_bytes((path / name).read_bytes())
    return path


def text(folder: Path) -> Path:
    (folder / "d.txt").write_text("some words")
    return folder / "d.txt"


def other_names(folder: Path) -> Path:
    np.savez(folder / "mine.npz", x=X, y=Y)
    return folder / "mine.npz"


def other_validation(folder: Path) -> Path:
    arrays = {"train_images": X[:100], "train_labels": Y[:100], "val_images": X[100:140, :6], "val_labels": Y[100:140],
              "test_images": X[140:], "test_labels": Y[140:]}  # fmt: skip
    np.savez(folder / "mine.npz", **arrays)  # type: ignore[arg-type]
    return folder / "mine.npz"


REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a pointer": (pointer, "a Git LFS pointer, not the file: fetch it with `git lfs pull`"),
    "a page": (foreign("d.npz", b"<!doctype html>"), "a web page, not the file"),
    "HDF5": (foreign("d.h5", b"\x89HDF\r\n\x1a\n"), "is an HDF5 file"),
    "names that are one number": (npz(classes=np.array(10)), "classes has the shape"),
    "a table of names": (npz(classes=np.full((10, 2), "a")), r"classes has the shape \(10, 2\)"),
    "names as objects": (npz(classes=np.array(list("abcdefghij"), object)), r"save classes\.astype\(str\)"),
    "black": (npz(x_train=X[:140] * 0), "all training images are the same"),
    "flat greys": (npz(x_train=np.full((140, 8, 8), Y[:140, None, None], np.uint8)), "of one grey all over"),
    "fractions beyond one": (npz(x_train=load_digits().images[:140]), "is float64 from 0 to 16; pixels are uint8"),
    "no number": (npz(x_train=np.where(X[:140] > 9, np.nan, 0)), "not all finite"),
    "two data sets": (two_sets, r"IDX files of 2 data sets \(emnist-digits, emnist-letters\)"),
    "no square": (csv(pixels=X[:, :, :5]), r"40 pixels per image, no square; say data.size"),
    "text called .txt": (text, r"cannot be read as \.txt"),
    "validation of another size": (other_validation, "training and validation must be of one"),
    "below 0": (npz(x_train=X[:140] / 127.5 - 1), r"np.rint\(255 \* \(x - x.min\(\)\) / \(x.max\(\) - x.min\(\)\)\)"),
    "other names": (other_names, "it has x, y"),
    "no labels at all": (foreign("mine.csv", b"a,b,c,d\n1,2,3,4\n"), "has no column of labels"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_load_custom_says_what_is_wrong(tmp_path: Path, case: str) -> None:
    write, words = REFUSED[case]
    with pytest.raises(UserError, match=words) as problem:
        load_custom(write(tmp_path), ImageOptions())
    assert "\n" not in str(problem.value)
    assert "pickle" not in str(problem.value)
