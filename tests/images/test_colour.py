"""Images in colour as people have them: the right three numbers per pixel, grey where asked for, or a question."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageOptions
from looking_for.images.custom import load_custom
from tests.images.test_forms import X, Y, csv, npz

GREY = ImageOptions(grayscale=True)
COLOUR = np.random.default_rng(0).integers(0, 256, (200, 8, 8, 3)).astype(np.uint8)


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


AMBIGUOUS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "3 × 8 × 3": (coloured(COLOUR[:, :3]), r"colours or images × colours × height × width: save it"),
    "two channels": (coloured(COLOUR[..., :2]), "a last axis of 1, 3 or 4 or a second of 1 or 3"),
    "a square in colour as CSV": (csv(pixels=COLOUR), r"192 pixels .* say data.size: .* .\[8, 8\] if they"),
    "colours in no order": (csv(pixels=COLOUR, letters="rrgbbg" * 32), "neither pixel by pixel nor colour by colour"),
}


@pytest.mark.parametrize("case", AMBIGUOUS)
def test_load_custom_asks_where_two_readings_fit(tmp_path: Path, case: str) -> None:
    write, words = AMBIGUOUS[case]
    options = ImageOptions(size=(8, 8)) if "order" in case else ImageOptions()
    with pytest.raises(UserError, match=words) as problem:
        load_custom(write(tmp_path), options)
    assert "pickle" not in str(problem.value)


def test_load_custom_turns_and_resizes_colour(tmp_path: Path) -> None:
    turned = load_custom(coloured(COLOUR)(tmp_path), ImageOptions(transpose=True))
    assert np.array_equal(turned.x_test, COLOUR[140:].swapaxes(1, 2))
    assert load_custom(coloured(COLOUR)(tmp_path), ImageOptions(size=(6, 5))).shape == (6, 5, 3)
