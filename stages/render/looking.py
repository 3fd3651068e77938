"""The ways-of-looking figure: a class a row, what composing shows, and what the network looks for."""

from collections.abc import Mapping

import numpy as np

from stages.arrays import Array
from stages.render import views
from stages.render.canvas import MARGIN, SMALL, TITLE, WIDTH, Canvas
from stages.render.facts import Facts

LABEL, GAP = 70, 8
HEAD = 270
BIG = 1.4
OUTLINE_AT = 0.4


def shown_ways(tried: list[int], most: int) -> int:
    """The largest number of ways tried that fits into a row of `most`, or else the smallest tried."""
    return max((w for w in tried if w <= most), default=min(tried))


def ways(
    network: Facts, survey: Mapping[str, Array], shape: tuple[int, int], classes: list[str], number: int
) -> Canvas:
    """For each class: its composed picture, its mean exact map, then its groups, largest first.

    Each group stands as its mean image over its exact map, on which the image's outline is drawn, so
    that one sees whether the map follows the form. The maps share one scale.
    """
    maps, of_class = network.arrays[f"maps_{number}"], survey[f"classes_{number}"]
    composed = network.output_centred
    called, never = network.arrays["called_map"], network.never_inked
    halves = [views.half_range(w, never) for w in (composed, maps)]
    small, big = _scales(shape, number)
    tall = 2 * (shape[0] * small + GAP)
    row = tall + 3 * GAP
    canvas = Canvas(HEAD + len(classes) * row + MARGIN)
    lefts = _head(canvas, network, shape, number, halves)

    means = views.ink(survey[f"means_{number}"])
    columns = [views.signed(w, never, h) for w, h in ((composed, halves[0]), (called, halves[1]))]
    group_maps = views.signed(maps, never, halves[1])
    for k, name in enumerate(classes):
        top = HEAD + k * row
        canvas.text(name, top + tall // 2 - 24, MARGIN + LABEL // 2 - 10, TITLE, align="middle", bold=True)
        for left, pictures in zip(lefts[:2], columns, strict=True):
            middle = top + (tall - shape[0] * big) // 2
            canvas.picture(pictures[k].reshape(shape), middle, left, big)
        for n, group in enumerate(np.flatnonzero(of_class == k)):
            left = lefts[2] + n * (shape[1] * small + GAP)
            canvas.picture(means[group].reshape(shape), top, left, small)
            lower = top + shape[0] * small + GAP
            canvas.picture(group_maps[group].reshape(shape), lower, left, small)
            form = survey[f"means_{number}"][group].reshape(shape)
            canvas.outline(form > OUTLINE_AT * form.max(), lower, left, small)
    return canvas


def _scales(shape: tuple[int, int], number: int) -> tuple[int, int]:
    """The largest scales of the groups and of the two pictures before them that fit the width."""
    for small in range(40, 1, -1):
        big = max(1, int(small * BIG))
        width = 2 * MARGIN + LABEL + 2 * (shape[1] * big + 3 * GAP) + number * (shape[1] * small + GAP)
        if width <= WIDTH and 2 * (shape[0] * small + GAP) <= 400:
            return small, big
    return 1, 1


def _head(
    canvas: Canvas, network: Facts, shape: tuple[int, int], number: int, halves: list[float]
) -> list[int]:
    """Write the headings; gives the left edges of the two big columns and of the groups."""
    _, big = _scales(shape, number)
    lefts = [MARGIN + LABEL + i * (shape[1] * big + 3 * GAP) for i in range(3)]
    agree = network.compose["agreement_by_ways"]
    canvas.title(f"{network.name}: what it looks for, {number} ways a class ({network.training_words})")
    share = f"agrees {network.compose['agreement']:.0%}"
    for left, lines in zip(
        lefts,
        [
            ("composed", share, f"±{halves[0]:.2g}"),
            ("mean exact", "if called so", f"±{halves[1]:.2g}"),
            (
                f"its {number} groups, largest first: above the mean image, below its exact map "
                f"with the image's outline, ±{halves[1]:.2g}",
                f"these pictures give {agree[str(number)]:.1%} of the network's answers on test images",
                "red speaks for the class, blue against it, white is 0, sand is never inked",
            ),
        ],
        strict=True,
    ):
        for n, line in enumerate(lines):
            canvas.text(line, MARGIN + 80 + 46 * n, left, SMALL)
    return lefts
