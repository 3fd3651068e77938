"""The second finding: how few pictures imitate a network, and what else could explain that they do."""

from looking_for.figures import picture_count as chart
from looking_for.figures.ladder import compared
from looking_for.report import transfer
from looking_for.report.blocks import Block, Figure, Section, Table
from looking_for.report.finding import interval, shares
from looking_for.report.verdicts import NEARLY, above, below
from looking_for.results.glossary import rung_words
from looking_for.results.run import Facts, Run
from looking_for.results.text import count, decimal, listed, percent
from looking_for.surrogates.challenge import Challenger
from looking_for.surrogates.ladder import numbered

CHALLENGERS = {
    "free": "fitted from the exact maps, not held to them",
    "means": "fitted from the clusters' mean images",
    "random": "fitted from noise",
    "labels": "fitted to labels",
    "divergence": "fitted to probabilities (Kullback–Leibler)",
}


def sentence(run: Run) -> list[Block]:
    """The finding in one sentence with its numbers, for the network with the most to explain."""
    if not run.hero:
        return []
    number, network = run.fitted_number, run.hero
    rung, one = network.ladder[numbered("fitted", number)], network.ladder["linear_fit"]
    left = count(len(network.pictures.fitted[number].map.classes), "picture")
    claim = f"{_a_class(number)} {'is' if number == 1 else 'are'} {how_near(network, number)}"
    return [
        f"**{claim[0].upper()}{claim[1:]}: {left}, without those that never count, of which each class's strongest speaks, fitted to the logits of "
        f"`{network.name}`, explain {shares(rung.explained)} of their variation and give {interval(rung.agreement)} of its "
        f"answers, {percent(rung.agreement_on_errors.value)} of them where it errs.** One a class, the best linear fit, explains "
        f"{shares(one.explained)} and gives {interval(one.agreement)}. That pictures imitate a network does not say that it "
        "computes so: [what else could explain it](#the-fewest-pictures)."
    ]


def section(run: Run) -> Section | None:
    """How few, which, and what they are not."""
    networks = compared(run)
    if not run.hero or not networks:
        return None
    number, hero = run.fitted_number, run.hero
    folders = [f"[`{n.name}`](figures/{n.name}/fitted-{number}.png)" for n in networks if n is not hero]
    others = f" The same of {listed(folders)}." if folders else ""
    blocks: list[Block] = [
        "Let each class have several pictures, and let it score what its strongest picture says: no cluster is looked up, each "
        "picture answers for itself. They begin as the network's own exact maps, one a cluster, and are fitted to its logits on "
        f"training images. {enough(run)}",
        Figure(
            "overview/fewest.png",
            "Explained and agreement on errors against the number of pictures",
            f"{listed([f'`{n.name}`' for n in chart.shown(run)])}: what stand-ins with so many pictures in all explain of the logits, and "
            "how often they give the network's answer where it errs. Bands are 95 % intervals. With one picture a class the fitted ones are the linear fit.",
        ),
        Figure(
            f"{hero.name}/fitted-{number}.png",
            f"The fewest pictures of {hero.name}",
            f"The fitted pictures of `{hero.name}`: for each class the most used, each under the mean of the training images that it answers, "
            f"with their share.{others}",
        ),
        "**What this is not.** It says how few pictures imitate the network, not that the network computes so."
        + doubts(run, number),
    ]
    for network in (n for n in run.networks if n.challengers):
        blocks.append(f"What else was fitted to `{network.name}`, or could be shown in its place:")
        blocks.append(table(network))
    if len(matrix_of(run)) > 1:
        blocks += matrix(run, number)
    return Section("The fewest pictures", blocks)


def enough(run: Run) -> str:
    """How many a class explain nine tenths, judged on training images that the fit did not learn from."""
    found = []
    for n in compared(run):
        tried = sorted(n.pictures.fitted)
        if above((n.ladder["linear_fit"].explained,), NEARLY):
            found.append(f"`{n.name}` one (the linear fit)")
        elif reached := [w for w in tried if n.pictures.fitted[w].held_out >= NEARLY]:
            left = count(len(n.pictures.fitted[reached[0]].map.classes), "picture")
            found.append(f"`{n.name}` {reached[0]} ({left} in all)")
        else:
            found.append(f"`{n.name}` more than {tried[-1]}")
    return (
        f"How many a class explain {NEARLY} of training images that the fit did not learn from, of the numbers tried: "
        f"{listed(found)}."
    )


def doubts(run: Run, number: int) -> str:
    """What the challengers, and the network's errors, say against reading more into it; each with numbers."""
    words = [_errors(run.hero, number)] if run.hero else []
    if run.controls:
        said = [
            f"`{n.name}` {decimal(n.ladder[numbered('fitted', number)].explained.value)}"
            for n in run.controls
        ]
        words.append(f"*A network that learnt nothing is imitated, too:* explained of {listed(said)}.")
    for network in (n for n in run.networks if n.challengers):
        by_name = {c.name: c for c in network.challengers}
        fitted = by_name[numbered("fitted", number)]
        words += [_labels(by_name.get(numbered("labels", number)), fitted)]
        words += [_starts(by_name, fitted, number), _margins(by_name, number)]
    return "\n" + "".join(f"\n- {line}" for line in words if line)


