"""The report's sections after the lead, each true of whatever run it is given."""

from collections.abc import Sequence

from looking_for.figures import examples
from looking_for.figures import ladder as ladder_chart
from looking_for.report.blocks import Block, Figure, Section, Table
from looking_for.report.finding import interval, shares
from looking_for.results.glossary import rung_words
from looking_for.results.run import Facts, Run
from looking_for.results.text import count, decimal, listed, percent
from looking_for.surrogates.ladder import numbered


def ladder(run: Run) -> Section | None:
    """Floors and ceilings of the compared networks."""
    compared = ladder_chart.compared(run)
    if not compared:
        return None
    names = [f"`{n.name}`" for n in compared]
    left_out = [f"`{n.name}`" for n in run.networks if n not in compared]
    rest = f" {listed(left_out)}: in [ladder/](ladder/)." if left_out else ""
    blocks: list[Block] = [
        "A rung is something used in place of the network that predicts its logits, from the floor up. What it fits, "
        "it fits on training images; all are measured on test images.",
        Figure(
            "overview/ladder.png",
            "Explained and agreement on errors of every rung",
            f"The rungs of {listed(names)}, with 95 % intervals; an arrow and a number where a value lies below 0. "
            f"Constant: the same for every image. Cluster means: the mean logits of the nearest cluster, no map at "
            f"all. Exact maps: the mean of the network's own local maps over that cluster.{rest}",
        ),
    ]
    if run.hero:
        blocks.append("\n".join(f"- {words}" for words in readings(run.hero, run.number)))
    measures = [[f"{n.name}: explained", "agreement", "on errors"] for n in compared]
    columns = ["rung", "constants fitted", *(cell for of_network in measures for cell in of_network)]
    rows = [
        [
            rung_words(rung.name),
            _constants(rung.name, compared),
            *(c for n in compared for c in _cells(n, rung.name)),
        ]
        for rung in compared[0].ladder
    ]
    return Section("The ladder: floors and ceilings", [*blocks, Table(columns, rows)])


def readings(network: Facts, number: int) -> list[str]:
    """What the ladder of a network says, each sentence only where its contrast excludes chance."""
    rungs, lead = network.ladder, network.pictures.contrast
    name, maps, means = (
        f"`{network.name}`",
        numbered("exact_maps", number),
        numbered("cluster_means", number),
    )
    found = []
    balance = lead("agreement", "composed_balanced", "composed")
    if balance.excludes_zero:
        words = "raises" if (balance.value or 0) > 0 else "lowers"
        found.append(
            f"*Out of balance?* One gain for all classes and one bias for each, fitted, {words} the agreement of {name}'s composed pictures "
            f"from {percent(rungs['composed'].agreement.value)} to {percent(rungs['composed_balanced'].agreement.value)}."
        )
    gap = lead("explained", "linear_fit", "composed_balanced")
    found.append(
        f"*One picture a class:* the best of them, the linear fit, explains {shares(rungs['linear_fit'].explained)}; "
        f"the balanced composed pictures {shares(rungs['composed_balanced'].explained)}"
        + (f", {decimal(gap.value)} less." if gap.excludes_zero and (gap.value or 0) > 0 else ", as much.")
    )
    ahead = {m: lead(m, maps, means) for m in ("agreement", "agreement_on_errors", "explained")}
    better = [m.replace("_", " ") for m, i in ahead.items() if i.excludes_zero and (i.value or 0) > 0]
    rest = [m.replace("_", " ") for m in ahead if m.replace("_", " ") not in better]
    clusters = f"{count(number, 'cluster')} a class"
    sentence = (
        f"*Several pictures a class:* the exact maps of {clusters} explain {shares(rungs[maps].explained)} and agree on "
        f"{interval(rungs[maps].agreement)}; their mean logits alone, no map, {shares(rungs[means].explained)} and "
        f"{interval(rungs[means].agreement)}. "
    )
    sentence += f"The maps lead in {listed(better)}" if better else "The maps lead in nothing"
    found.append(sentence + (f", not beyond chance in {listed(rest, 'or')}." if rest else "."))
    return found


def at_work(run: Run) -> Section | None:
    """Single test images with the maps that answered them."""
    if not run.hero:
        return None
    failures = examples.failing(run.hero, run)
    rung = run.hero.ladder[examples.rung(run)]
    words = (
        f"{_map_words(run.hero)} Below, of each kind the test images on which `{run.hero.name}` is surest: where all stand-ins answer as it "
        "does, where the composed pictures fail, and where the map of the nearest cluster fails"
    )
    words += f" ({len(failures)} shown)." if failures else " (none here)."
    caption = (
        "Red speaks for the answer, blue against it; every map has its own scale. Composed picture and cluster map "
        f"are shown for the network's answer. Over all test images the clusters' maps agree on {interval(rung.agreement)}."
    )
    return Section(
        "Seeing it work",
        [words, Figure("overview/examples.png", "Test images with their exact maps", caption)],
    )


def _map_words(network: Facts) -> str:
    if network.is_affine:
        kind = (
            "ReLU"
            if network.architecture.activation == "relu"
            else network.architecture.activation.replace("_", " ")
        )
        return f"Around each image a {kind} network is one affine map, exactly (the *exact map*, its Jacobian)."
    return f"At each image a {network.architecture.activation} network has a Jacobian (here *exact map*); around it, it bends."


