"""The truth along the training: curves against updates of the weights."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from looking_for.core.text import count_per_hundred, format_decimal
from looking_for.figures import charts
from looking_for.figures.line_labels import LineEnd, label_ends
from looking_for.results.choices import few_and_many, trained_as_long
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults
from looking_for.results.verdicts import NEARLY, Status, trace_course

CURVES_HEIGHT = 4.4  # inches
WRAP_AT, WIDE = 30, 46  # letters in a line of such a label: beside a large panel, beside small ones
PANEL_HEIGHT = 3.6  # inches, of each quantity of every network
LETTERS, SMALL_LETTERS = 10.5, 9.0  # points, of labels at the ends of lines: of few, of many
QUIET = "#5f5f5f"
PANELS = {
    "accuracy": "Accuracy of the network",
    "agreement": "Same answer by its pictures",
    "explained": "Share of scores explained (dotted: best linear fit)",
    "distance_from_init": "Relative distance of layer 1 from its start",
}


def draw_course(run: RunResults) -> Figure:
    """Agreement of the compared networks against updates, each line labelled at its end; the accuracy of
    the one with most images dotted beside it.

    Where few images were also trained for as long as many, that line is dashed, in the colour of the few.
    """
    figure, (axis,) = charts.new_figure(CURVES_HEIGHT)
    shades, pair = _shades(run), few_and_many(run)
    compared, names = [n for n in run.compared if n.truth], [n.name for n in run.compared]
    longer = _find_longer(run, pair)
    right = pair[1] if pair else compared[-1]
    axis.axhline(100 * NEARLY, color=QUIET, lw=0.8, alpha=0.7, zorder=0)
    halo = [withStroke(linewidth=3, foreground="white")]
    axis.text(0.985, 100 * NEARLY - 2, "nine of ten answers", ha="right", va="top", fontsize=10,
              color=QUIET, path_effects=halo, transform=axis.get_yaxis_transform())  # fmt: skip
    axis.plot([s.updates for s in right.truth], [100 * s.accuracy for s in right.truth], color=QUIET, ls="dotted")
    for network in compared:
        _draw_agreement(axis, network, shades[network.name], marker=charts.choose_marker(network.name, names))
    if longer:
        _draw_agreement(axis, longer[1], shades[longer[0].name], ls="dashed")
    _frame(axis, "", [*compared, *([longer[1]] if longer else [])])
    axis.set_ylim(0, 103)
    label_ends(axis, _list_course_ends(compared, longer, right, shades), CURVES_HEIGHT, LETTERS, WRAP_AT)
    charts.write_title(figure, write_course_title(run))
    axis.set_ylabel("same answers of 100 (dotted: right)")
    return figure


def _find_longer(
    run: RunResults, pair: tuple[NetworkResults, NetworkResults] | None
) -> tuple[NetworkResults, NetworkResults] | None:
    """Find the network of few images and the same trained for as long as that of many, where there are two."""
    longer = trained_as_long(run, *pair) if pair else None
    return (pair[0], longer) if pair and longer and longer is not pair[0] and longer.truth else None


def _draw_agreement(axis: Axes, network: NetworkResults, colour: str, **style: Any) -> None:
    agreement = [100 * snapshot.agreement for snapshot in network.truth]
    axis.plot([snapshot.updates for snapshot in network.truth], agreement, color=colour, **style)


def _list_course_ends(
    compared: Sequence[NetworkResults],
    longer: tuple[NetworkResults, NetworkResults] | None,
    right: NetworkResults,
    shades: dict[str, str],
) -> list[LineEnd]:
    """Name each line at its end, with its number; a network that was also trained for longer is named there."""

    def end(network: NetworkResults, colour: str, more: str = "") -> LineEnd:
        last = network.truth[-1]
        words = f"{count_per_hundred(last.agreement)}: {network.label}{more}"
        return LineEnd(last.updates, 100 * last.agreement, words, colour)

    last = right.truth[-1]
    ends = [
        LineEnd(last.updates, 100 * last.accuracy, f"{count_per_hundred(last.accuracy)} right: {right.label}", QUIET)
    ]
    ends += [end(n, shades[n.name]) for n in compared if not (longer and n is longer[0])]
    if longer:
        ends.append(end(longer[1], shades[longer[0].name], " (dashed)"))
    return ends


def write_course_title(run: RunResults) -> str:
    """The finding, as far as this run shows it."""
    courses = [c for n in run.compared if (c := trace_course(n, len(run.images.x_test)))]
    gone = [c for c in courses if c.status == Status.OUTGREW]
    kept = [c for c in courses if c.status in (Status.KEPT, Status.SLIPPED) and not c.network.is_penalised]
    if not gone:
        return "How often the pictures give the network's answer"
    best, end = (count_per_hundred(v or 0.0) for v in (gone[-1].best_interval.value, gone[-1].end.value))
    words = f"With {gone[-1].network.label}, same answers fall from {best} to {end} of 100"
    return f"{words}; with {kept[0].network.label} they stay high" if kept else words


def draw_all_networks(run: RunResults) -> Figure:
    """Four quantities of every network that has snapshots, one below the other, each line labelled at its end."""
    figure, axes = charts.new_figure(PANEL_HEIGHT * len(PANELS), rows=len(PANELS))
    networks, shades = [n for n in run.networks if n.truth], _shades(run)
    compared = [n.name for n in run.compared]
    for axis, (quantity, title) in zip(axes, PANELS.items(), strict=True):
        for network in networks:
            marker = charts.choose_marker(network.name, compared)
            _curve(axis, network, quantity, shades[network.name], marker)
            if quantity == "explained":
                _curve(axis, network, "linear_fit", shades[network.name])
        _frame(axis, title, networks)
        if quantity == "distance_from_init" and any(m.distance_from_init for n in networks for m in n.truth):
            axis.set_yscale("log", nonpositive="mask")
            axis.yaxis.set_major_formatter("{x:g}")
        else:
            axis.set_ylim(0, 1.03)
        if ends := _list_ends(networks, quantity, shades):
            label_ends(axis, ends, PANEL_HEIGHT, SMALL_LETTERS, WIDE)
    charts.write_title(figure, "Every network along its training", 14)
    return figure


def _list_ends(networks: Sequence[NetworkResults], quantity: str, shades: dict[str, str]) -> list[LineEnd]:
    ends = [(getattr(n.truth[-1], quantity), n) for n in networks]
    return [
        LineEnd(n.truth[-1].updates, value, f"{n.label}: {format_decimal(value)}", shades[n.name])
        for value, n in ends
        if value > 0 or quantity != "distance_from_init"  # which a logarithmic axis cannot show
    ]


def _shades(run: RunResults) -> dict[str, str]:
    names = [[n.name for n in some] for some in (run.networks, run.compared, run.controls)]
    return charts.assign_colours(*names)


def _curve(axis: Axes, network: NetworkResults, quantity: str, colour: str, marker: str = "") -> None:
    """One quantity of a network; dotted without a marker."""
    values: list[Any] = [getattr(snapshot, quantity) for snapshot in network.truth]
    style = "dotted" if not marker else "dashed" if network.is_control else "solid"
    axis.plot([snapshot.updates for snapshot in network.truth], values, marker=marker, ls=style, color=colour)


def _frame(axis: Axes, title: str, networks: Sequence[NetworkResults]) -> None:
    charts.scale_updates(axis, max(snapshot.updates for network in networks for snapshot in network.truth))
    axis.set_xlabel(f"steps of learning (logarithmic from {charts.LINEAR_UPDATES} on)", labelpad=1)
    axis.set_title(title, loc="left")
    axis.grid(visible=True, color="#e4e4e4")
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)
