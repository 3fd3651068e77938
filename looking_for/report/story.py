"""The report of a run for anyone: what its template must know. What it leaves out is in `details`."""

from collections.abc import Sequence
from types import SimpleNamespace

from looking_for.core.text import DASH, format_count, format_percent, join_words
from looking_for.figures.hero import write_title
from looking_for.figures.regions import SHOWN, name_region, share_named
from looking_for.figures.training_course import write_course_title
from looking_for.figures.vote import choose_example
from looking_for.figures.walk import networks_walked
from looking_for.images.catalog import DATASETS
from looking_for.report import claims, fitted_claims
from looking_for.report.article import judge_article
from looking_for.report.page import escape_markdown, render_page
from looking_for.report.penalised_claims import PenalisedTraining
from looking_for.results.choices import flat_like, kept_network, networks_along, truest_network
from looking_for.results.kept import compare_answers
from looking_for.results.likeness import MIN_LESS_ALIKE, likeness_after
from looking_for.results.network import NetworkResults
from looking_for.results.places import (
    MAX_CLASSES_SAID,
    count_by_chance,
    count_shared,
    find_places,
    output_weights,
    pictures_of_means,
)
from looking_for.results.run import RunResults
from looking_for.results.structure import measure_structure
from looking_for.results.verdicts import OUTGROWN
from looking_for.surrogates.course import SnapshotMeasures
from looking_for.surrogates.surrogate import rung_name

N_CLASSES_NAMED = 3
LESS_LINEAR = 0.05  # of what one picture per class can explain, from which on it is worth a sentence


def write_story(run: RunResults, trainings: Sequence[PenalisedTraining]) -> str:
    """Write reports/README.md."""
    lead, penalised = claims.find_lead(run), [training for training in trainings if training.kind == "truer"][:1]
    return render_page(
        "story.md.j2",
        run=run,
        opening=describe_opening(run),
        lead=lead,
        rest=[other for other in lead.rest if other.network not in [claim.penalised for claim in penalised]],
        along=bool(networks_along(run)),
        vote=_describe_vote(run, run.featured) if run.featured else None,
        walk=_describe_walk(run),
        has_course=any(n.truth for n in run.compared),
        longer=lead.longer,
        why=_describe_why(run, run.featured) if run.featured else None,
        penalised=penalised,
        substitutes=[_describe_substitutes(claim) for claim in penalised],
        leads=[_compare_substitutes(claim) for claim in penalised],
        fitted=_describe_fitted(run, run.featured) if run.featured else None,
        truest=_describe_truest(run),
        article=judge_article(run) if run.is_article_data else [],
        sure=_describe_doubt(run),
        titles=_describe_titles(run),
    )


def _describe_titles(run: RunResults) -> dict[str, str]:
    """The findings that figures have as titles, for who does not see them."""
    titles = {"course": write_course_title(run), "claims": ""}
    if networks_along(run):
        titles["hero"] = write_title(run)
    if run.is_article_data:
        counts = run.region_counts
        shares = {region: share_named(counts[region]["by_class"]) for region in SHOWN}
        named = (
            f"{format_percent(round(share, 4), 0)} in {name_region(region, counts)}" for region, share in shares.items()
        )
        titles["claims"] = f"Share of 7 and 9 among the images with ink there: {join_words(list(named))}"
    return {name: escape_markdown(words) for name, words in titles.items()}


def describe_opening(run: RunResults) -> SimpleNamespace:
    """What the images show, and whether there is a pair of few and many."""
    is_relu = all(n.architecture.activation == "relu" for n in run.networks)
    return SimpleNamespace(
        kind=DATASETS[run.settings.dataset].words or _describe_custom(run.classes),
        size=run.images.size_words,
        is_in_colour=len(run.images.shape) > 2,
        left_out="ReLUs" if is_relu else "activations",
        is_relu=is_relu,
    )


def _describe_custom(classes: list[str]) -> str:
    """What images of no known data set show, by the names of some classes."""
    some = ", such as" if len(classes) > N_CLASSES_NAMED else ":"
    names = join_words([escape_markdown(name) for name in classes[:N_CLASSES_NAMED]])
    return f"images of {format_count(len(classes), 'class', 'classes')}{some} {names}"


def _describe_vote(run: RunResults, network: NetworkResults) -> SimpleNamespace:
    """The image of the vote figure, and who says what of it."""
    example = choose_example(network, run)
    return SimpleNamespace(
        answer=run.classes[example.answer], rival=run.classes[example.by_picture], is_overruled=example.is_overruled
    )


def _describe_walk(run: RunResults) -> SimpleNamespace | None:
    """How far the pictures of the first layer are from noise, by network."""
    networks = networks_walked(run)
    if not networks or not all(n.widths for n in networks):
        return None
    shape = run.images.shape
    return SimpleNamespace(networks=networks, first=[measure_structure(n, 0, shape) for n in networks])


def _describe_why(run: RunResults, network: NetworkResults) -> SimpleNamespace:
    """Why one picture is not enough: the shares of answers, before and after the volume is corrected."""
    answers = network.pictures.measured
    most = int(answers.predicted.argmax())
    early = max(network.truth, key=lambda row: row.agreement, default=None)
    is_less_linear = early is not None and early.linear_fit - network.truth[-1].linear_fit > LESS_LINEAR
    return SimpleNamespace(
        network=network,
        noun=run.noun,
        early=early if is_less_linear else None,
        map_kind="affine" if network.is_affine else "smooth",
        by_flat=share_by_flat(run, network),
        likeness=_describe_likeness(run, network, early) if early and is_less_linear and network.is_affine else None,
        commonest=run.classes[most],
        share=float(answers.predicted[most]),
        usual=float(answers.answers[most]),
    )


