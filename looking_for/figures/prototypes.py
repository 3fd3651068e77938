"""The fitted pictures: those trained to copy a network's logits, with the images that each answers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.imageset import Shape
from looking_for.core.text import format_count, format_percent
from looking_for.figures import palette
from looking_for.figures.canvas import GAP, LINE, MARGIN, SMALL, WIDTH, Canvas, enlarge_scale, label_width
from looking_for.figures.grid import MAX_CLASSES, first_classes_note
from looking_for.figures.planes import Planes
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults
from looking_for.surrogates.maps import FittedPrototypes
from looking_for.surrogates.surrogate import rung_name

FOOT = 50
ACROSS, MAX_SHOWN = 12, 6
MAX_SCALE = 8
MIN_SHARE = 0.001


@dataclass(frozen=True)
class Page:
    """A network's pictures of one number per class, and the scale at which images are drawn."""

    network: NetworkResults
    fitted: FittedPrototypes
    image: Shape
    planes: Planes
    scale: int

    @property
    def step(self) -> tuple[int, int]:
        """How far down and across from one tile to the next."""
        height, width = self.planes.shape
        return height * self.scale + GAP, width * self.scale + self.planes.gap

    @cached_property
    def half(self) -> float:
        """The weight that gets full colour."""
        return palette.half_range(self.fitted.weights, self.network.pictures.never_inked)

    def pair(self, canvas: Canvas, picture: int, top: int, left: int) -> None:
        """A mean image, under it the picture, and the share of images that it answers."""
        (down, across), form = self.step, self.fitted.means[picture]
        weights = self.fitted.weights[:, picture : picture + 1]
        levels = palette.signed_levels(weights, self.network.pictures.never_inked, self.half)
        canvas.image(form, self.image, top, left, self.scale)
        canvas.picture(self.planes.tile(levels)[0], top + down, left, self.scale)
        share = format_percent(round(float(self.fitted.shares[picture]), 4))
        canvas.text(share, top + 2 * down, left + across // 2, SMALL - 3, align="middle")


def draw_prototypes(network: NetworkResults, number: int, run: RunResults) -> Canvas:
    """Draw for each class the pictures that answer images, the most used first; all on one scale.

    Above each picture the mean of the training images that it answers, below it their share.
    """
    fitted = network.pictures.fitted[number]
    planes = Planes.choose(run.images.shape, fitted.weights)
    shape = planes.shape
    classes = run.classes[:MAX_CLASSES]
    chosen = [choose_shown(fitted, k) for k in range(len(classes))]
    most = max(map(len, chosen))
    blocks = max(1, min(ACROSS // most, len(classes)))
    label, wide = label_width(classes), (WIDTH - 2 * MARGIN) // blocks
    scale = max(1, min(enlarge_scale(MAX_SCALE, shape), ((wide - label) // most - planes.gap) // shape[1]))
    page = Page(network, fitted, run.images.shape, planes, scale)
    canvas = Canvas()
    part = first_classes_note(len(run.classes), MAX_CLASSES)
    canvas.title(f"Pictures that imitate the network ({network.label}){part}")
    canvas.paragraph(_words(page, number, np.concatenate(chosen)))
    canvas.scale_bar(page.half, canvas.top, WIDTH - MARGIN)
    canvas.top += LINE
    for start in range(0, len(classes), blocks):
        for block, k in enumerate(range(start, min(start + blocks, len(classes)))):
            left = MARGIN + block * wide
            canvas.label(classes[k], canvas.top, left, label - 4 * GAP, 2 * page.step[0])
            for place, picture in enumerate(chosen[k]):
                page.pair(canvas, int(picture), canvas.top, left + label + place * page.step[1])
        canvas.top += 2 * page.step[0] + FOOT
    return canvas


def choose_shown(fitted: FittedPrototypes, k: int) -> Array:
    """Choose a class's most used pictures that answer one image in a thousand; one at least."""
    of_class = np.flatnonzero(fitted.classes == k)
    often = of_class[fitted.shares[of_class] >= MIN_SHARE]
    return often[:MAX_SHOWN] if len(often) else of_class[:1]


def _words(page: Page, number: int, drawn: Array) -> str:
    fitted, rung = page.fitted, page.network.ladder[rung_name("fitted", number)]
    n_pictures = len(fitted.classes)
    answered = format_percent(round(float(fitted.shares[drawn].sum()), 4))
    rest = f" Shown: the most used, for {answered} of the images." if n_pictures > len(drawn) else ""
    return (
        f"{format_count(n_pictures, 'picture')}, at most {number} per class, trained to copy its scores; the highest "
        f"score speaks for its class. They give {format_percent(rung.agreement.value)} of its answers and explain "
        f"{format_percent(rung.explained.value)} of how its scores vary. Above each picture: the average of the "
        f"images that it answers. Below: their share of all images.{rest} Sand was never inked. {page.planes.words}"
    )