def looks_for(run: Run) -> Section:
    """Clusters with their maps, the units of each layer, and the way there."""
    shown = run.hero or run.story[-1]
    number = run.shown_number
    blocks: list[Block] = [
        Figure(
            f"{shown.name}/clusters.png",
            f"Clusters of each class with their exact maps, {shown.name}",
            f"What `{shown.name}` looks for: in front the composed picture; then the {count(number, 'cluster')} of each class's "
            "training images, and under each mean image the network's mean exact map there, for the class.",
        ),
    ]
    deep = [n for n in run.networks if n.pictures.units]
    if deep:
        blocks += [
            "Hidden units have pictures, too, in each network's folder. A first-layer unit's is its weights; a later one's is "
            "composed and leaves out the activations before it. *Explained* is how much of what drives a unit its picture predicts "
            "(R² after a gain and a bias for each unit). By layer:",
            Table(
                ["network", "units", "explained, mean", "on for, mean", "never on"],
                [_layers(n) for n in deep],
            ),
        ]
    return Section("What each network looks for", blocks)


def along(run: Run) -> Section | None:
    """All networks' curves, with those that have none."""
    without = [f"`{n.name}`" for n in run.networks if not n.truth]
    if len(without) == len(run.networks):
        return None
    caption = "Every network: accuracy, agreement, explained, and how far the first layer has moved; controls dashed."
    if without:
        caption += f" {listed(without)}: no snapshots were kept."
    blocks: list[Block] = [Figure("overview/along.png", "Truth along the training, all networks", caption)]
    shown = run.hero or next(n for n in run.networks if n.truth)
    if shown.truth:
        film = f"The composed pictures of `{shown.name}` along its training, each moment on a scale of its own. The same to draw on: `reports/explorer.html`, after `make`."
        blocks.append(
            Figure(
                f"{shown.name}/film.png",
                f"The composed pictures of {shown.name} forming and dissolving",
                film,
            )
        )
    return Section("Along the training", blocks)


def controls(run: Run) -> Section | None:
    """The controls, judged beyond what a constant gets."""
    if not run.controls:
        return None
    intro = "A picture that looks the same for a network that learnt nothing shows nothing (Adebayo et al. 2018). "
    intro += "Agreement alone would praise noise, so the floor is beside it:"
    lines = []
    for n in run.controls:
        most = float(n.pictures.answers.max())
        floor, fitted = n.ladder["constant"], n.ladder["composed_balanced"]
        lines.append(
            f"- `{n.name}` ({n.training_words}) is right on {percent(n.metrics['accuracy'])} and gives one class to "
            f"{percent(round(most, 4))} of the images. Its balanced pictures agree on {percent(fitted.agreement.value)}, a constant on "
            f"{percent(floor.agreement.value)}; beyond class means they explain {shares(fitted.explained)}."
        )
    caption = (
        "What shows in a control's pictures was not learnt from the classes. Each row has its own scale."
    )
    return Section(
        "Controls",
        [intro, "\n".join(lines), Figure("overview/controls.png", "Pictures of the controls", caption)],
    )


def data(run: Run) -> Section:
    """The images themselves, and where they have ink."""
    height, width = run.images.shape
    words = (
        f"{count(len(run.images.x_train), 'training image')} and {len(run.images.x_test):,} for testing, {height}×{width} pixels, "
        f"{count(len(run.classes), 'class', 'classes')}. A pixel that none of a network's own training images inks keeps its random "
        "first weights: such pixels are painted in sand colour. Their share of all pixels: "
    )
    shares_ = [
        f"`{n.name}` {percent(round(float(n.pictures.never_inked.mean()), 4))}"
        for n in run.networks
        if n.recipe
    ]
    return Section(
        "The data",
        [
            words + listed(shares_) + ".",
            Figure("overview/samples.png", "Training images", "The first training images of each class."),
            Figure("overview/ink.png", "Where each class has ink", "Where each class has ink, its share of the ink at each "
                   "pixel with every class counted alike, and how exclusive each pixel is. At the border a few images decide."),
        ],
    )  # fmt: skip


def _constants(name: str, networks: Sequence[Facts]) -> str:
    """How many constants a rung fits, for each network where they differ."""
    return " / ".join(dict.fromkeys(f"{n.ladder[name].constants:,}" for n in networks))


def _cells(network: Facts, name: str) -> list[str]:
    rung = network.ladder[name]
    return [
        decimal(rung.explained.value, 3),
        percent(rung.agreement.value),
        percent(rung.agreement_on_errors.value),
    ]


def _layers(network: Facts) -> list[str]:
    """A network's layers in one row, from the first to the last."""
    units = network.pictures.units
    return [
        network.name,
        network.architecture.words,
        ", ".join(decimal(round(float(layer.explained.mean()), 4)) for layer in units),
        ", ".join(percent(round(float(layer.on.mean()), 4), 0) for layer in units),
        ", ".join(str(int((layer.on == 0).sum())) for layer in units),
    ]
