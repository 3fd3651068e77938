"""CI's last check: the committed bytes, or on another processor no more than last bits."""

import pytest

from tools import same


@pytest.mark.parametrize(
    ("old", "new", "is_far"),
    [
        (0.95, 0.952, False),
        (0.95, 0.954, True),
        (-13.06, -13.07, False),
        (-13.06, -13.2, True),
        (None, None, False),
        (None, 10, True),
        (205, 205.5, False),
        (205, 206, True),
        (10, 30, True),
    ],
)
def test_a_metric_may_move_by_three_thousandths_of_itself_or_of_one(
    old: float | None, new: float | None, is_far: bool
) -> None:
    assert same.far(old, new) == is_far


def test_nested_metrics_are_compared_number_by_number() -> None:
    numbers = {"a": 1, "b": {"3": 0.5}, "c": [1, None]}
    assert same.flat(numbers) == {".a": 1, ".b.3": 0.5, ".c.0": 1, ".c.1": None}


def test_only_metrics_among_the_changed_files_are_weighed() -> None:
    changed = [" M dvc.lock", " M reports/metrics/train/few.json", " M reports/README.md"]
    assert same.metrics(changed) == ["reports/metrics/train/few.json"]
