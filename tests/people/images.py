"""Images as people might have them: a form, a type of pixels, colours, labels and names by chance, or a fault."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from looking_for.core.arrays import Array
from looking_for.core.imageset import ImageOptions
from looking_for.images import idx

WORDS = ["cat", "dog", "Größe", "a|b", "汉", "$x$", "t-shirt", "0", "no 7"]


@dataclass
class Set:
    """What is in the files: images (n, height, width) or in colour, labels from 0, which are for testing, and how."""

    rng: np.random.Generator
    x: Array
    y: Array
    is_test: Array
    names: list[str]
    options: dict[str, Any] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    has_names: bool = False
    is_split: bool = True  # whether the files say which are for testing

    def choose(self, *ways: Any) -> Any:
        """One of several, noted."""
        way = ways[self.rng.integers(len(ways))]
        self.words.append(str(way))
        return way

    def parts(self, x: Array, y: Array) -> dict[str, Array]:
        return {"x_train": x[~self.is_test], "y_train": y[~self.is_test], "x_test": x[self.is_test],
                "y_test": y[self.is_test]}  # fmt: skip


def draw_set(seed: int) -> Set:
    """Draw images of a few classes, each with at least 6, of which 2 are for testing."""
    rng = np.random.default_rng(seed)
    n_classes, height, width = rng.integers(2, 6), rng.integers(5, 10), rng.integers(5, 9)
    y = np.repeat(np.arange(n_classes), rng.integers(6, 10, n_classes))
    shape = [len(y), int(height), int(width), *([3] if rng.random() < 0.4 else [])]
    x = rng.integers(0, 256, shape).astype(np.uint8)
    is_test = np.concatenate([np.arange((y == k).sum()) < 2 for k in range(n_classes)])
    order = rng.permutation(len(y))
    names = sorted(rng.choice(WORDS, n_classes, replace=False).tolist())
    return Set(rng, x[order], y[order], is_test[order], names)


def expected_pixels(drawn: Set) -> Array:
    """The images that should come in, by Pillow's own means."""
    x = drawn.x
    if x.ndim == 4 and drawn.options.get("grayscale"):
        x = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in x])
    if size := drawn.options.get("size"):
        way = Image.Resampling.BILINEAR
        x = np.stack([np.asarray(Image.fromarray(image).resize(size[::-1], way)) for image in x])
    return x


def vary_pixels(drawn: Set) -> Array:
    """The same pixels in another type, with other axes."""
    x = drawn.x
    kind = drawn.choose("uint8", "uint16", "fractions", "single fractions", "int64")
    x = {"uint8": x, "uint16": x * np.uint16(257), "fractions": x / 255, "single fractions": (x / 255).astype("f4"),
         "int64": x.astype(np.int64)}[kind]  # fmt: skip
    if drawn.x.ndim == 4:
        return x.transpose(0, 3, 1, 2) if drawn.choose("colours last", "colours first") == "colours first" else x
    axis = drawn.choose(None, 1, 3)
    return x if axis is None else np.expand_dims(x, axis)


def vary_labels(drawn: Set) -> Array:
    kind = drawn.choose("labels", "a column of labels", "labels as floats", "labels from 1", "labels of a byte")
    return {"labels": drawn.y, "a column of labels": drawn.y[:, None], "labels as floats": drawn.y.astype(float),
            "labels from 1": drawn.y + 1, "labels of a byte": drawn.y.astype("u1")}[kind]  # fmt: skip


def npz(drawn: Set, folder: Path) -> Path:
    if drawn.rng.random() < 0.2:
        drawn.options["transpose"] = True
        turned = Set(drawn.rng, drawn.x.swapaxes(1, 2), drawn.y, drawn.is_test, drawn.names)
        arrays = drawn.parts(turned.x, vary_labels(drawn))
    else:
        if drawn.rng.random() < 0.2:
            drawn.options["size"] = (6, 5)
        arrays = drawn.parts(vary_pixels(drawn), vary_labels(drawn))
    if arrays["y_train"].min() == 1:
        drawn.names = [str(k + 1) for k in range(len(drawn.names))]
    elif drawn.choose("names", "no names") == "names":
        arrays["classes"] = np.array(drawn.names)
        drawn.has_names = True
    np.savez(folder / "mine.npz", **arrays)  # type: ignore[arg-type]
    return folder / "mine.npz"


