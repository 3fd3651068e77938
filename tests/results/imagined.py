"""Networks whose numbers are imagined, for what is said of them."""

from types import SimpleNamespace

import numpy as np

from looking_for.core.tables import Interval
from looking_for.networks.base import Architecture
from looking_for.networks.recipe import Recipe
from looking_for.results.network import NetworkResults
from looking_for.results.verdicts import wilson_interval
from looking_for.surrogates.course import SnapshotMeasures
from looking_for.surrogates.ladder import Ladder, Rung


def snapshot(*values: float) -> SnapshotMeasures:
    return SnapshotMeasures.model_validate(dict(zip(SnapshotMeasures.model_fields, values, strict=True)))


def rung(name: str, constants: int, *intervals: Interval) -> Rung:
    measures = list(Rung.model_fields)[2:]
    nothing = [Interval(None, None, None)] * (len(measures) - len(intervals))
    return Rung(name=name, constants=constants, **dict(zip(measures, [*intervals, *nothing], strict=True)))


def imagined(name: str, samples: int, agreements: list[float], *, constant: bool = False) -> NetworkResults:
    """A network with such agreements after 5, 10, … updates, the last of them at the end."""
    updates = [5 * 2**n for n in range(len(agreements))]
    moments = [snapshot(0, 0.1, 0.2, 0.3, 0.4, 0.8, 0.5, 0.0, 0.2, 0.2)]
    moments += [
        snapshot(u, 0.8, a, a, min(1, a + 0.02), 0.98, 0.5, 0.1, a, a) for u, a in zip(updates, agreements, strict=True)
    ]
    end, floor = wilson_interval(agreements[-1], 10_000), wilson_interval(0.1, 10_000)
    nothing = Interval(None, None, None)
    rungs = [rung("constant", 10, floor, nothing, nothing), rung("composed", 0, end, nothing, nothing)]
    params = Recipe(samples=samples, hidden=[8], epochs=1)
    metrics = {"accuracy": 0.9, "agreement": agreements[-1]}
    network = NetworkResults(name, name, params, samples, updates[-1], metrics, Ladder(rungs), moments, False)
    network.__dict__["pictures"] = SimpleNamespace(
        measured=SimpleNamespace(answers=np.array([1.0, 0] if constant else [0.5, 0.5])),
        architecture=Architecture("8", True, "relu"),
    )
    return network
