"""Networks side by side: free, kept to their picture, without hidden layers, controls; and the images."""

from collections.abc import Sequence

import numpy as np

from looking_for.core.arrays import Array, as_pixels
from looking_for.core.imageset import ImageSet
from looking_for.core.text import count_per_hundred, format_percent
from looking_for.figures import palette
from looking_for.figures.canvas import (
    GAP,
    MARGIN,
    WIDTH,
    Canvas,
    enlarge_scale,
    fit_scale,
    label_height,
    label_width,
    mosaic,
)
from looking_for.figures.grid import MAX_CLASSES, Band, Box, draw_bands
from looking_for.figures.planes import Planes
from looking_for.results.choices import flat_like, kept_network, truest_network
from looking_for.results.network import NetworkResults
from looking_for.results.places import find_places, measure_separation, part_bounds
from looking_for.results.run import RunResults


def networks_looked_at(run: RunResults) -> list[NetworkResults]:
    """Choose whose output pictures are shown large: the featured network, the same kept to its picture, and one
    without hidden layers; or else the first that is compared."""
    featured = run.featured
    chosen = [kept_network(run, featured), featured, flat_like(run, featured)]
    return [n for n in chosen if n] or list(run.compared[:1])


def draw_looks(run: RunResults) -> Canvas:
    """Draw where ink separates each class by the truest pictures, and the output pictures of up to three networks, with
    how often each answers as its network does."""
    networks, truest = networks_looked_at(run), truest_network(run)
    planes, bands = _planes(run, networks), [composed_band(n) for n in networks]
    if truest is None:
        return draw_bands("The pictures of each network", bands, planes, run.classes, most_scale=8)
    title = f"What tells one {run.noun} from the others: ink in some places, no ink in others"
    return draw_bands(title, [_separation_band(truest, run), *bands], planes, run.classes, most_scale=8)


def draw_controls(run: RunResults) -> Canvas:
    """Draw a trained network above the controls: what looks the same there shows nothing."""
    networks = [*([run.featured] if run.featured else []), *run.controls]
    title = "A trained network shows forms; those that learned nothing show none of the classes"
    title = title if run.featured else "Networks that learned nothing of the classes"
    return draw_bands(title, [composed_band(n) for n in networks], _planes(run, networks), run.classes, most_scale=8)


def _planes(run: RunResults, networks: Sequence[NetworkResults]) -> Planes:
    return Planes.choose(run.images.shape, *(n.pictures.composed.output.weights for n in networks))


def composed_band(network: NetworkResults) -> Band:
    """A network's output pictures, under its name and two shares."""
    weights, never = network.pictures.composed.output.weights, network.pictures.never_inked
    same, right = count_per_hundred(network.metrics["agreement"]), format_percent(network.metrics["accuracy"])
    words = f"{network.label}: same answer {same} of 100; the network gets {right} right"
    return Band(words, palette.levels_on_own_scale(weights, never))


def _separation_band(network: NetworkResults, run: RunResults) -> Band:
    """Where ink separates each class by a network's pictures: in the picture's colour, white where it misleads."""
    weights, never = network.pictures.composed.output.weights, network.pictures.never_inked
    points = np.sign(weights) * np.maximum(measure_separation(weights, run.survey.clusters[1].means), 0)
    words = (
        f"What the list counts: points that the {run.noun}'s own ink gains (red) and that ink it lacks loses (blue), "
        "by the picture below"
    )
    return Band(words, palette.levels_on_own_scale(points, never), boxes=_box_places(network, run))


def _box_places(network: NetworkResults, run: RunResults) -> list[list[Box]] | None:
    """A box around each place that the report lists; none over pictures of three planes."""
    if len(run.images.shape) > 2:
        return None
    places = find_places(network, run)
    boxes = [[part_bounds(part, run.images.shape) for side in place[1:] for part in side] for place in places]
    return boxes + [[] for _ in run.classes[len(boxes) :]]


def draw_samples(images: ImageSet, per_class: int) -> Canvas:
    """Draw the article's grid: the first training images of each class, a row per class."""
    names = [str(name) for name in images.classes[:MAX_CLASSES]]
    left, size = MARGIN + label_width(names), (images.shape[0], images.shape[1])
    scale = min(enlarge_scale(6, size), fit_scale(size, WIDTH - MARGIN - left, per_class, GAP))
    canvas = Canvas()
    for k, name in enumerate(names):
        chosen = images.x_train[np.flatnonzero(images.y_train == k)[:per_class]]
        width = left - MARGIN - 4 * GAP
        step = max(images.shape[0] * scale, label_height(name, width)) + GAP
        canvas.label(name, canvas.top, MARGIN, width, step)
        if len(chosen):
            _draw_row(canvas, chosen, left, scale)
        canvas.top += step
    return canvas


def _draw_row(canvas: Canvas, images: Array, left: int, scale: int) -> None:
    """A row of images (n_images, height, width) or (n_images, height, width, 3), uint8, side by side."""
    if images.ndim == 3:
        levels = palette.grey_levels(255 - images)
        canvas.picture(mosaic(levels, len(images), scale, GAP), canvas.top, left, 1)
        return
    for place, image in enumerate(as_pixels(images)):
        shape = images.shape[1:]
        canvas.image(image, shape, canvas.top, left + place * (shape[1] * scale + GAP), scale)


def draw_ink(run: RunResults) -> Canvas:
    """Draw where each class puts ink, which pixels tell it from the others, and both for all classes together."""
    inked, total = run.survey.ink, run.survey.ink.sum(axis=0)
    never = (total == 0).ravel()
    share = np.divide(inked, total, out=np.zeros_like(inked), where=total > 0)
    exclusive = np.nan_to_num(run.survey.exclusive)

    def levels(values: Array) -> Array:
        return np.where(never, np.uint8(palette.NEVER_INKED), palette.ink_levels(values.reshape(-1, never.size)))

    bands = [
        Band(
            "Share of the class's training images that ink a pixel: white none, black all",
            levels(np.stack([inked.mean(axis=0), *inked])),
        ),
        Band(
            "The class's share of the ink at a pixel: white none, black all of it. All: black where one class has it",
            levels(np.stack([exclusive, *share])),
        ),
    ]
    title = "Where the training images have ink"
    planes = Planes.choose(run.images.shape, np.moveaxis(inked.reshape(len(inked), -1), 0, -1))
    return draw_bands(title, bands, planes, ["all", *run.classes], most_scale=6)
