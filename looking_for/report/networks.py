"""The table of all networks: what each is, how right, how true its pictures, and how far seeds move that."""

from looking_for.report.blocks import Block, Section, Table
from looking_for.report.verdicts import NEARLY, SKETCH, verdict
from looking_for.results.run import Facts, Run
from looking_for.results.text import count, decimal, listed, percent

SHARES = ("accuracy", "agreement", "agreement_on_errors")
MANY = 4  # seeds from which on to be the lowest says something
PARTS = ("explained", "linear_fit", "exact_maps", "fitted")


def section(run: Run) -> Section:
    """Every network in a row, with its verdict, and what the columns are."""
    rows = [
        [
            f"[{n.name}](figures/{n.name}/)",
            _architecture(n),
            n.training_words,
            *(_with_spread(run, n, metric) for metric in SHARES),
            *(_with_spread(run, n, metric) for metric in PARTS),
            verdict(n),
        ]
        for n in run.networks
    ]
    head = ["network", "hidden", "trained on", "accuracy", "agreement", "on errors",
            "explained, balanced", "linear fit", f"exact maps, {run.number}", f"fitted, {run.fitted_number}", "its composed pictures are"]  # fmt: skip
    words = (
        "Each name leads to all of a network's pictures. *Agreement* and *on errors* are of the composed pictures as they "
        "are, on all test images and on those that the network gets wrong. *Explained* is the share of the logits' "
        "variation, beyond class means, that a stand-in predicts: the composed pictures balanced (one gain for "
        f"all classes, one bias for each), the best linear fit, the exact maps of {count(run.number, 'cluster')} a class, {count(run.fitted_number, 'fitted picture')} a class. The verdict is on agreement and "
        f"on explained, balanced: *nearly the network* where both whole intervals lie above {NEARLY}, *a sketch* above {SKETCH}, "
        "*mostly fiction* where one lies below that."
    )
    return Section(
        "The networks",
        [
            Table(head, rows),
            words,
            *no_better_than_chance(run),
            *other_seeds(run),
            *smooth(run),
            *elsewhere(run),
        ],
    )


def no_better_than_chance(run: Run) -> list[Block]:
    """Networks that learnt nothing, and should have."""
    found = [
        f"`{n.name}` on {percent(n.metrics['accuracy'])}"
        for n in run.networks
        if not n.control and run.images.is_chance(n.metrics["accuracy"])
    ]
    if not found:
        return []
    return [
        f"**No better than chance**: right on the test images {listed(found)}; always answering one class is right on "
        f"{percent(run.images.constant_accuracy)}. What pictures of such a network show says nothing of the classes."
    ]


def other_seeds(run: Run) -> list[Block]:
    """What ± is, and where another seed would change the verdict's side."""
    if not run.spreads:
        return []
    numbers = sorted({spreads["accuracy"].seeds for spreads in run.spreads.values()})
    words = (
        f"± is the standard deviation over {listed([str(n) for n in numbers], 'or')} trainings of the recipe that differ in their seeds alone, this one among them "
        "([the study](../study/reports/README.md)); the intervals elsewhere are of one training, from resampling the test images. "
    )
    ranges = [
        f"`{name}` {percent(spreads['agreement'].median)} ({percent(spreads['agreement'].low)} to {percent(spreads['agreement'].high)})"
        for name, spreads in run.spreads.items()
    ]
    return [words + f"Agreement over seeds, median and range: {listed(ranges)}.{extremes(run)}"]


def extremes(run: Run) -> str:
    """Networks whose own agreement is an end of the range: no typical ones."""
    found = []
    for network in run.networks:
        spread, value = run.spreads.get(network.name, {}).get("agreement"), network.metrics["agreement"]
        if spread and spread.seeds >= MANY and value in (spread.low, spread.high):
            end = "lowest" if value == spread.low else "highest"
            found.append(f"`{network.name}` here is the {end} of its {spread.seeds}")
    return f" {listed(found)}." if found else ""


def _with_spread(run: Run, network: Facts, metric: str) -> str:
    """A network's number, and how far seeds move it where the study says."""
    value, spread = network.metrics[metric], run.spreads.get(network.name, {}).get(metric)
    if spread is None or value is None:
        return percent(value) if metric in SHARES else decimal(value)
    if metric in SHARES:
        return f"{decimal(100 * value, 1)} ± {decimal(100 * spread.deviation, 1)} %"
    return (
        f"{decimal(value, 3)} ± {decimal(spread.deviation, 3) if spread.deviation >= 5e-4 else '< 0.001'}"
    )


def smooth(run: Run) -> list[Block]:
    """What exact maps are of networks that no piece is affine of."""
    networks = [f"`{n.name}` ({n.architecture.activation})" for n in run.networks if not n.is_affine]
    if not networks:
        return []
    return [
        f"{listed(networks)}: with such an activation no network is affine, around no image. What stands here under *exact maps* are "
        "Jacobians: how the logits change with each pixel at the image itself, and only there. The ladder measures how far that carries."
    ]


def elsewhere(run: Run) -> list[Block]:
    """What is not known of networks made elsewhere, and what else composing leaves out of their layers."""
    made = [n for n in run.networks if n.recipe is None]
    if not made:
        return []
    words = (
        f"{listed([f'`{n.name}`' for n in made])}: made elsewhere, so that nothing is said of the training, and whether it saw the "
        "test images is not known here."
    )
    others = [f"`{n.name}` ({n.architecture.words})" for n in made if not n.architecture.is_dense]
    if others:
        mapped = next(n.pictures.mapped for n in made if not n.architecture.is_dense)
        words += (
            f" Not all layers of {listed(others)} are dense: its composed picture is that of the same network with every ReLU replaced by the "
            f"identity and max-pooling by average-pooling; mean exact maps are over {mapped:,} of the training images."
        )
    return [words]


def _architecture(network: Facts) -> str:
    """Its layers in words, which lead to their diagram where there is one."""
    words, file = network.architecture.words, network.architecture_file
    return f"[{words}](figures/overview/{file})" if file else words
