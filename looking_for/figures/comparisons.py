"""Networks side by side: with hidden layers and without, trained and controls; and the images."""

import numpy as np

from looking_for.core.arrays import Array
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
from looking_for.results.run import NetworkResults, RunResults


def draw_deep_and_flat(run: RunResults) -> Canvas:
    """Draw the composed pictures of the compared networks beside those without hidden layers."""
    flat = [n for n in run.networks if n.is_flat and not n.is_control]
    networks = list({n.name: n for n in (*run.compared, *flat)}.values())
    title = "With hidden layers and without: composed pictures"
    return draw_bands(title, [composed_band(n) for n in networks], run.images.shape, run.classes, most_scale=7)


def draw_controls(run: RunResults) -> Canvas:
    """Draw a trained network above the controls: what looks the same there shows nothing."""
    real = [run.featured] if run.featured else []
    bands = [band for n in (*real, *run.controls) for band in (composed_band(n), exact_band(n))]
    return draw_bands("A trained network and the controls", bands, run.images.shape, run.classes, most_scale=7)


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
    left = MARGIN + label_width(names)
    scale = min(enlarge_scale(6, images.shape), fit_scale(images.shape, WIDTH - MARGIN - left, per_class, GAP))
    canvas = Canvas()
    for k, name in enumerate(names):
        chosen = images.x_train[np.flatnonzero(images.y_train == k)[:per_class]]
        width = left - MARGIN - 4 * GAP
        step = max(images.shape[0] * scale, label_height(name, width)) + GAP
        canvas.label(name, canvas.top, MARGIN, width, step)
        if len(chosen):
            levels = palette.grey_levels(255 - chosen).reshape(len(chosen), -1)
            canvas.picture(mosaic(levels, images.shape, per_class, scale, GAP), canvas.top, left, 1)
        canvas.top += step
    return canvas


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
    return draw_bands(title, bands, run.images.shape, run.classes, most_scale=6)
