"""Whatever params.yaml says, it is refused in words or the whole pipeline runs, without a warning."""

import os
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from looking_for.core.errors import UserError
from stages.params import read_params
from stages.params.training import ActivationName
from tests.pipeline.in_process import folder_of, whole_pipeline
from tests.projects import merge_params

ACTIVATIONS = ActivationName.__args__  # type: ignore[attr-defined]
TRIES = int(os.environ.get("TRIES", "3"))
RUBBISH: list[Any] = [None, "x", -1, 0, 2.5, float("nan"), float("inf"), 10**30, [], {}, "a/b", True]

NETWORK = st.fixed_dictionaries(
    {
        "samples": st.sampled_from([1, 10, 100, 1437, 99_999]),
        "hidden": st.lists(st.integers(1, 9), max_size=3),
        "epochs": st.integers(0, 2),
    },
    optional={
        "activation": st.sampled_from(ACTIVATIONS),
        "optimizer": st.sampled_from(["rmsprop", "adam", "sgd"]),
        "momentum": st.sampled_from([0.0, 0.9]),
        "weight_decay": st.sampled_from([0.0, 1.0]),
        "dropout": st.sampled_from([0.0, 0.9]),
        "input_noise": st.sampled_from([0.0, 10.0]),
        "batch_normalisation": st.booleans(),
        "linear_path": st.booleans(),
        "shuffle_labels": st.booleans(),
        "initial_scale": st.sampled_from([1e-6, 1.0, 100.0]),
        "keep_picture": st.sampled_from([0.0, 0.05, 1000.0]),
        "seed": st.integers(0, 3),
    },
)


@st.composite
def written(draw: st.DrawFn) -> dict[str, Any]:
    """A params.yaml that may well be right, but for at most one value of rubbish."""
    clusters = sorted({1} | set(draw(st.lists(st.integers(2, 5), max_size=2))))
    networks = draw(st.dictionaries(st.sampled_from(["few", "all", "x-1"]), NETWORK, min_size=1, max_size=2))
    names = list(networks)
    result = merge_params(
        survey={"clusters": clusters, "seed": draw(st.integers(0, 3))},
        train={
            "batch_size": draw(st.sampled_from([5, 32, 60_000])),
            "learning_rate": draw(st.sampled_from([1e-9, 1e-3, 1.0])),
            "seed": draw(st.integers(0, 3)),
            "snapshots": draw(st.integers(0, 5)),
        },
        networks=networks,
        fit={
            "pictures": draw(st.lists(st.sampled_from(clusters), min_size=1, max_size=2, unique=True)),
            "pull": draw(st.sampled_from([0.0, 0.3, 1000.0])),
            "updates": draw(st.sampled_from([0, 15])),
        },
        challenge=draw(st.lists(st.sampled_from(names), max_size=1)),
        render={
            "samples_per_class": draw(st.integers(1, 3)),
            "clusters_shown": draw(st.integers(1, 6)),
            "story": draw(st.lists(st.sampled_from(names), max_size=2, unique=True)),
        },
    )
    if draw(st.integers(0, 3)) == 0:
        spoil(draw, result)
    return result


def spoil(draw: st.DrawFn, result: Any) -> None:
    """Put rubbish at some place, however deep."""
    key = draw(st.sampled_from(sorted(result)))
    if isinstance(result[key], dict) and result[key] and draw(st.booleans()):
        spoil(draw, result[key])
    else:
        result[key] = draw(st.sampled_from(RUBBISH))


# Runs take seconds, so a failure is told as it was found.
@pytest.mark.long
@settings(max_examples=TRIES, deadline=None, derandomize=True, database=None,
          suppress_health_check=list(HealthCheck), phases=[Phase.generate])  # fmt: skip
@given(written())
def test_pipeline_takes_or_rejects_any_params(text: dict[str, Any]) -> None:
    note(str(text))
    with folder_of(text), warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            result = read_params()
            whole_pipeline([*result["networks"], *result["models"]], result["challenge"])
        except UserError:
            return
        assert Path("reports/README.md").read_text(encoding="utf-8").startswith("# ")
