"""Networks side by side: with hidden layers and without, trained and controls; and the images."""

from collections.abc import Sequence

import numpy as np

from looking_for.core.arrays import Array, as_pixels
from looking_for.core.imageset import ImageSet
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
from looking_for.figures.grid import MAX_CLASSES, Band, draw_bands
from looking_for.figures.planes import Planes
from looking_for.results.run import NetworkResults, RunResults


def draw_deep_and_flat(run: RunResults) -> Canvas:
    """Draw the composed pictures of the compared networks beside those without hidden layers."""
    flat = [n for n in run.networks if n.is_flat and not n.is_control]
    networks = list({n.name: n for n in (*run.compared, *flat)}.values())
    title = "With hidden layers and without: composed pictures"
    planes = _planes(run, networks)
    return draw_bands(title, [composed_band(n) for n in networks], planes, run.classes, most_scale=7)


def draw_controls(run: RunResults) -> Canvas:
    """Draw a trained network above the controls: what looks the same there shows nothing."""
    real = [run.featured] if run.featured else []
    bands = [band for n in (*real, *run.controls) for band in (composed_band(n), exact_band(n))]
    planes = _planes(run, [*real, *run.controls])
    return draw_bands("A trained network and the controls", bands, planes, run.classes, most_scale=7)


def _planes(run: RunResults, networks: Sequence[NetworkResults]) -> Planes:
    return Planes.choose(run.images.shape, *(n.pictures.composed.output.weights for n in networks))


def composed_band(network: NetworkResults) -> Band:
    words = f"{network.name} ({network.training_words}), composed"
    return _band(words, network.pictures.composed.output.weights, network)


def exact_band(network: NetworkResults) -> Band:
    return _band(f"{network.name}, mean exact map of each class's images", network.pictures.maps.by_class, network)


def _band(words: str, weights: Array, network: NetworkResults) -> Band:
    never = network.pictures.never_inked
    half = palette.half_range(weights, never)
    return f"{words}; full colour ±{half:.2g}", palette.signed_levels(weights, never, half), None


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
    """Draw where each class puts ink, which pixels tell it from the others, and how exclusive each pixel is."""
    inked, total = run.survey.ink, run.survey.ink.sum(axis=0)
    never = (total == 0).ravel()
    share = np.divide(inked, total, out=np.zeros_like(inked), where=total > 0)
    exclusive = np.nan_to_num(run.survey.exclusive)

    def levels(values: Array) -> Array:
        return np.where(never, np.uint8(palette.NEVER_INKED), palette.ink_levels(values.reshape(-1, never.size)))

    bands: list[Band] = [
        ("Share of the class's training images that ink a pixel: white none, black all", levels(inked), None),
        ("Of the ink at a pixel, the class's share: white none, black all of it", levels(share), None),
        (
            "All classes together, how exclusive a pixel is: white, all alike; black, one class alone",
            levels(exclusive),
            None,
        ),
    ]
    title = "Where the training images have ink (sand: nowhere)"
    planes = Planes.choose(run.images.shape, np.moveaxis(inked.reshape(len(inked), -1), 0, -1))
    return draw_bands(title, bands, planes, run.classes, most_scale=6)
