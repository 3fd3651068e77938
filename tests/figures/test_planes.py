"""Pictures of weights of images in colour: three planes, or their mean where they agree."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from looking_for.figures import palette
from looking_for.figures.canvas import Canvas
from looking_for.figures.planes import Planes

SHAPE = (4, 5, 3)
RNG = np.random.default_rng(0)
GREY = RNG.normal(size=(20, 1, 7)) * np.ones((1, 3, 1))


@pytest.mark.parametrize(("noise", "is_merged"), [(0.0, True), (0.2, True), (1.0, False), (100.0, False)])
def test_planes_are_merged_where_they_agree(noise: float, is_merged: bool) -> None:
    weights = (GREY + noise * RNG.normal(size=GREY.shape)).reshape(60, 7)
    assert Planes.choose(SHAPE, weights).is_merged is is_merged
    assert Planes.choose(SHAPE, weights[None]).is_merged is is_merged
    assert not Planes.choose((12, 5), weights).is_merged


def test_tile_lays_planes_side_by_side() -> None:
    levels = np.arange(2 * 60, dtype=np.uint8).reshape(2, 60)
    planes = Planes(SHAPE)
    tiles = planes.tile(levels)
    assert tiles.shape == (2, *planes.shape) == (2, 4, 17)
    for plane in range(3):
        assert np.array_equal(tiles[:, :, 6 * plane : 6 * plane + 5], levels.reshape(2, *SHAPE)[..., plane])
    assert (tiles[:, :, [5, 11]] == palette.WHITE).all()
    assert np.array_equal(Planes((12, 5)).tile(levels), levels.reshape(2, 12, 5))


def test_tile_averages_merged_planes_but_for_what_is_never_inked() -> None:
    levels = np.array([[10, 20, 30], [40, palette.NEVER_INKED, 50], [palette.NEVER_INKED] * 3], np.uint8).reshape(1, 9)
    assert Planes((1, 3, 3), is_merged=True).tile(levels).ravel().tolist() == [20, 45, palette.NEVER_INKED]


def test_canvas_saves_images_in_their_colours(tmp_path: Path) -> None:
    pixels = RNG.integers(0, 256, SHAPE).astype(np.uint8)
    canvas, path = Canvas(), tmp_path / "page.png"
    canvas.image(pixels.ravel() / 255, SHAPE, 10, 20, 2)
    canvas.picture(np.full((4, 5), palette.BLACK, np.uint8), 40, 20, 1)
    canvas.save(path)
    page = np.asarray(Image.open(path).convert("RGB"))
    assert np.array_equal(page[10:18:2, 20:30:2], pixels)
    assert (page[40:44, 20:25] == 0).all()
