"""All output pictures of a network along its training: a row per snapshot, a column per class."""

from looking_for.core.imageset import Shape
from looking_for.core.text import format_count, format_percent
from looking_for.figures import palette
from looking_for.figures.canvas import Canvas
from looking_for.figures.grid import ACROSS, Band, draw_bands
from looking_for.figures.planes import Planes
from looking_for.results.run import NetworkResults


def draw_strips(network: NetworkResults, shape: Shape, classes: list[str]) -> Canvas:
    """Each row on a scale of its own, since the weights grow."""
    never = network.pictures.never_inked
    bands: list[Band] = []
    for snapshot, weights in zip(network.truth, network.pictures.output_pictures, strict=True):
        half = palette.half_range(weights, never)
        words = (
            f"{format_count(snapshot.updates, 'update')}: right on {format_percent(snapshot.accuracy)}, "
            "its pictures agree "
            f"on {format_percent(snapshot.agreement)}; full colour ±{half:.2g}"
        )
        bands.append((words, palette.signed_levels(weights, never, half), None))
    title = f"{network.name}: composed pictures along the training ({network.training_words})"
    planes = Planes.choose(shape, network.pictures.output_pictures)
    return draw_bands(title, bands, planes, classes, most_scale=4, most=ACROSS)