def medmnist(drawn: Set, folder: Path) -> Path:
    arrays, first = drawn.parts(drawn.x, drawn.y[:, None]), 3
    split = {"train_images": arrays["x_train"][first:], "train_labels": arrays["y_train"][first:],
             "val_images": arrays["x_train"][:first], "val_labels": arrays["y_train"][:first],
             "test_images": arrays["x_test"], "test_labels": arrays["y_test"]}  # fmt: skip
    np.savez(folder / "mine.npz", **split)  # type: ignore[arg-type]
    return folder / "mine.npz"


def csv(drawn: Set, folder: Path) -> Path:
    height, width = drawn.x.shape[1:3]
    n_numbers = drawn.x[0].size
    if height != width or drawn.x.ndim == 4:
        drawn.options["size"] = (int(height), int(width))
    has_header = drawn.choose(True, False)
    place = int(drawn.rng.integers(0, n_numbers + 1)) if has_header else 0
    table = np.insert(drawn.x.reshape(len(drawn.x), -1).astype(int), place, drawn.y, axis=1)
    names = [f"pixel{n}" for n in range(n_numbers)]
    header = ",".join([*names[:place], drawn.choose("label", "Label", "class", "target"), *names[place:]])
    drawn.is_split = drawn.choose(True, False)
    rows = (
        {"mine": np.ones(len(table), bool)} if not drawn.is_split else {"train": ~drawn.is_test, "test": drawn.is_test}
    )
    for name, chosen in rows.items():
        np.savetxt(folder / f"{name}.csv", table[chosen], "%d", ",", header=header if has_header else "", comments="")
    return folder if drawn.is_split else folder / "mine.csv"


def folders(drawn: Set, folder: Path) -> Path:
    modes = ["RGB", "RGBA", "mixed"] if drawn.x.ndim == 4 else ["L", "RGB", "LA", "P", "I;16"]
    mode, suffix = drawn.choose(*modes), drawn.choose("png", "png", "tiff")
    train, test = drawn.choose(("train", "test"), ("Training", "TESTING"), ("train", "val"), ("", ""))
    drawn.is_split, drawn.has_names = bool(train), True
    for n, (image, label) in enumerate(zip(drawn.x, drawn.y, strict=True)):
        place = folder / "set" / (test if drawn.is_test[n] else train) / drawn.names[label]
        place.mkdir(parents=True, exist_ok=True)
        drawn.x[n], picture = picture_of(image, mode, drawn.rng)
        picture.save(place / f"{n:03}.{suffix}")
    (folder / "set" / train / drawn.names[0] / "Thumbs.db").write_bytes(b"x")
    return folder / "set"


def picture_of(image: Array, mode: str, rng: np.random.Generator) -> tuple[Array, Image.Image]:
    """A picture, and what should come in of it: what is transparent lies on white."""
    if mode == "I;16":
        return image, Image.fromarray(image * np.uint16(257))
    if mode in ("LA", "RGBA"):
        alpha = rng.integers(0, 256, image.shape[:2]).astype(np.uint8)
        blended = np.rint(image * (alpha if image.ndim == 2 else alpha[..., None]).astype(float) / 255)
        rest = 255 - (alpha if image.ndim == 2 else alpha[..., None]).astype(int)
        return (blended + rest).astype(np.uint8), Image.fromarray(np.dstack([image, alpha]), mode)
    if mode == "mixed" and rng.random() < 0.5:
        grey = image[..., 0]
        return np.repeat(grey[..., None], 3, axis=2), Image.fromarray(grey)
    return image, Image.fromarray(image) if mode == "mixed" else Image.fromarray(image).convert(mode)


def idx_files(drawn: Set, folder: Path) -> Path:
    if drawn.x.ndim == 4:
        return npz(drawn, folder)
    dot, is_zipped = drawn.choose("-", "."), drawn.choose(True, False)
    for key, name in idx.NAMES.items():
        data = idx.encode(drawn.parts(drawn.x, drawn.y.astype("u1"))[key])
        file = folder / (name.replace("-idx", f"{dot}idx") + (".gz" if is_zipped else ""))
        file.write_bytes(gzip.compress(data) if is_zipped else data)
    return folder


