"""All output pictures of a network along its training: a row a snapshot, a column a class."""

from looking_for.figures import palette
from looking_for.figures.canvas import Canvas
from looking_for.figures.grid import ACROSS, Band, banded
from looking_for.results.run import Facts
from looking_for.results.text import count, percent


def along(network: Facts, shape: tuple[int, int], classes: list[str]) -> Canvas:
    """Each row on a scale of its own, since the weights grow."""
    never = network.pictures.never_inked
    bands: list[Band] = []
    for moment, weights in zip(network.truth, network.pictures.along, strict=True):
        half = palette.half_range(weights, never)
        words = (
            f"{count(moment.updates, 'update')}: right on {percent(moment.accuracy)}, its pictures agree "
            f"on {percent(moment.agreement)}; full colour ±{half:.2g}"
        )
        bands.append((words, palette.signed(weights, never, half), None))
    title = f"{network.name}: composed pictures along the training ({network.training_words})"
    return banded(title, bands, shape, classes, most_scale=4, most=ACROSS)
