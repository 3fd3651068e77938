"""Single pictures of every mode: the right grey, upright and on white, or one line; damaged ones never a traceback."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from looking_for.core.arrays import Array
from looking_for.core.errors import UserError
from looking_for.images.pixels import read_picture
from tests.images.test_forms import X


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
