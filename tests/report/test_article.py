"""The article's claims and a picture's places, counted again by plain loops."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from looking_for.report import article
from looking_for.results import places


def network_of(pictures: np.ndarray, never: np.ndarray) -> Any:
    """What the measures ask of a network: one layer's pictures (n_pictures, height, width) and a mask of pixels."""
    weights = pictures.reshape(len(pictures), -1).T
    layer = SimpleNamespace(weights=weights)
    composed = SimpleNamespace(layers=[layer], output=layer)
    return SimpleNamespace(pictures=SimpleNamespace(never_inked=never.ravel(), composed=composed))


def test_measure_structure_of_noise_and_of_strokes() -> None:
    rng, nowhere = np.random.default_rng(0), np.zeros((20, 20), bool)
    noise = network_of(rng.normal(size=(30, 20, 20)), nowhere)
    rough = rng.normal(size=(30, 22, 22))
    smooth = np.sum([rough[:, i : i + 20, j : j + 20] for i in range(3) for j in range(3)], axis=0)
    assert abs(article.measure_structure(noise, 0, (20, 20))) < 0.05
    assert article.measure_structure(network_of(smooth, nowhere), 0, (20, 20)) == pytest.approx(2 / 3, abs=0.05)


def test_measure_structure_leaves_out_what_was_never_inked() -> None:
    rng = np.random.default_rng(0)
    pictures, never = rng.normal(size=(5, 20, 20)), np.zeros((20, 20), bool)
    never[:, 10:] = True
    pictures[:, :, 10:] = 7.0
    assert abs(article.measure_structure(network_of(pictures, never), 0, (20, 20))) < 0.1


def test_measure_locality_of_one_place_and_of_everywhere() -> None:
    everywhere, one = np.ones((1, 8, 8)), np.zeros((1, 8, 8))
    one[0, 3, 5] = 2.0
    nowhere = np.zeros((8, 8), bool)
    assert article.measure_locality(network_of(everywhere, nowhere), 0, (8, 8)) == 0.25
    assert article.measure_locality(network_of(one, nowhere), 0, (8, 8)) == 1.0


def test_erase_elsewhere_takes_as_much_ink() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((12, 50)) * (rng.random((12, 50)) < 0.6)
    is_edge = np.arange(50) >= 44
    left = article.erase_elsewhere(x, is_edge)
    assert np.array_equal(left[:, is_edge], x[:, is_edge])
    assert set(np.unique(np.where(left != x, left, 0.0))) == {0.0}, "a pixel is erased or stays"
    for before, after in zip(x, left, strict=True):
        gone, wanted = before.sum() - after.sum(), before[is_edge].sum()
        assert wanted - 1e-9 <= gone <= wanted + 1.0, "at least as much, and no more than a pixel beyond"


def test_sum_parts_by_a_plain_loop() -> None:
    rng = np.random.default_rng(0)
    for shape in ((28, 28), (8, 8), (5, 7), (9, 6, 3)):
        pixels = rng.normal(size=shape)
        expected = np.zeros((places.N_BANDS, places.N_BANDS))
        for row in range(shape[0]):
            for column in range(shape[1]):
                part = row * places.N_BANDS // shape[0], column * places.N_BANDS // shape[1]
                expected[part] += pixels[row, column].sum()
        assert np.allclose(places.sum_parts(pixels.ravel(), shape[:2]), expected)


def test_find_places_of_a_ring_and_a_bar() -> None:
    """A ring's picture is blue in the middle, a bar's red there; a corner where nobody inks does not decide."""
    ring, bar = np.zeros((10, 10)), np.zeros((10, 10))
    ring[2:4, 4:6], ring[4:6, 4:6] = 1.0, -2.0
    bar[4:6, 4:6], bar[8:, 4:6] = 2.0, -1.0
    ring[:2, :2] = 50.0
    ink = np.ones((2, 10, 10))
    ink[:, :2, :2] = 0.0
    ink[0, 2:4, 4:6] = 2.0
    run: Any = SimpleNamespace(
        images=SimpleNamespace(shape=(10, 10)), classes=["ring", "bar"], survey=SimpleNamespace(ink=ink)
    )  # fmt: skip
    result = places.find_places(network_of(np.stack([ring, bar]), np.zeros((10, 10), bool)), run)
    assert [(p.name, p.toward, p.against) for p in result] == [
        ("ring", "upper middle", "middle"),
        ("bar", "middle", "bottom middle"),
    ]


def test_locate_part_is_where_sum_parts_sums() -> None:
    for shape in ((28, 28), (8, 8), (5, 7)):
        for part in range(places.N_BANDS**2):
            image = np.zeros(shape)
            image[places.locate_part(part, shape)] = 1.0
            sums = places.sum_parts(image.ravel(), shape).ravel()
            assert np.flatnonzero(sums).tolist() == [part]
