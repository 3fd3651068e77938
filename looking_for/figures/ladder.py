"""The ladder drawn: what a few rungs give of one network, sorted, with their intervals; tables have all."""

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from looking_for.core.text import format_decimal, format_percent
from looking_for.figures import charts
from looking_for.results.glossary import describe_rung
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults
from looking_for.surrogates.ladder import Rung
from looking_for.surrogates.surrogate import rung_name

ROW, COLOUR = 0.46, "#0072b2"
TITLES = {"explained": "Share of scores explained", "agreement_on_errors": "Same mistakes"}


def network_measured(run: RunResults) -> NetworkResults:
    """Choose whose rungs are drawn: the featured network, or the first that has a ladder to climb."""
    return run.featured or run.with_ladder[0]


def draw_ladder(run: RunResults) -> Figure:
    """Draw explained and agreement on errors side by side, a row per rung, from the least explained up."""
    network = network_measured(run)
    rungs = choose_rungs(network, run)
    figure, axes = charts.new_figure(1.3 + ROW * len(rungs), 2)
    for axis, (measure, title) in zip(axes, TITLES.items(), strict=True):
        _column(axis, rungs, measure)
        axis.set_title(title, loc="left", fontsize=11.5)
        axis.set_xlim(-0.02, 1.12)
        axis.set_ylim(-0.6, len(rungs) - 0.4)
        axis.set_yticks(range(len(rungs)), [describe_rung(rung.name) for rung in rungs])
    axes[1].tick_params(labelleft=False)
    charts.write_title(figure, write_title(network, run), 14)
    return figure


def write_title(network: NetworkResults, run: RunResults) -> str:
    """What several pictures per class explain, and one, composed."""
    names = rung_name("fitted", run.n_fitted), "composed_balanced"
    shares = [max(0.0, network.ladder[name].explained.value or 0.0) for name in names]
    if shares[0] <= shares[1]:
        return f"What can replace the network of {network.label}"
    many, one = (format_percent(share, 0) for share in shares)
    return (
        f"{run.n_fitted} fitted pictures per {run.noun} explain {many} of the scores, the composed one (balanced) {one}"
    )


def choose_rungs(network: NetworkResults, run: RunResults) -> list[Rung]:
    """Choose the rungs that are drawn, each kind at the number of pictures that the report speaks of."""
    number = run.n_clusters
    kinds = ["constant", "composed", "composed_balanced", "linear_fit", rung_name("cluster_means", number),
             rung_name("exact_maps", number), rung_name("fitted", run.n_fitted)]  # fmt: skip
    rungs = [rung for rung in network.ladder if rung.name in kinds]
    return sorted(rungs, key=lambda rung: -math.inf if rung.explained.value is None else rung.explained.value)


def _column(axis: Axes, rungs: list[Rung], measure: str) -> None:
    """Values with their intervals and numbers; what lies below 0 is an arrow at the edge."""
    for height, rung in enumerate(rungs):
        interval = getattr(rung, measure)
        if interval.value is None or interval.low is None or interval.high is None:
            continue
        is_below = interval.value < -0.02
        if not is_below:
            axis.plot([interval.low, interval.high], [height, height], color=COLOUR, lw=4, alpha=0.7)
        axis.plot(max(0.0, interval.value), height, "<" if is_below else "o", color=COLOUR, clip_on=False)
        beside = 0.03 + max(0.0, interval.high)
        words = format_decimal(interval.value, 1 if is_below else 2)
        axis.text(beside, height, words, va="center", fontsize=10)
