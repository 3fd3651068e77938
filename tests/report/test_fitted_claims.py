"""What the report claims of few pictures, by the interval rule."""

from types import SimpleNamespace

import pytest

from looking_for.core.tables import Interval
from looking_for.report.fitted_claims import fewest_pictures
from looking_for.surrogates.ablations import AblationRow


@pytest.mark.parametrize(
    ("rows", "kinds"),
    [
        ([("linear_fit", 10, 0.5), ("fitted.3", 30, 0.92), ("strokes.20", 30, 0.93)], ["strokes.20", "none", "none"]),
        ([("exact_maps.1", 10, 0.99), ("fitted.10", 85, 0.96)], ["fitted.10", "near", "none"]),
        ([("soft.10", 100, 0.99), ("labels.10", 100, 0.2)], ["soft.10", "soft.10", "soft.10"]),
    ],
)
def test_fewest_pictures_by_the_interval_rule(rows: list[tuple[str, int, float]], kinds: list[str]) -> None:
    nothing = Interval(None, None, None)
    ablations = [
        AblationRow(
            name=name, pictures=pictures, likeness=None, agreement=nothing, agreement_on_errors=nothing,
            explained=Interval(value, value - 0.011, value + 0.005), margin=nothing,
            accuracy=0.9,
        )
        for name, pictures, value in rows
    ]  # fmt: skip
    claims = fewest_pictures(SimpleNamespace(ablations=ablations))  # type: ignore[arg-type]
    assert [claim.row.name if claim.row else claim.kind for claim in claims] == kinds