def _describe_likeness(run: RunResults, network: NetworkResults, early: SnapshotMeasures) -> SimpleNamespace:
    """How alike the exact maps of images are: untrained, early and at the end, and at the end of those compared.
    `despite`: one whose pictures fell although its maps are alike."""
    images, moments = run.images.x_test, (network.truth[0].updates, early.updates, network.truth[-1].updates)
    beside = [n for n in run.compared if n.is_penalised or n.samples != network.samples]
    able = [n for n in beside if n.truth and n.is_affine and not n.is_flat]
    untrained, at_first, at_last = likeness_after(network.name, moments, images)
    ends = [(n, likeness_after(n.name, [n.truth[-1].updates], images)[0]) for n in able]
    despite = [(n, value) for n, value in ends if at_first - value < MIN_LESS_ALIKE and _lost_agreement(n) >= OUTGROWN]
    others = [end for end in ends if end not in despite]
    return SimpleNamespace(untrained=untrained, early=at_first, late=at_last, others=others, despite=despite[:1])


def _lost_agreement(network: NetworkResults) -> float:
    """How far the agreement fell from its highest along the training."""
    return max(row.agreement for row in network.truth) - network.truth[-1].agreement


def _describe_substitutes(claim: PenalisedTraining) -> list[list[str]]:
    """A row for what is used in a network's place, with the penalty and without: shares in percent."""
    rows = [
        ("with the penalty | its pictures", claim.penalised, claim.pictures),
        ("with the penalty | no hidden layer", claim.penalised, claim.flat),
        ("without | its pictures", claim.free, claim.free_pictures),
        ("without | no hidden layer", claim.free, claim.free_flat),
    ]
    return [
        [
            words,
            format_percent(substitute.right),
            format_percent(substitute.agreement, 0),
            DASH
            if substitute.on_errors is None
            else f"{format_percent(substitute.on_errors, 0)} of {network.n_errors:,}",
            format_percent(substitute.explained_change, 0),
        ]
        for words, network, substitute in rows
        if substitute
    ]


def _compare_substitutes(claim: PenalisedTraining) -> tuple[list[str], list[str]]:
    """In what a penalised network's pictures lead one without hidden layers in its place, and in what not."""
    names = "right answers", "same answers", "same wrong answers", "score changes"
    pairs = [
        (name, by_picture > by_flat)
        for name, by_picture, by_flat in zip(
            names, claim.pictures[1:], claim.flat[1:] if claim.flat else (), strict=False
        )
        if by_picture is not None and by_flat is not None
    ]
    return [name for name, leads in pairs if leads], [name for name, leads in pairs if not leads]


def share_by_flat(run: RunResults, network: NetworkResults) -> float | None:
    """The share of a network's answers that one without hidden layers gives, where that is more than its own pictures
    give."""
    flat = flat_like(run, network)
    share = compare_answers(flat.pictures, network.pictures, run.images.y_test)[0] if flat else 0.0
    return share if share > network.metrics["agreement"] else None


def _describe_fitted(run: RunResults, network: NetworkResults) -> SimpleNamespace:
    rows = {row.name: row for row in network.ablations}
    fitted = network.ladder[rung_name("fitted", run.n_fitted)]
    return SimpleNamespace(
        network=network,
        noun=run.noun,
        number=run.n_fitted,
        nearness=fitted_claims.judge_nearness(network, run.n_fitted),
        fitted=fitted,
        labels=rows.get(rung_name("labels", run.n_fitted)),
        controls=[(n, n.ladder[rung_name("fitted", run.n_fitted)]) for n in run.controls if not n.is_flat],
    )


def _describe_truest(run: RunResults) -> SimpleNamespace | None:
    """The network whose pictures are truest, kept to them if there is one, and where they count ink."""
    truest = truest_network(run)
    if truest is None:
        return None
    entry = run.study_entry(truest)
    places = find_places(truest, run)
    n_places = sum(len(side) for place in places for side in place[1:])
    n_of_means = count_shared(places, pictures_of_means(run), run)
    free = run.featured if run.featured and kept_network(run, run.featured) is truest else None
    return SimpleNamespace(
        network=truest,
        places=places,
        trainings=entry["seeds"] if "places" in entry else None,
        n_places=n_places,
        n_of_free=count_shared(places, output_weights(free), run) if free else None,
        n_of_means=n_of_means,
        by_chance=count_by_chance(places, run),
        has_boxes=len(run.images.shape) == 2,
        is_of_data=2 * n_of_means > n_places,
        is_all=len(run.classes) <= MAX_CLASSES_SAID,
    )


def _describe_doubt(run: RunResults) -> SimpleNamespace:
    """The range over trainings, the controls, and what the study says, where its settings are these."""
    summary = run.study
    known = [n for n in run.compared if "agreement" in run.spreads.get(n.name, {}) and not n.is_flat]
    spreads = sorted(
        ((n, run.spreads[n.name]["agreement"]) for n in known), key=lambda pair: pair[1].low - pair[1].high
    )
    return SimpleNamespace(
        widest=spreads[0] if spreads else None,
        is_extreme=any(spreads and network is spreads[0][0] for network, *_ in claims.seed_outliers(run)),
        study=summary.get("nearly") if summary and summary["of"] == run.settings.comparable else None,
        elsewhere=summary.get("elsewhere", {}) if summary and summary["of"] == run.settings.comparable else {},
    )
