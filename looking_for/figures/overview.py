"""Which figures compare networks or show the data: those of the folder reports/figures/overview."""

from looking_for.core.files import OVERVIEW
from looking_for.figures import (
    architecture,
    charts,
    claims,
    comparisons,
    examples,
    ladder,
    picture_count,
    training_course,
)
from looking_for.results.run import Facts, Run


def draw(run: Run) -> None:
    """Draw them all: the architectures, those that compare, those of the data."""
    for file, network in architectures(run).items():
        charts.save(architecture.draw(network, run.images.shape, run.classes), OVERVIEW / file)
    _compared(run)
    comparisons.samples(run.images, run.settings.render.samples_per_class).save(OVERVIEW / "samples.png")
    comparisons.ink(run).save(OVERVIEW / "ink.png")
    if run.is_articles:
        charts.save(claims.draw(run.claims), OVERVIEW / "claims.png")


def architectures(run: Run) -> dict[str, Facts]:
    """A diagram's file name for each different architecture, and a network that has it."""
    return {file: n for n in reversed(run.networks) if (file := n.architecture_file)}


def _compared(run: Run) -> None:
    """The figures that compare; where there is nothing to compare there is no such figure."""
    if any(n.truth for n in run.story):
        charts.save(training_course.lead(run), OVERVIEW / "lead.png")
    if any(n.truth for n in run.networks):
        charts.save(training_course.all_networks(run), OVERVIEW / "along.png")
    if ladder.compared(run):
        charts.save(ladder.draw(run), OVERVIEW / "ladder.png")
        charts.save(picture_count.draw(run), OVERVIEW / "fewest.png")
    if run.hero:
        examples.draw(run.hero, run).save(OVERVIEW / "examples.png")
    if run.controls:
        comparisons.controls(run).save(OVERVIEW / "controls.png")
    if run.is_articles and any(n.is_flat for n in run.networks):
        comparisons.deep_and_flat(run).save(OVERVIEW / "deep-and-flat.png")
