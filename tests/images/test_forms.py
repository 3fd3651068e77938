"""Images as people have them: the right pixels, labels and names, or one line that says what is open."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageOptions, ImageSet
from looking_for.images import idx
from looking_for.images.custom import load_custom
from looking_for.images.pixels import read_picture

X = np.rint(load_digits().images[:200] * 255 / 16).astype(np.uint8)
Y = load_digits().target[:200]
KERAS = {"x_train": X[:140], "y_train": Y[:140], "x_test": X[140:], "y_test": Y[140:]}
GREY = ImageOptions(grayscale=True)
COLOUR = np.random.default_rng(0).integers(0, 256, (200, 8, 8, 3)).astype(np.uint8)


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


def test_load_custom_converts_colour_as_pillow_does(tmp_path: Path) -> None:
    write = npz(x_train=COLOUR[:140], x_test=COLOUR[140:])
    images = load_custom(write(tmp_path), GREY)
    assert np.array_equal(images.x_train[7], np.asarray(Image.fromarray(COLOUR[7]).convert("L")))
    assert np.array_equal(load_custom(write(tmp_path), ImageOptions()).x_train, COLOUR[:140])


ALPHA = np.random.default_rng(1).integers(0, 256, (200, 8, 8, 1)).astype(np.uint8)
ON_WHITE = np.rint(COLOUR * (ALPHA / 255) + 255 - ALPHA).astype(np.uint8)
HALF_GREY = np.where(np.arange(200)[:, None, None, None] < 100, X[..., None], COLOUR).astype(np.uint8)


def coloured(pixels: Array, axes: tuple[int, ...] = (0, 1, 2, 3)) -> Callable[[Path], Path]:
    return npz(x_train=pixels[:140].transpose(axes), x_test=pixels[140:].transpose(axes))


def coloured_pictures(pixels: Array, mode: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        for n, (image, label) in enumerate(zip(pixels, Y, strict=True)):
            place = folder / "set" / ("train" if n < 140 else "test") / str(label)
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image, mode).save(place / f"{n:04}.png")
        return folder / "set"

    return write


BY_COLOUR = "r" * 64 + "g" * 64 + "b" * 64
OTHER_FORMS = np.concatenate([np.repeat(X[:100, ..., None], 3, axis=3), COLOUR[100:]])


def other_forms(folder: Path) -> Path:
    """Grey images with an axis of one channel for training, PyTorch's axes for validation, transparency for testing."""
    alpha = np.full((*COLOUR[140:].shape[:3], 1), 255, np.uint8)
    arrays = {"train_images": X[:100, ..., None], "train_labels": Y[:100, None],
              "val_images": COLOUR[100:140].transpose(0, 3, 1, 2), "val_labels": Y[100:140],
              "test_images": np.concatenate([COLOUR[140:], alpha], axis=3), "test_labels": Y[140:]}  # fmt: skip
    np.savez(folder / "mine.npz", **arrays)  # type: ignore[arg-type]
    return folder / "mine.npz"


IN_COLOUR: dict[str, tuple[Callable[[Path], Path], Array]] = {
    "an .npz": (coloured(COLOUR), COLOUR),
    "an .npz with alpha": (coloured(np.concatenate([COLOUR, ALPHA], axis=3)), ON_WHITE),
    "an .npz with PyTorch's axes": (coloured(COLOUR, (0, 3, 1, 2)), COLOUR),
    "an .npz of fractions": (coloured(COLOUR / 255), COLOUR),
    "a CSV": (csv(pixels=COLOUR), COLOUR),
    "a CSV, colour by colour": (csv(pixels=COLOUR.transpose(0, 3, 1, 2), letters=BY_COLOUR), COLOUR),
    "a CSV, pixel by pixel": (csv(pixels=COLOUR, letters="rgb" * 64), COLOUR),
    "three parts of other forms": (other_forms, OTHER_FORMS),
    "pictures": (coloured_pictures(COLOUR, "RGB"), COLOUR),
    "pictures with alpha": (coloured_pictures(np.concatenate([COLOUR, ALPHA], axis=3), "RGBA"), ON_WHITE),
    "pictures of which half are grey": (coloured_pictures(HALF_GREY, "RGB"), HALF_GREY),
}


