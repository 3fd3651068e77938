"""Structure, locality and erased ink, on pictures whose answer is known."""

import numpy as np
import pytest

from looking_for.results import structure
from tests.results.pictures import network_of


def test_measure_structure_of_noise_and_of_strokes() -> None:
    rng, nowhere = np.random.default_rng(0), np.zeros((20, 20), bool)
    noise = network_of(rng.normal(size=(30, 20, 20)), nowhere)
    rough = rng.normal(size=(30, 22, 22))
    smooth = np.sum([rough[:, i : i + 20, j : j + 20] for i in range(3) for j in range(3)], axis=0)
    assert abs(structure.measure_structure(noise, 0, (20, 20))) < 0.05
    assert structure.measure_structure(network_of(smooth, nowhere), 0, (20, 20)) == pytest.approx(2 / 3, abs=0.05)


def test_measure_structure_leaves_out_what_was_never_inked() -> None:
    rng = np.random.default_rng(0)
    pictures, never = rng.normal(size=(5, 20, 20)), np.zeros((20, 20), bool)
    never[:, 10:] = True
    pictures[:, :, 10:] = 7.0
    assert abs(structure.measure_structure(network_of(pictures, never), 0, (20, 20))) < 0.1


def test_measure_locality_of_one_place_and_of_everywhere() -> None:
    everywhere, one = np.ones((1, 8, 8)), np.zeros((1, 8, 8))
    one[0, 3, 5] = 2.0
    nowhere = np.zeros((8, 8), bool)
    assert structure.measure_locality(network_of(everywhere, nowhere), 0, (8, 8)).share == 0.25
    assert structure.measure_locality(network_of(one, nowhere), 0, (8, 8)).share == 1.0


def test_measure_locality_says_how_far_the_places_overlap() -> None:
    """Of pictures strong in one quarter each: two alike, one shifted by a quarter of the side, one far away."""
    pictures = np.zeros((4, 8, 8))
    for picture, (row, column) in zip(pictures, [(0, 0), (0, 0), (0, 2), (4, 4)], strict=True):
        picture[row : row + 4, column : column + 4] = 1.0
    pairs = [1.0, 0.5, 0.0, 0.5, 0.0, 0.0]  # shared of the 4 × 4; the last pair is 4 down and 2 across
    measured = structure.measure_locality(network_of(pictures, np.zeros((8, 8), bool)), 0, (8, 8))
    assert measured.overlap == round(float(np.mean(pairs)), 2)


def test_erase_elsewhere_takes_as_much_ink() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((12, 50)) * (rng.random((12, 50)) < 0.6)
    is_edge = np.arange(50) >= 44
    left = structure.erase_elsewhere(x, is_edge)
    assert np.array_equal(left[:, is_edge], x[:, is_edge])
    assert set(np.unique(np.where(left != x, left, 0.0))) == {0.0}, "a pixel is erased or stays"
    for before, after in zip(x, left, strict=True):
        gone, wanted = before.sum() - after.sum(), before[is_edge].sum()
        assert wanted - 1e-9 <= gone <= wanted + 1.0, "at least as much, and no more than a pixel beyond"
