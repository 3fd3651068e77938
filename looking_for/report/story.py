"""The report of a run: what its template must know."""

from types import SimpleNamespace
from typing import Any

from looking_for.core.text import format_count, join_words
from looking_for.figures.examples import examples_rung, failing_examples
from looking_for.figures.picture_count import networks_shown
from looking_for.figures.training_course import class_shown, networks_with_strips
from looking_for.images.catalog import DATASETS
from looking_for.report import claims, fitted_claims, tables
from looking_for.report.page import escape_markdown, render_page
from looking_for.results.glossary import TERMS
from looking_for.results.run import NetworkResults, RunResults
from looking_for.surrogates.surrogate import rung_name

N_CLASSES_NAMED = 3
ARTICLE_FEW = 500  # the article's smaller number of images


def write_story(run: RunResults) -> str:
    """Write reports/README.md."""
    lead = claims.find_lead(run)
    featured = run.featured
    return render_page(
        "story.md.j2",
        run=run,
        opening=_describe_opening(run),
        lead=lead,
        longer=claims.longer_trainings(run, lead.courses),
        priced=claims.priced_trainings(run),
        has_course=any(n.truth for n in run.compared),
        featured=_describe_featured(run, featured) if featured else None,
        groups=_group_networks(run),
        seed_counts=sorted({str(spreads["accuracy"].seeds) for spreads in run.spreads.values()}),
        extremes=claims.seed_outliers(run),
        reading=claims.read_ladder(featured, run.n_clusters) if featured else None,
        needed=[fitted_claims.pictures_needed(n) for n in run.with_ladder],
        caveats=fitted_claims.find_caveats(run),
        tables=_build_tables(run),
        shown=featured or run.compared[-1],
        film=featured or next((n for n in run.networks if n.truth), None),
        article=_describe_article(run) if run.is_article_data else None,
        terms=TERMS,
    )


def _describe_opening(run: RunResults) -> Any:
    is_relu = all(n.architecture.activation == "relu" for n in run.networks)
    return SimpleNamespace(
        kind=DATASETS[run.settings.dataset].words or _describe_custom(run.classes),
        size=run.images.size_words,
        is_in_colour=len(run.images.shape) > 2,
        left_out="ReLUs" if is_relu else "activations",
        shown_class=run.classes[class_shown(run.classes)],
        strips=networks_with_strips(run),
    )


def _describe_custom(classes: list[str]) -> str:
    """What images of no known data set show, by the names of some classes."""
    some = ", such as" if len(classes) > N_CLASSES_NAMED else ":"
    names = join_words([escape_markdown(name) for name in classes[:N_CLASSES_NAMED]])
    return f"images of {format_count(len(classes), 'class', 'classes')}{some} {names}"


def _describe_featured(run: RunResults, network: NetworkResults) -> Any:
    smooth = "relu" if network.architecture.activation == "relu" else "affine"
    return SimpleNamespace(
        network=network,
        nearness=fitted_claims.judge_nearness(network, run.n_fitted),
        n_pictures=len(network.pictures.fitted[run.n_fitted].classes),
        fitted=network.ladder[rung_name("fitted", run.n_fitted)],
        linear=network.ladder["linear_fit"],
        map_kind=smooth if network.is_affine else "smooth",
        failures=failing_examples(network, run),
        cluster_agreement=network.ladder[examples_rung(run)].agreement,
    )


def _group_networks(run: RunResults) -> Any:
    """The networks that a sentence is about, by what is said of them."""
    networks = run.networks
    imported = [n for n in networks if n.recipe is None]
    return SimpleNamespace(
        chance=[n for n in networks if not n.is_control and run.images.is_chance(n.metrics["accuracy"])],
        smooth=[n for n in networks if not n.is_affine],
        imported=imported,
        not_dense=[n for n in imported if not n.architecture.is_dense],
        without_ladder=[n for n in networks if n not in run.with_ladder],
        counted=networks_shown(run),
        other_ladders=[n for n in run.with_ladder if n is not run.featured],
        with_course=[n for n in networks if n.truth],
        without_course=[n for n in networks if not n.truth],
        trained=[n for n in networks if n.recipe],
    )


def _build_tables(run: RunResults) -> Any:
    ladder_names = [n.name for n in run.with_ladder]
    transfer = fitted_claims.transfer_networks(run)
    measures = [[f"{name}: explained", "agreement", "on errors"] for name in ladder_names]
    return SimpleNamespace(
        networks=tables.network_rows(run),
        ladder_head=["rung", "constants fitted", *(cell for cells in measures for cell in cells)],
        ladder=tables.ladder_rows(run.with_ladder) if ladder_names else [],
        robustness_head=[
            "pictures",
            *(cell for name in ladder_names for cell in (f"{name}: under change", "ink gone")),
        ],
        robustness=tables.robustness_rows(run.with_ladder) if ladder_names else [],
        ablations=[
            SimpleNamespace(name=n.name, rows=tables.ablation_rows(n), fewest=fitted_claims.fewest_pictures(n))
            for n in run.networks
            if n.ablations
        ],
        transfer_head=["pictures", *(f"on `{n.name}`" for n in transfer)],
        transfer=tables.transfer_rows(run) if run.featured and len(transfer) > 1 else [],
        units=tables.unit_rows([n for n in run.networks if n.pictures.units]),
    )


def _describe_article(run: RunResults) -> Any:
    """What the article says of its digits, held against this run: only for the data that it is about."""
    pair = claims.few_and_many(run)
    few, many = (n.ladder["composed"].agreement for n in pair) if pair else (None, None)
    regions = {"edge": "bottom_rows", "left": "bottom_left", "right": "bottom_right", "top": "top_rows"}
    return SimpleNamespace(
        pair=pair,
        pair_kind="500" if pair and pair[0].samples == ARTICLE_FEW else "other",
        is_truer=bool(few and many and claims.is_below(many, few)),
        flat=claims.flat_networks(run),
        **{key: claims.count_region(dict(run.claims), name) for key, name in regions.items()},
    )