@pytest.mark.parametrize("form", IN_COLOUR)
def test_load_custom_keeps_colour(tmp_path: Path, form: str) -> None:
    write, expected = IN_COLOUR[form]
    images = load_custom(write(tmp_path), ImageOptions(size=(8, 8)))
    assert images.shape == (8, 8, 3)
    result = np.concatenate([images.x_train, images.x_test]).reshape(200, -1)
    assert sorted(map(bytes, result)) == sorted(map(bytes, expected.reshape(200, -1)))


@pytest.mark.parametrize("write", [coloured, lambda x: coloured_pictures(x, "RGB")], ids=["npz", "pictures"])
def test_load_custom_takes_colours_that_are_the_same_as_grey(tmp_path: Path, write: Any) -> None:
    images = load_custom(write(np.repeat(X[..., None], 3, axis=3))(tmp_path), ImageOptions())
    assert images.shape == (8, 8)
    assert sorted(map(bytes, images.x_train.reshape(140, -1))) == sorted(map(bytes, X[:140].reshape(140, -1)))


def test_load_custom_takes_parts_together_grey_or_in_colour(tmp_path: Path) -> None:
    images = load_custom(npz(x_test=COLOUR[140:])(tmp_path), ImageOptions())
    assert np.array_equal(images.x_train, np.repeat(X[:140, ..., None], 3, axis=3))
    assert np.array_equal(images.x_test, COLOUR[140:])


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


AMBIGUOUS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "3 × 8 × 3": (coloured(COLOUR[:, :3]), r"colours or images × colours × height × width: save it"),
    "two channels": (coloured(COLOUR[..., :2]), "a last axis of 1, 3 or 4 or a second of 1 or 3"),
    "a square in colour as CSV": (csv(pixels=COLOUR), r"192 pixels .* say data.size: .* .\[8, 8\] if they"),
    "colours in no order": (csv(pixels=COLOUR, letters="rrgbbg" * 32), "neither pixel by pixel nor colour by colour"),
    "text called .txt": (text, r"cannot be read as \.txt"),
    "validation of another size": (other_validation, "training and validation must be of one"),
    "below 0": (npz(x_train=X[:140] / 127.5 - 1), r"np.rint\(255 \* \(x - x.min\(\)\) / \(x.max\(\) - x.min\(\)\)\)"),
    "other names": (other_names, "it has x, y"),
}


@pytest.mark.parametrize("case", AMBIGUOUS)
def test_load_custom_asks_where_two_readings_fit(tmp_path: Path, case: str) -> None:
    write, words = AMBIGUOUS[case]
    options = ImageOptions(size=(8, 8)) if "order" in case else ImageOptions()
    with pytest.raises(UserError, match=words) as problem:
        load_custom(write(tmp_path), options)
    assert "pickle" not in str(problem.value)


def test_load_custom_reads_folders_beside_a_list(tmp_path: Path) -> None:
    path = pictures(train=TRAIN, test=REST)(tmp_path)
    (path / "labels.csv").write_text("file,label\n")
    assert len(load_custom(path, ImageOptions()).x_test) == 60


def test_load_custom_turns_and_resizes_colour(tmp_path: Path) -> None:
    turned = load_custom(coloured(COLOUR)(tmp_path), ImageOptions(transpose=True))
    assert np.array_equal(turned.x_test, COLOUR[140:].swapaxes(1, 2))
    assert load_custom(coloured(COLOUR)(tmp_path), ImageOptions(size=(6, 5))).shape == (6, 5, 3)


