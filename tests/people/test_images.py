"""150 sets of images by chance: the right pixels, labels and names; and 54 with a fault: one line that says which."""

import warnings
from pathlib import Path

import numpy as np
import pytest

from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageOptions, ImageSet
from looking_for.images.custom import load_custom
from tests.conftest import slow_except
from tests.people.images import FAULTS, Set, draw_set, expected_pixels, write_set


def labelled(x: np.ndarray, names: list[str]) -> list[tuple[str, bytes]]:
    return sorted(zip(names, map(bytes, x), strict=True))


def named(images: ImageSet, part: str) -> list[tuple[str, bytes]]:
    return labelled(getattr(images, f"x_{part}"), [images.classes[k] for k in getattr(images, f"y_{part}")])


def names_of(drawn: Set) -> list[str]:
    is_numbered = drawn.names == [str(k + 1) for k in range(len(drawn.names))]
    return drawn.names if drawn.has_names or is_numbered else [str(k) for k in range(len(drawn.names))]


def load_quietly(path: Path, options: ImageOptions) -> ImageSet:
    """Load images; a warning of a library fails the test, since the line is to be ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ResourceWarning)  # numpy leaves a damaged file open
        return load_custom(path, options)


@pytest.mark.parametrize("seed", slow_except(range(40), range(150)))
def test_images_of_any_form_come_in_as_they_are(tmp_path: Path, seed: int) -> None:
    drawn = draw_set(seed)
    path, options = write_set(drawn, tmp_path)
    images = load_quietly(path, options)
    x, names = expected_pixels(drawn), [names_of(drawn)[k] for k in drawn.y]
    assert images.shape == x.shape[1:], drawn.words
    everything = labelled(x, names)
    assert sorted(named(images, "train") + named(images, "test")) == everything, drawn.words
    if drawn.is_split:
        tests = [name for name, is_test in zip(names, drawn.is_test, strict=True) if is_test]
        assert named(images, "test") == labelled(x[drawn.is_test], tests), drawn.words


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("fault", FAULTS)
def test_images_with_a_fault_are_refused_in_a_line(tmp_path: Path, fault: str, seed: int) -> None:
    write, words = FAULTS[fault]
    path = write(draw_set(1_000 + seed), tmp_path)
    with pytest.raises(UserError, match=words) as problem:
        load_quietly(path, ImageOptions())
    line = str(problem.value)
    assert "\n" not in line
    assert "allow_pickle" not in line
