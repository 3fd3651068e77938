"""The rows of the report's tables: numbers in words, cell by cell."""

from collections.abc import Sequence

from looking_for.core.text import format_decimal, format_percent
from looking_for.report.fitted_claims import measure_transfer, transfer_networks
from looking_for.report.page import escape_markdown
from looking_for.results.glossary import VERDICTS, describe_ablation, describe_rung
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults
from looking_for.results.verdicts import judge_network

SHARES = ("accuracy", "agreement", "agreement_on_errors")
EXPLAINED = ("explained", "linear_fit", "exact_maps", "fitted")
MIN_DEVIATION = 5e-4  # what three decimals show of a standard deviation


def network_rows(run: RunResults) -> list[list[str]]:
    """Give every network with its measures, how far seeds move them, and its verdict."""
    return [
        [
            f"[{escape_markdown(n.label)}](figures/{n.name}/)",
            f"`{n.name}`",
            _architecture_link(n),
            n.training_words,
            *(_with_spread(run, n, metric) for metric in (*SHARES, *EXPLAINED)),
            VERDICTS[judge_network(n)],
        ]
        for n in run.networks
    ]


def _architecture_link(network: NetworkResults) -> str:
    """Its layers in words, which lead to their diagram where there is one."""
    words, file = network.architecture.words, network.architecture_file
    return f"[{words}](figures/overview/{file})" if file else words


def _with_spread(run: RunResults, network: NetworkResults, metric: str) -> str:
    """A network's number, and how far seeds move it where the study says."""
    value, spread = network.metrics[metric], run.spreads.get(network.name, {}).get(metric)
    if spread is None or value is None:
        return format_percent(value) if metric in SHARES else format_decimal(value)
    if metric in SHARES:
        return f"{format_decimal(100 * value, 1)} ± {format_decimal(100 * spread.deviation, 1)} %"
    is_shown = spread.deviation >= MIN_DEVIATION
    return f"{format_decimal(value, 3)} ± {format_decimal(spread.deviation, 3) if is_shown else '< 0.001'}"


def ladder_rows(networks: Sequence[NetworkResults]) -> list[list[str]]:
    """Give every rung with the constants that it fits, and its measures for each network."""
    return [
        [
            describe_rung(rung.name),
            " / ".join(dict.fromkeys(f"{n.ladder[rung.name].constants:,}" for n in networks)),
            *(cell for n in networks for cell in _rung_cells(n, rung.name)),
        ]
        for rung in networks[0].ladder
    ]


def _rung_cells(network: NetworkResults, name: str) -> list[str]:
    rung = network.ladder[name]
    shares = rung.agreement.value, rung.agreement_on_errors.value
    return [format_decimal(rung.explained.value, 3), *map(format_percent, shares)]


def robustness_rows(networks: Sequence[NetworkResults]) -> list[list[str]]:
    """Give every rung with pictures, and then the two orders to compare with, under change and by deletion."""
    rungs = [rung.name for rung in networks[0].ladder if rung.deletion.value is not None]
    rows = [
        [
            describe_rung(name),
            *(
                cell
                for n in networks
                for cell in (
                    format_decimal(n.ladder[name].explained_change.value),
                    format_percent(n.ladder[name].deletion.value, 0),
                )
            ),
        ]
        for name in rungs
    ]
    for order, words in enumerate(("each image's own exact map", "a random order")):
        shares = [float(n.pictures.measured.deletion[order]) for n in networks]
        rows.append([words, *(cell for share in shares for cell in ("", format_percent(round(share, 4), 0)))])
    return rows


def ablation_rows(network: NetworkResults) -> list[list[str]]:
    """Give all that a network's fitted pictures were compared with."""
    return [
        [
            describe_ablation(row.name),
            f"{row.pictures:,}",
            format_decimal(row.explained.value, 3),
            format_percent(row.agreement.value),
            format_percent(row.agreement_on_errors.value),
            format_decimal(row.likeness),
            format_decimal(row.margin.value),
            format_percent(row.accuracy),
        ]
        for row in network.ablations
    ]


def transfer_rows(run: RunResults) -> list[list[str]]:
    """Give how often each network's fitted pictures give each network's answer."""
    networks = transfer_networks(run)
    rows = zip(networks, measure_transfer(run), strict=True)
    return [[escape_markdown(n.label), *map(format_percent, shares)] for n, shares in rows]


def unit_rows(networks: Sequence[NetworkResults]) -> list[list[str]]:
    """Give each network's hidden units, by layer, from the first to the last."""
    return [
        [
            escape_markdown(n.label),
            n.architecture.words,
            ", ".join(format_decimal(round(float(la.explained.mean()), 4)) for la in n.pictures.units),
            ", ".join(format_percent(round(float(la.active_fraction.mean()), 4), 0) for la in n.pictures.units),
            ", ".join(str(int((la.active_fraction == 0).sum())) for la in n.pictures.units),
        ]
        for n in networks
    ]
