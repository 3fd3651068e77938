"""What a run's report claims of fitted pictures, and what says against reading more into them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from looking_for.core.arrays import as_pixels
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults
from looking_for.results.verdicts import NEARLY, all_above, any_below
from looking_for.surrogates.ablations import AblationRow
from looking_for.surrogates.measures import estimate
from looking_for.surrogates.surrogate import rung_name

ENOUGH = (0.9, 0.95, 0.97)  # shares explained for which the fewest pictures are looked for


class Nearness(StrEnum):
    """How near fitted pictures are to the network, by agreement and explained; none inside an interval."""

    NEARLY_AGAIN = "nearly_again"  # one picture per class was not
    NEARLY = "nearly"
    NOT_NEARLY = "not_nearly"
    TOO_NEAR = "too_near"


def judge_nearness(network: NetworkResults, number: int) -> Nearness:
    """Judge the fitted pictures, so many per class."""
    rung, one = network.ladder[rung_name("fitted", number)], network.ladder["linear_fit"]
    measures = rung.agreement, rung.explained
    if all_above(measures, NEARLY):
        return Nearness.NEARLY_AGAIN if any_below((one.explained,), NEARLY) else Nearness.NEARLY
    return Nearness.NOT_NEARLY if any_below(measures, NEARLY) else Nearness.TOO_NEAR


@dataclass(frozen=True)
class PicturesNeeded:
    """How many pictures per class explain NEARLY of the test images' logits, of the numbers tried; kind: one, some,
    near (the interval has the threshold inside), more."""

    kind: str
    network: NetworkResults
    number: int
    n_pictures: int


def pictures_needed(network: NetworkResults) -> PicturesNeeded:
    """Find how many pictures replace a network."""
    fitted = network.pictures.fitted
    if all_above((network.ladder["linear_fit"].explained,), NEARLY):
        return PicturesNeeded("one", network, 1, 0)
    for number in sorted(fitted):
        explained = (network.ladder[rung_name("fitted", number)].explained,)
        if not any_below(explained, NEARLY):
            kind = "some" if all_above(explained, NEARLY) else "near"
            return PicturesNeeded(kind, network, number, len(fitted[number].classes))
    return PicturesNeeded("more", network, max(fitted), 0)


@dataclass(frozen=True)
class FewestPictures:
    """Which surrogate explains a share with the fewest pictures; kind: some, near (one whose interval has the
    share inside may), none."""

    kind: str
    share: float
    row: AblationRow | None


def fewest_pictures(network: NetworkResults) -> list[FewestPictures]:
    """Find, for each of ENOUGH, the surrogate with the fewest pictures whose interval is wholly above it.

    Clusters' exact maps look up a cluster, and then have a picture for every class of it: they are left out.
    """
    rows = [row for row in network.ablations if not row.name.startswith("exact_maps.")]
    claims = []
    for share in ENOUGH:
        able = [row for row in rows if all_above((row.explained,), share)]
        fewest = min(able, key=lambda row: (row.pictures, -(row.explained.value or 0.0)), default=None)
        may = not all(any_below((row.explained,), share) for row in rows)
        claims.append(FewestPictures("some" if fewest else "near" if may else "none", share, fewest))
    return claims


@dataclass(frozen=True)
class Caveat:
    """What an ablation, or the network's errors, say against reading more into fitted pictures; kind: errors,
    chance_errors, controls, labels, starts, margins; values: what the macro of that kind needs."""

    kind: str
    values: Any


def find_caveats(run: RunResults) -> list[Caveat]:
    """Collect the caveats that the run has numbers for."""
    number = run.n_fitted
    caveats = [_errors_caveat(run.featured, number)] if run.featured else []
    fitted = rung_name("fitted", number)
    if run.controls:
        caveats.append(Caveat("controls", [(n, n.ladder[fitted]) for n in run.controls]))
    for network in (n for n in run.networks if n.ablations):
        rows = {row.name: row for row in network.ablations}
        labels = rows.get(rung_name("labels", number))
        caveats += [Caveat("labels", (labels, rows[fitted]))] if labels else []
        starts = [rows.get(rung_name(kind, number)) for kind in ("means", "random")]
        caveats += [Caveat("starts", (*starts, rows[fitted]))] if all(starts) else []
        names = [rung_name("exact_maps", number), fitted, "composed", "linear_fit"]
        caveats.append(Caveat("margins", [rows[name] for name in names]))
    return [caveat for caveat in caveats if caveat]


def _errors_caveat(network: NetworkResults, number: int) -> Caveat | None:
    fitted, means = rung_name("fitted", number), rung_name("cluster_means", number)
    lead = network.pictures.measured.contrast("agreement_on_errors", fitted, means)
    if lead.value is None:
        return None
    ends = [network.ladder[name].agreement_on_errors for name in (fitted, means)]
    return Caveat("errors" if lead.excludes_zero else "chance_errors", (network, *ends, lead, network.n_errors))


def transfer_networks(run: RunResults) -> list[NetworkResults]:
    """Choose whose pictures are tested on whom: the compared networks and the controls."""
    return list({n.name: n for n in (*run.with_ladder, *run.controls) if not n.is_flat}.values())


def measure_transfer(run: RunResults) -> list[list[float]]:
    """Measure how often the fitted pictures of each network (rows) give the answer of each other (columns)."""
    networks, x = transfer_networks(run), as_pixels(run.images.x_test)
    predictions = [n.pictures.fitted[run.n_fitted](x) for n in networks]
    columns = [estimate(predictions, n.pictures.logits.astype(float), run.images.y_test)[:, 0] for n in networks]
    rows: list[list[float]] = np.stack(columns, axis=1).round(4).tolist()
    return rows
