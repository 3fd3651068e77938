"""What a study says of penalties, by other means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from looking_for.report.study_penalties import mean_interval


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=12))
def test_mean_interval_is_students(values: list[float]) -> None:
    mean, low, high = mean_interval(values)
    error = stats.sem(values)
    if error > 1e-9:
        expected = stats.t.interval(0.95, len(values) - 1, loc=mean, scale=error)
        assert (low, high) == pytest.approx(expected)
    assert low <= mean <= high
