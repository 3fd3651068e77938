"""All output pictures of a network along its training: a row per snapshot, a column per class."""

from looking_for.core.imageset import Shape
from looking_for.core.text import count_per_hundred, format_count
from looking_for.figures import palette
from looking_for.figures.canvas import Canvas
from looking_for.figures.grid import ACROSS, Band, draw_bands
from looking_for.figures.planes import Planes
from looking_for.results.network import NetworkResults


def draw_strips(network: NetworkResults, shape: Shape, classes: list[str]) -> Canvas:
    """Each row on a scale of its own, since the weights grow."""
    never = network.pictures.never_inked
    bands: list[Band] = []
    for snapshot, weights in zip(network.truth, network.pictures.output_pictures, strict=True):
        half = palette.half_range(weights, never)
        words = (
            f"{format_count(snapshot.updates, 'update')}: same answer {count_per_hundred(snapshot.agreement)} of 100, "
            f"network right {count_per_hundred(snapshot.accuracy)} of 100"
        )
        bands.append(Band(words, palette.signed_levels(weights, never, half), half=half))
    title = f"The pictures along the training ({network.label})"
    planes = Planes.choose(shape, network.pictures.output_pictures)
    return draw_bands(title, bands, planes, classes, most_scale=4, most=ACROSS)