def _errors(network: Facts, number: int) -> str:
    fitted, means = numbered("fitted", number), numbered("cluster_means", number)
    lead = network.pictures.contrast("agreement_on_errors", fitted, means)
    if lead.value is None:
        return ""
    ends = [network.ladder[name].agreement_on_errors for name in (fitted, means)]
    more, low, high = (decimal(100 * (v or 0), 1) for v in lead)
    verdict = "" if lead.excludes_zero else ": no more than chance would give"
    return (
        f"*Where `{network.name}` errs*, they err with it in {interval(ends[0])} of the cases; the mean logits of the nearest of as many "
        f"clusters, no picture at all, in {percent(ends[1].value)}. Paired on the same images they lead by {more} points ({low} to {high}){verdict}."
    )


def _labels(labels: Challenger | None, fitted: Challenger) -> str:
    if labels is None:
        return ""
    return (
        f"*Agreement alone is no proof.* The same pictures fitted to the labels, which know nothing of the network, agree on "
        f"{interval(labels.agreement)} (the fitted ones on {interval(fitted.agreement)}) and explain {shares(labels.explained)} "
        f"({shares(fitted.explained)})."
    )


def _starts(by_name: dict[str, Challenger], fitted: Challenger, number: int) -> str:
    found = [by_name.get(numbered(kind, number)) for kind in ("means", "random")]
    means, noise = found
    if means is None or noise is None:
        return ""
    return (
        f"*They are not the only ones.* Begun as the clusters' mean images the same fit explains {shares(means.explained)}, begun as "
        f"noise {shares(noise.explained)}, begun as the exact maps {shares(fitted.explained)}. The first two make other "
        f"pictures: their mean cosine with the fitted ones is {decimal(means.likeness)} and {decimal(noise.likeness)}."
    )


def _margins(by_name: dict[str, Challenger], number: int) -> str:
    rows = [numbered("exact_maps", number), numbered("fitted", number), "composed", "linear_fit"]
    said = [f"{_name(by_name[name].name)} {decimal(by_name[name].margin.value)}" for name in rows]
    return (
        "*Do they point where the network does?* For a test image take the picture of its answer less that of the runner-up: its margin. The mean "
        f"cosine with the margin in the image's own exact map is, for {listed(said)}."
    )


def _name(challenger: str) -> str:
    """A challenger's name for people: the ladder's words for its rungs."""
    kind, _, number = challenger.partition(".")
    return f"{CHALLENGERS[kind]}, {number} a class" if kind in CHALLENGERS else rung_words(challenger)


def table(network: Facts) -> Table:
    """All challengers of a network."""
    rows = [
        [
            _name(c.name),
            str(c.pictures),
            decimal(c.explained.value, 3),
            percent(c.agreement.value),
            percent(c.agreement_on_errors.value),
            decimal(c.likeness),
            decimal(c.margin.value),
        ]
        for c in network.challengers
    ]
    head = [
        "stand-in",
        "pictures",
        "explained",
        "agreement",
        "on errors",
        "cosine with the fitted",
        "margin like exact maps'",
    ]
    return Table(head, rows)


def matrix_of(run: Run) -> list[Facts]:
    """Whose pictures are tested on whom: the compared networks and the controls."""
    return list({n.name: n for n in (*compared(run), *run.controls) if not n.is_flat}.values())


def matrix(run: Run, number: int) -> list[Block]:
    networks = matrix_of(run)
    found = transfer.agreement(networks, number, run).round(4).tolist()
    rows = [[f"of `{n.name}`", *(percent(v) for v in row)] for n, row in zip(networks, found, strict=True)]
    intro = f"*Whose pictures?* How often the fitted pictures, {number} a class, of one network give another's answer:"
    return [intro, Table(["pictures", *(f"on `{n.name}`" for n in networks)], rows)]


def how_near(network: Facts, number: int) -> str:
    """The verdict on the fitted pictures, by agreement and explained; none inside an interval."""
    rung, one = network.ladder[numbered("fitted", number)], network.ladder["linear_fit"]
    measures = rung.agreement, rung.explained
    if above(measures, NEARLY):
        return "nearly the network again" if below((one.explained,), NEARLY) else "nearly the network"
    return (
        "not nearly the network" if below(measures, NEARLY) else f"too near {NEARLY} of the network to say"
    )


def _a_class(number: int) -> str:
    return f"{'one picture' if number == 1 else f'{_WORDS.get(number, number)} pictures'} a class"


_WORDS = {
    2: "two",
    3: "three",
    4: "four",
    5: "five",
    6: "six",
    7: "seven",
    8: "eight",
    9: "nine",
    10: "ten",
}
