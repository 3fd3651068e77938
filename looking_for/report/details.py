"""The report for those who doubt: every table and number that the story leaves out."""

from collections.abc import Sequence
from types import SimpleNamespace

from looking_for.report import claims, fitted_claims, tables
from looking_for.report.page import render_page
from looking_for.report.penalised_claims import PenalisedTraining
from looking_for.report.story import describe_opening
from looking_for.results.choices import few_and_many
from looking_for.results.glossary import TERMS
from looking_for.results.run import RunResults


def write_details(run: RunResults, penalised: Sequence[PenalisedTraining]) -> str:
    """Write reports/details.md."""
    lead, featured = claims.find_lead(run), run.featured
    return render_page(
        "details.md.j2",
        run=run,
        opening=describe_opening(run),
        lead=lead,
        longer=lead.longer,
        penalised=penalised,
        featured=featured,
        groups=_group_networks(run),
        seed_counts=sorted({str(spreads["accuracy"].seeds) for spreads in run.spreads.values()}),
        ranges=[(n.listed, run.spreads[n.name]) for n in run.networks if n.name in run.spreads],
        extremes=claims.seed_outliers(run),
        reading=claims.read_ladder(featured, run.n_clusters) if featured else None,
        needed=[fitted_claims.pictures_needed(n) for n in run.with_ladder],
        caveats=fitted_claims.find_caveats(run),
        tables=_build_tables(run),
        shown=featured or run.compared[-1],
        film=featured or next((n for n in run.networks if n.truth), None),
        has_blank=run.has_blank_pixels,
        article=_describe_article(run) if run.is_article_data else None,
        terms=TERMS,
    )


def _group_networks(run: RunResults) -> SimpleNamespace:
    """The networks that a sentence is about, by what is said of them."""
    networks = run.networks
    imported = [n for n in networks if n.recipe is None]
    return SimpleNamespace(
        chance=[n for n in networks if not n.is_control and run.images.is_chance(n.metrics["accuracy"])],
        smooth=[n for n in networks if not n.is_affine],
        imported=imported,
        not_dense=[n for n in imported if not n.architecture.is_dense],
        without_ladder=[n for n in networks if n not in run.with_ladder],
        with_fitted=[n for n in run.with_ladder if n is not run.featured],
        with_course=[n for n in networks if n.truth],
        without_course=[n for n in networks if not n.truth],
        trained=[n for n in networks if n.recipe],
    )


def _build_tables(run: RunResults) -> SimpleNamespace:
    labels = [n.label for n in run.with_ladder]
    transfer = fitted_claims.transfer_networks(run)
    measures = [[f"{label}: explained", "agreement", "on errors"] for label in labels]
    return SimpleNamespace(
        networks=tables.network_rows(run),
        ladder_head=["in the network's place", "constants fitted", *(cell for cells in measures for cell in cells)],
        ladder=tables.ladder_rows(run.with_ladder) if labels else [],
        robustness_head=["pictures", *(cell for label in labels for cell in (f"{label}: under change", "ink gone"))],
        robustness=tables.robustness_rows(run.with_ladder) if labels else [],
        ablations=[
            SimpleNamespace(words=n.words, rows=tables.ablation_rows(n), fewest=fitted_claims.fewest_pictures(n))
            for n in run.networks
            if n.ablations
        ],
        transfer_head=["pictures of", *(n.label for n in transfer)],
        transfer=tables.transfer_rows(run) if run.featured and len(transfer) > 1 else [],
        units=tables.unit_rows([n for n in run.networks if n.pictures.units]),
    )


def _describe_article(run: RunResults) -> SimpleNamespace:
    """What the article says of its digits, held against this run: only for the data that it is about."""
    regions = {"edge": "bottom_rows", "left": "bottom_left", "right": "bottom_right", "top": "top_rows"}
    return SimpleNamespace(
        pair=few_and_many(run),
        flat=claims.flat_networks(run),
        **{key: claims.count_region(run.region_counts, name) for key, name in regions.items()},
    )
