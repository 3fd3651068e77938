"""The ladder drawn: every rung of the compared networks, from the floor up, with its intervals."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from looking_for.core.tables import Interval
from looking_for.core.text import format_decimal
from looking_for.figures import charts
from looking_for.results.glossary import describe_rung
from looking_for.results.run import RunResults

ROW = 0.46
TITLES = {"explained": "Share of scores explained", "agreement_on_errors": "Same mistakes"}


def draw_ladder(run: RunResults) -> Figure:
    """Draw explained and agreement on errors side by side, a row per rung, a colour per network."""
    networks = run.with_ladder
    names = [rung.name for rung in networks[0].ladder]
    figure, axes = charts.new_figure(1.5 + ROW * len(names), 2)
    shades = charts.assign_colours([n.name for n in networks], [n.name for n in run.compared], [])
    for axis, (measure, title) in zip(axes, TITLES.items(), strict=True):
        for place, network in enumerate(networks):
            shift = -(place - (len(networks) - 1) / 2) * 0.6 / len(networks)
            intervals = [getattr(network.ladder[name], measure) for name in names]
            _column(axis, intervals, shift, shades[network.name], network.label)
        axis.set_title(title, loc="left", fontsize=11.5)
        axis.set_xlim(-0.02, 1.02)
        axis.set_ylim(-0.6, len(names) - 0.4)
        axis.set_yticks(range(len(names)), [describe_rung(name) for name in names])
    axes[1].tick_params(labelleft=False)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.suptitle("From one answer for all to several pictures: what each explains", x=0.01, ha="left", weight="bold",
                    fontsize=14)  # fmt: skip
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False)
    return figure


def _column(axis: Axes, intervals: Sequence[Interval], shift: float, colour: str, name: str) -> None:
    """One network's values up the ladder; what lies below 0 is an arrow at the edge with its number."""
    for rung, interval in enumerate(intervals):
        if interval.value is None or interval.low is None or interval.high is None:
            continue
        height = rung + shift
        if interval.value < -0.02:
            axis.plot(0, height, "<", color=colour, clip_on=False)
            beside = 0.03 + 0.24 * (shift + 0.3)  # each network's number at a place of its own
            axis.text(beside, height, format_decimal(interval.value, 1), color=colour, va="center", fontsize=9)
            continue
        axis.plot([interval.low, interval.high], [height, height], color=colour, lw=3, alpha=0.45)
        axis.plot(interval.value, height, "o", color=colour)
    axis.plot([], [], "o", color=colour, label=name)
