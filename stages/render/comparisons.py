"""Figures that put networks side by side: composed beside exact, deep beside flat, real beside controls."""

from collections.abc import Mapping

import numpy as np

from stages.arrays import Array
from stages.artifacts.images import Images
from stages.render import views
from stages.render.canvas import MARGIN, TITLE, WIDTH, Canvas, fitting_scale, mosaic
from stages.render.facts import Cast, Facts
from stages.render.sheets import GAP, Band, banded

Shape = tuple[int, int]


def composed_and_exact(cast: Cast, shape: Shape, classes: list[str]) -> Canvas:
    """The family's least and most trained networks: what composing shows, what the exact maps show."""
    ends = [cast.deep[0], cast.deep[-1]] if len(cast.deep) > 1 else cast.deep
    return banded(
        "Composed pictures, and mean exact maps of the same network",
        [band for network in ends for band in (composed_band(network), exact_band(network))],
        shape,
        classes,
    )


def deep_and_flat(cast: Cast, shape: Shape, classes: list[str]) -> Canvas:
    """Composed pictures with hidden layers beside those without, where the picture is the network."""
    networks = [*cast.deep[:1], *cast.deep[-1:], *cast.flat[:1], *cast.flat[-1:]]
    unique = list({n.name: n for n in networks}.values())
    bands = [composed_band(network) for network in unique]
    return banded("With hidden layers and without: composed pictures", bands, shape, classes)


def controls(cast: Cast, shape: Shape, classes: list[str]) -> Canvas:
    """The most trained network beside the controls: what looks the same there shows nothing."""
    networks = [*cast.deep[-1:], *cast.controls]
    bands = [b for n in networks for b in (composed_band(n), exact_band(n))]
    return banded("The real thing and the controls", bands, shape, classes)


def composed_band(network: Facts) -> Band:
    return _band(
        f"{network.name} ({network.training_words}), composed: "
        f"gives {network.compose['agreement']:.1%} of the network's answers",
        network.output_centred,
        network,
    )


def exact_band(network: Facts) -> Band:
    share = network.compose["agreement_by_ways"]["1"]
    return _band(
        f"{network.name}, mean exact map of each class: gives {share:.1%} of the network's answers",
        network.arrays["maps_1"],
        network,
    )


def _band(words: str, weights: Array, network: Facts) -> Band:
    half = views.half_range(weights, network.never_inked)
    return f"{words}; full colour ±{half:.2g}", views.signed(weights, network.never_inked, half), None


def samples(images: Images, per_class: int) -> Canvas:
    """The article's grid: the first training images of each class, a row a class."""
    chosen = [np.flatnonzero(images.y_train == k)[:per_class] for k in range(len(images.classes))]
    rows = [views.grey(255 - images.x_train[index]).reshape(len(index), -1) for index in chosen]
    scale = min(6, fitting_scale(images.shape, WIDTH - 2 * MARGIN - 80, per_class, GAP))
    step = images.shape[0] * scale + GAP
    canvas = Canvas(MARGIN * 2 + step * len(rows), WIDTH)
    for k, (name, levels) in enumerate(zip(images.classes, rows, strict=True)):
        top = MARGIN + k * step
        canvas.text(str(name), top + step // 2 - 24, MARGIN + 24, TITLE, align="middle", bold=True)
        if len(levels):
            canvas.picture(mosaic(levels, images.shape, per_class, scale, GAP), top, MARGIN + 80, 1)
    return canvas


def ink(survey: Mapping[str, Array], shape: Shape, classes: list[str]) -> Canvas:
    """Where each class puts ink, which pixels tell it from the others, and how exclusive each pixel is."""
    inked, total = survey["ink"], survey["ink"].sum(axis=0)
    never = (total == 0).ravel()
    share = np.divide(inked, total, out=np.zeros_like(inked), where=total > 0)
    exclusive = np.nan_to_num(survey["exclusive"])

    def levels(values: Array) -> Array:
        return np.where(never, np.uint8(views.NEVER_INKED), views.ink(values.reshape(-1, never.size)))

    bands: list[Band] = [
        (
            "Share of the class's training images that ink a pixel: white none, black all",
            levels(inked),
            None,
        ),
        ("Of the ink at a pixel, the class's share: white none, black all of it", levels(share), None),
        (
            "All classes together, how exclusive a pixel is: white, all alike; black, one class alone",
            levels(exclusive),
            None,
        ),
    ]
    return banded("Where the training images have ink (sand: nowhere)", bands, shape, classes)