WRITERS: list[Callable[[Set, Path], Path]] = [npz, npz, medmnist, csv, folders, folders, idx_files]


def write_set(drawn: Set, folder: Path) -> tuple[Path, ImageOptions]:
    """Write a set in one of the forms; say what has to be said with it."""
    way = WRITERS[drawn.rng.integers(len(WRITERS))]
    drawn.words.append(way.__name__)
    if drawn.x.ndim == 4 and drawn.rng.random() < 0.3:
        drawn.options["grayscale"] = True
    return way(drawn, folder), ImageOptions(**drawn.options)


def _npz_with(**change: Callable[[Array], Array]) -> Callable[[Set, Path], Path]:
    def write(drawn: Set, folder: Path) -> Path:
        arrays = drawn.parts(drawn.x, drawn.y)
        arrays |= {key: make(arrays[key] if key in arrays else np.array(drawn.names)) for key, make in change.items()}
        np.savez(folder / "mine.npz", **arrays)  # type: ignore[arg-type]
        return folder / "mine.npz"

    return write


def _raw(name: str, content: bytes) -> Callable[[Set, Path], Path]:
    def write(_: Set, folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return write


def _cut(drawn: Set, folder: Path) -> Path:
    path = npz(drawn, folder)
    data = path.read_bytes()
    path.write_bytes(data[: drawn.rng.integers(1, len(data))])
    return path


def _no_picture(drawn: Set, folder: Path) -> Path:
    path = folders(drawn, folder)
    files = sorted(p for p in path.rglob("*") if p.suffix in (".png", ".tiff"))
    file = files[drawn.rng.integers(len(files))]
    file.write_bytes(b"no picture" if drawn.choose(True, False) else file.read_bytes()[:30])
    return path


def _other_size(drawn: Set, folder: Path) -> Path:
    path = folders(drawn, folder)
    files = sorted(p for p in path.rglob("*") if p.suffix in (".png", ".tiff"))
    file = files[drawn.rng.integers(len(files))]
    with Image.open(file) as picture:
        picture.resize((11, 13)).save(file)
    return path


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 12\n"
FAULTS: dict[str, tuple[Callable[[Set, Path], Path], str]] = {
    "not a number": (_npz_with(x_train=lambda x: np.where(x == x.max(), np.nan, x / 255)), "not all finite"),
    "a range of its own": (_npz_with(x_test=lambda x: x / 7.0), r"x_test is float64 from .* to "),
    "negative": (_npz_with(x_train=lambda x: x.astype(int) - 5), r"x_train is int64 from -5 to"),
    "five channels": (_npz_with(x_train=lambda x: np.stack([x] * 5, axis=-1)), "x_train"),
    "labels of one hot": (_npz_with(y_train=lambda y: np.eye(9, dtype=int)[y]), "y_train has the shape"),
    "labels as halves": (_npz_with(y_test=lambda y: y + 0.5), "y_test is float64"),
    "more labels": (_npz_with(y_train=lambda y: np.append(y, 0)), "one label each"),
    "a class without tests": (_npz_with(y_test=lambda y: np.where(y == 1, 0, y)), "y_test has no image of class"),
    "one image": (_npz_with(x_train=lambda x: np.repeat(x[:1], len(x), axis=0)), "the same|of one grey"),
    "objects": (_npz_with(classes=lambda c: c.astype(object)), r"classes holds Python objects.*astype\(str\)"),
    "a cut": (_cut, "mine.npz"),
    "a pointer": (_raw("mine.npz", POINTER), "a Git LFS pointer.*git lfs pull"),
    "a page": (_raw("mine.csv", b"<!DOCTYPE html><html></html>"), "a web page"),
    "HDF5": (_raw("mine.npz", b"\x89HDF\r\n\x1a\n" + bytes(99)), "HDF5"),
    "no column of labels": (_raw("mine.csv", b"a,b,c,d\n1,2,3,4\n"), "no column of labels"),
    "no square": (_raw("mine.csv", b"0,1,2,3,4,5\n1,1,2,9,8,7\n"), r"say data\.size"),
    "no picture": (_no_picture, "is not an image, or damaged"),
    "another size": (_other_size, r"of another size than .* data\.size"),
}  # fmt: skip
