"""The fewest pictures: those fitted to a network's logits, with the images that each answers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from looking_for.core.arrays import Array
from looking_for.figures import palette
from looking_for.figures.canvas import GAP, MARGIN, OUTLINE_AT, SMALL, WIDTH, Canvas, enlarged, label_width
from looking_for.figures.grid import MOST_CLASSES, first_of
from looking_for.results.run import Facts, Run
from looking_for.results.text import count, decimal, percent
from looking_for.surrogates.ladder import numbered
from looking_for.surrogates.maps import Fitted

FOOT = 50
ACROSS, MOST_SHOWN = 12, 6
MOST_SCALE = 8
LEAST_SHARE = 0.001


@dataclass(frozen=True)
class Page:
    """A network's pictures of one number a class, and the scale at which images are drawn."""

    network: Facts
    found: Fitted
    shape: tuple[int, int]
    scale: int

    @property
    def step(self) -> tuple[int, int]:
        """How far down and across from one tile to the next."""
        return self.shape[0] * self.scale + GAP, self.shape[1] * self.scale + GAP

    @cached_property
    def half(self) -> float:
        """The weight that gets full colour."""
        return palette.half_range(self.found.map.weights, self.network.pictures.never_inked)

    def pair(self, canvas: Canvas, picture: int, top: int, left: int) -> None:
        """A mean image, under it the picture with the image's outline, and the share that it answers."""
        (down, across), form = self.step, self.found.means[picture].reshape(self.shape)
        weights = self.found.map.weights[:, picture : picture + 1]
        levels = palette.signed(weights, self.network.pictures.never_inked, self.half)
        canvas.picture(palette.ink(form), top, left, self.scale)
        canvas.picture(levels.reshape(self.shape), top + down, left, self.scale)
        if form.any():
            canvas.outline(form > OUTLINE_AT * form.max(), top + down, left, self.scale)
        share = percent(round(float(self.found.shares[picture]), 4))
        canvas.text(share, top + 2 * down, left + across // 2, SMALL - 3, align="middle")


def draw(network: Facts, number: int, run: Run) -> Canvas:
    """For each class the pictures that answer images, the most used first; all on one scale.

    Above each picture the mean of the training images that it answers, below it their share.
    """
    found, shape = network.pictures.fitted[number], run.images.shape
    classes = run.classes[:MOST_CLASSES]
    chosen = [shown(found, k) for k in range(len(classes))]
    most = max(map(len, chosen))
    blocks = max(1, min(ACROSS // most, len(classes)))
    label, wide = label_width(classes), (WIDTH - 2 * MARGIN) // blocks
    scale = max(1, min(enlarged(MOST_SCALE, shape), ((wide - label) // most - GAP) // shape[1]))
    page = Page(network, found, shape, scale)
    canvas = Canvas()
    part = first_of(len(run.classes), MOST_CLASSES)
    canvas.title(f"{network.name}: its fewest pictures ({network.training_words}){part}")
    canvas.paragraph(_words(page, number, np.concatenate(chosen)))
    canvas.top += 10
    for start in range(0, len(classes), blocks):
        for block, k in enumerate(range(start, min(start + blocks, len(classes)))):
            left = MARGIN + block * wide
            canvas.label(classes[k], canvas.top, left, label - 4 * GAP, 2 * page.step[0])
            for place, picture in enumerate(chosen[k]):
                page.pair(canvas, int(picture), canvas.top, left + label + place * page.step[1])
        canvas.top += 2 * page.step[0] + FOOT
    return canvas


def shown(found: Fitted, k: int) -> Array:
    """A class's most used pictures that answer one image in a thousand; one at least."""
    own = np.flatnonzero(found.map.classes == k)
    often = own[found.shares[own] >= LEAST_SHARE]
    return often[:MOST_SHOWN] if len(often) else own[:1]


def _words(page: Page, number: int, drawn: Array) -> str:
    found, rung = page.found, page.network.ladder[numbered("fitted", number)]
    left = len(found.map.classes)
    answered = percent(round(float(found.shares[drawn].sum()), 4))
    rest = (
        f" The {count(len(drawn), 'picture')} shown answer {answered} of them." if left > len(drawn) else ""
    )
    return (
        f"{count(left, 'picture')}, {number} a class at most, fitted to the logits: a class scores what "
        f"its strongest picture says. They explain {decimal(rung.explained.value)} and agree on "
        f"{percent(rung.agreement.value)}. Above each picture the mean of the training images that it "
        f"answers, being the strongest of all; below, their share.{rest} Red speaks for the class, blue "
        f"against it, full colour from ±{page.half:.2g}; white is 0, sand is never inked."
    )
