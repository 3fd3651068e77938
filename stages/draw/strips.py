"""All output pictures of a network along its training: a row a snapshot, a column a class."""

from stages.drawing import views
from stages.drawing.bands import ACROSS, Band, banded
from stages.drawing.canvas import Canvas
from stages.facts import Facts
from stages.words import count, percent


def along(network: Facts, shape: tuple[int, int], classes: list[str]) -> Canvas:
    """Each row on a scale of its own, since the weights grow."""
    never = network.pictures.never_inked
    bands: list[Band] = []
    for moment, weights in zip(network.truth, network.pictures.along, strict=True):
        half = views.half_range(weights, never)
        words = (
            f"{count(moment.updates, 'update')}: right on {percent(moment.accuracy)}, its pictures agree "
            f"on {percent(moment.agreement)}; full colour ±{half:.2g}"
        )
        bands.append((words, views.signed(weights, never, half), None))
    title = f"{network.name}: composed pictures along the training ({network.training_words})"
    return banded(title, bands, shape, classes, most_scale=4, most=ACROSS)
