"""Which figures there are, and where each lies under reports/figures."""

from stages.artifacts.files import FIGURES
from stages.render.charts import along, architecture, claims, fewest, ladder
from stages.render.drawing import plots
from stages.render.facts import Facts, Run
from stages.render.sheets import clusters, comparisons, examples, fitted, strips, units


def draw(run: Run) -> None:
    """Draw them all: each network's own, then those that compare, then those of the data."""
    for network in run.networks:
        _of_network(network, run)
    for file, network in architectures(run).items():
        plots.save(architecture.draw(network, run.images.shape, run.classes), FIGURES / file)
    _compared(run)
    comparisons.samples(run.images, run.settings.render.samples_per_class).save(FIGURES / "samples.png")
    comparisons.ink(run).save(FIGURES / "ink.png")
    if run.is_articles:
        plots.save(claims.draw(run.claims), FIGURES / "claims.png")


def architectures(run: Run) -> dict[str, Facts]:
    """A diagram's file name for each different architecture, and a network that has it."""
    return {n.architecture_file: n for n in reversed(run.networks)}


def _of_network(network: Facts, run: Run) -> None:
    folder, shape = FIGURES / network.name, run.images.shape
    for number in range(1, network.layers):
        units.layer(network, number, shape).save(folder / f"layer-{number}.png")
    units.output(network, run).save(folder / "output.png")
    clusters.draw(network, run).save(folder / "clusters.png")
    for number in network.pictures.fitted:
        fitted.draw(network, number, run).save(folder / f"fitted-{number}.png")
    if network.truth:
        strips.along(network, shape, run.classes).save(folder / "along.png")


def _compared(run: Run) -> None:
    """The figures that compare; where there is nothing to compare there is no such figure."""
    if any(n.truth for n in run.story):
        plots.save(along.lead(run), FIGURES / "lead.png")
    if any(n.truth for n in run.networks):
        plots.save(along.all_networks(run), FIGURES / "along.png")
    if ladder.compared(run):
        plots.save(ladder.draw(run), FIGURES / "ladder.png")
        plots.save(fewest.draw(run), FIGURES / "fewest.png")
    if run.hero:
        examples.draw(run.hero, run).save(FIGURES / "examples.png")
    if run.controls:
        comparisons.controls(run).save(FIGURES / "controls.png")
    if run.is_articles and any(n.is_flat for n in run.networks):
        comparisons.deep_and_flat(run).save(FIGURES / "deep-and-flat.png")