def test_load_custom_resizes_pictures_of_many_sizes(tmp_path: Path) -> None:
    path = pictures(train=TRAIN, test=REST)(tmp_path)
    picture = next((path / "train/3").iterdir())
    Image.open(picture).resize((20, 12)).save(picture)
    with pytest.raises(UserError, match=r"of another size than .* data\.size: \[height, width\] resizes"):
        load_custom(path, ImageOptions())
    assert load_custom(path, ImageOptions(size=(6, 5))).shape == (6, 5)


def transparent(mode: str) -> Image.Image:
    ink = np.zeros((8, 8, len(mode)), np.uint8)
    ink[..., -1] = X[0]
    return Image.fromarray(ink, mode)


def with_palette() -> Image.Image:
    picture = Image.fromarray(np.where(X[0] > 99, 1, 0).astype(np.uint8), "P")
    picture.putpalette([0, 0, 0, 0, 0, 0])
    picture.info["transparency"] = 0
    return picture


TURNED = Image.Exif()
TURNED[0x0112] = 6
PICTURES: dict[str, tuple[Callable[[], Image.Image], str, Array]] = {
    "ink in RGBA's alpha": (lambda: transparent("RGBA"), "png", 255 - X[0]),
    "ink in LA's alpha": (lambda: transparent("LA"), "png", 255 - X[0]),
    "a transparent palette": (with_palette, "png", np.where(X[0] > 99, 0, 255)),
    "sixteen bits": (lambda: Image.fromarray(X[0] * np.uint16(257)), "png", X[0]),
    "thirty-two bits": (lambda: Image.fromarray(X[0].astype(np.int32) * 257), "tiff", X[0]),
    "fractions": (lambda: Image.fromarray((X[0] / 255).astype("f4")), "tiff", X[0]),
    "CMYK": (lambda: Image.fromarray(np.dstack([255 - X[0]] * 3)).convert("CMYK"), "tiff", 255 - X[0]),
    "one bit": (lambda: Image.fromarray(X[0] > 99), "png", np.where(X[0] > 99, 255, 0)),
}  # fmt: skip


@pytest.mark.parametrize("case", PICTURES)
def test_read_picture_gives_its_grey(tmp_path: Path, case: str) -> None:
    make, suffix, expected = PICTURES[case]
    make().save(tmp_path / f"mine.{suffix}")
    assert np.array_equal(read_picture(tmp_path / f"mine.{suffix}", True, None), expected)


def test_read_picture_turns_upright(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((24, 32), np.uint8)).save(tmp_path / "mine.jpg", exif=TURNED)
    assert read_picture(tmp_path / "mine.jpg", False, None).shape == (32, 24)


@pytest.mark.parametrize("form", ["bmp", "ppm", "png", "gif", "tiff", "jpg"])
def test_read_picture_of_damaged_files(tmp_path: Path, form: str) -> None:
    Image.fromarray(X[0]).save(tmp_path / f"intact.{form}")
    intact, rng = (tmp_path / f"intact.{form}").read_bytes(), np.random.default_rng(0)
    for _ in range(60):
        damaged = bytearray(intact[: int(rng.integers(1, len(intact) + 1))])
        for place in rng.integers(0, len(damaged), 3):
            damaged[place] = int(rng.integers(256))
        (tmp_path / f"mine.{form}").write_bytes(damaged)
        try:
            assert read_picture(tmp_path / f"mine.{form}", True, None).ndim == 2
        except UserError:
            continue


def test_read_picture_rejects_its_size_before_decoding(tmp_path: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "large.png")
    with pytest.raises(UserError, match=r"large\.png is too large"):
        read_picture(tmp_path / "large.png", True, None)


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
    "no labels at all": (foreign("mine.csv", b"a,b,c,d\n1,2,3,4\n"), "has no column of labels"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_load_custom_says_what_is_wrong(tmp_path: Path, case: str) -> None:
    write, words = REFUSED[case]
    with pytest.raises(UserError, match=words) as problem:
        load_custom(write(tmp_path), ImageOptions())
    assert "\n" not in str(problem.value)
    assert "pickle" not in str(problem.value)
