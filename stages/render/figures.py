"""Which figures there are, and where each lies under reports/figures."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stages.arrays import Array
from stages.artifacts.files import FIGURES
from stages.artifacts.images import Images
from stages.params import Render
from stages.render import charts, comparisons, looking, report, sheets
from stages.render.facts import Cast


def draw(
    cast: Cast, images: Images, survey: Mapping[str, Array], claims: Mapping[str, Any], settings: Render
) -> None:
    """Draw them all: each network's own, then those that compare, then those of the data."""
    shape, classes = images.shape, [str(name) for name in images.classes]
    tried = sorted(int(key.removeprefix("means_")) for key in survey if key.startswith("means_"))
    number = looking.shown_ways(tried, settings.ways_shown)
    for network in cast.networks:
        folder = FIGURES / network.name
        sheets.save_network(network, shape, classes, folder)
        looking.ways(network, survey, shape, classes, number).save(folder / "ways.png")
    for name, network in cast.architectures.items():
        charts.save(charts.architecture(network, shape, classes), FIGURES / name)
    _compare(cast, shape, classes, FIGURES)
    comparisons.samples(images, settings.samples_per_class).save(FIGURES / "samples.png")
    comparisons.ink(survey, shape, classes).save(FIGURES / "ink.png")
    charts.save(charts.claims(claims, report.region_words(claims)), FIGURES / "claims.png")


def _compare(cast: Cast, shape: tuple[int, int], classes: list[str], folder: Path) -> None:
    """The figures that need networks to compare; without them there is no such figure."""
    if any(n.params.epochs for n in cast.networks):
        charts.save(charts.training(cast), folder / "training.png")
    if cast.deep:
        comparisons.composed_and_exact(cast, shape, classes).save(folder / "composed-and-exact.png")
        charts.save(charts.truth_by_samples(cast), folder / "truth-by-samples.png")
        charts.save(charts.agreement_by_ways(cast, report.ENOUGH), folder / "agreement-by-ways.png")
    if cast.deep and cast.flat:
        comparisons.deep_and_flat(cast, shape, classes).save(folder / "deep-and-flat.png")
    if cast.deep and cast.controls:
        comparisons.controls(cast, shape, classes).save(folder / "controls.png")
