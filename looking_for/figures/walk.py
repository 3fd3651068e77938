"""The article's walk through the layers: some units of each and the classes, after few images and after many."""

import numpy as np

from looking_for.core.arrays import Array
from looking_for.figures import palette
from looking_for.figures.canvas import GAP, LINE, MARGIN, SMALL, TEXT, WIDTH, Canvas, break_lines
from looking_for.figures.planes import Planes
from looking_for.results.choices import few_and_many
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults
from looking_for.results.structure import MIN_STRUCTURE, measure_structure

N_SHOWN, LABEL = 12, 300  # pictures side by side, at most; pixels for the words before them
MAX_LAYERS = 2  # hidden layers shown: the first and the last
ROW_SPACE = 16


def networks_walked(run: RunResults) -> list[NetworkResults]:
    """Choose whose layers are shown: few images and many, or else the featured network, if they have pictures."""
    chosen = list(few_and_many(run) or [n for n in (run.featured, *run.compared) if n][:1])
    return [n for n in chosen if n.architecture.is_dense]


def draw_walk(run: RunResults) -> Canvas:
    """Draw for each layer a row per network: its most influential units; then the output pictures."""
    networks = networks_walked(run)
    canvas = Canvas()
    canvas.title(write_title(run, networks))
    canvas.paragraph(
        "Each small picture is one unit: ink on red raises it, ink on blue lowers it; sand was never inked. "
        "Each row has its own scale."
    )
    canvas.top += 10
    depth = min(len(n.widths) for n in networks)
    for layer in sorted({0, depth - 1} if depth else set())[:MAX_LAYERS]:
        heading = f"Layer {layer + 1}: the {N_SHOWN} units with most influence on the outputs"
        pictures = [strongest_units(n, layer) for n in networks]
        _draw_group(canvas, run, heading, networks, pictures)
    outputs = [n.pictures.composed.output.weights[:, :N_SHOWN] for n in networks]
    canvas.text(f"Outputs: one picture per {run.noun}", canvas.top, MARGIN, TEXT, bold=True)
    canvas.top += LINE + 6
    step = (WIDTH - 2 * MARGIN - LABEL) // N_SHOWN
    wide = picture_width(Planes.choose(run.images.shape, outputs[0]), step)
    for place, name in enumerate(run.classes[:N_SHOWN]):
        canvas.label(name, canvas.top, MARGIN + LABEL + place * step, wide)
    canvas.top += LINE + 6
    _draw_rows(canvas, run, networks, outputs)
    return canvas


def write_title(run: RunResults, networks: list[NetworkResults]) -> str:
    """The finding, as far as this run shows it: whether first layers of more images are less like noise."""
    if len(networks) == 2 and all(n.widths for n in networks):
        few, many = (measure_structure(n, 0, run.images.shape) for n in networks)
        if few < MIN_STRUCTURE <= many:
            return "With few images layer 1 still looks like its random start; with many it shows some strokes"
    return f"From the first layer to the {run.noun}s"


def strongest_units(network: NetworkResults, layer: int) -> Array:
    """Take the pictures (n_inputs, n_units) of a layer's most influential units."""
    order = np.argsort(-network.pictures.units[layer].influence, kind="stable")[:N_SHOWN]
    return network.pictures.composed.layers[layer].weights[:, order]


def picture_scale(planes: Planes, step: int) -> int:
    """Give the scale of a picture where one stands every `step` pixels."""
    return max(1, (step - 2 * GAP) // max(planes.shape))


def picture_width(planes: Planes, step: int) -> int:
    """Give the width of such a picture, in pixels of the page."""
    return planes.shape[1] * picture_scale(planes, step)


def _draw_group(
    canvas: Canvas, run: RunResults, heading: str, networks: list[NetworkResults], pictures: list[Array]
) -> None:
    canvas.text(heading, canvas.top, MARGIN, TEXT, bold=True)
    canvas.top += LINE + 6
    _draw_rows(canvas, run, networks, pictures)


def _draw_rows(canvas: Canvas, run: RunResults, networks: list[NetworkResults], pictures: list[Array]) -> None:
    for network, weights in zip(networks, pictures, strict=True):
        never, planes = network.pictures.never_inked, Planes.choose(run.images.shape, weights)
        step = (WIDTH - 2 * MARGIN - LABEL) // N_SHOWN
        scale = picture_scale(planes, step)
        levels = planes.tile(palette.levels_on_own_scale(weights, never))
        tall = planes.shape[0] * scale
        lines = break_lines(network.label, LABEL - 20, SMALL)
        for n, line in enumerate(lines):
            canvas.text(line, canvas.top + (tall - LINE * len(lines)) // 2 + n * LINE, MARGIN, SMALL)
        for place, level in enumerate(levels):
            canvas.picture(level, canvas.top, MARGIN + LABEL + place * step, scale)
        canvas.top += tall + ROW_SPACE
    canvas.top += ROW_SPACE
