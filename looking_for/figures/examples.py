"""Seeing it work: test images, the exact map that answered each, and what a surrogate has in its place."""

import numpy as np

from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.figures import palette
from looking_for.figures.canvas import LINE, MARGIN, SMALL, WIDTH, Canvas, shorten
from looking_for.figures.planes import Planes
from looking_for.results.run import NetworkResults, RunResults
from looking_for.surrogates.pictures import EXAMPLE_KINDS
from looking_for.surrogates.surrogate import rung_name

LABEL, SPACE = 400, 26
MAX_HEIGHT = 210
HEADINGS = (
    ("the image", ""),
    ("its exact map", "of the answer"),
    ("the same, less", "the runner-up"),
    ("its cluster's", "mean image"),
    ("its cluster's map", "of the answer"),
    ("composed picture", "of the answer"),
)


def draw_examples(network: NetworkResults, run: RunResults) -> Canvas:
    """Draw a row per image: what the network, the cluster's map and the composed pictures answer, and why."""
    examples = network.pictures.examples
    planes = Planes.choose(run.images.shape, examples.maps, network.pictures.composed.output.weights)
    shape = planes.shape
    columns = len(HEADINGS)
    width = (WIDTH - 2 * MARGIN - LABEL) // columns - SPACE
    scale, image_scale = (
        max(1, min(width // wide, MAX_HEIGHT // shape[0])) for wide in (shape[1], run.images.shape[1])
    )
    row = max(shape[0] * image_scale, 5 * LINE) + SPACE
    canvas = Canvas()
    canvas.title(f"{network.name} at work on test images")
    lefts = [MARGIN + LABEL + n * (width + SPACE) for n in range(columns)]
    for lines in zip(*HEADINGS, strict=True):
        for left, line in zip(lefts, lines, strict=True):
            canvas.text(line, canvas.top, left, SMALL)
        canvas.top += LINE
    canvas.top += 14
    for place in range(len(examples.images)):
        for n, line in enumerate(_words(network, run, place)):
            fitting = shorten(line, LABEL - SPACE, SMALL)
            canvas.text(fitting, canvas.top + n * LINE, MARGIN, SMALL, bold=n == 0)
        images, maps = _tiles(network, run, place)
        for column, image in images.items():
            canvas.image(image, run.images.shape, canvas.top, lefts[column], image_scale)
        for column, levels in maps.items():
            canvas.picture(planes.tile(levels)[0], canvas.top, lefts[column], scale)
        canvas.top += row
    return canvas


def describe_answers(network: NetworkResults, run: RunResults, place: int) -> dict[str, str]:
    """Say what the label, the network, the nearest cluster's map and the composed pictures say of it."""
    image = int(network.pictures.examples.images[place])
    x = as_pixels(run.images.x_test[image : image + 1])
    nearest = run.survey.clusters[run.n_clusters].nearest[image : image + 1]
    answers = {
        "label": int(run.images.y_test[image]),
        "network": int(network.pictures.examples.logits[place].argmax()),
        "cluster": int(network.pictures.maps.by_cluster[run.n_clusters].predict(x, nearest).argmax()),
        "composed": int(network.pictures.composed.layers[-1](x).argmax()),
    }
    return {who: run.classes[k] for who, k in answers.items()}


def _words(network: NetworkResults, run: RunResults, place: int) -> list[str]:
    answers = describe_answers(network, run, place)
    kind = EXAMPLE_KINDS[int(network.pictures.examples.kinds[place])]
    return [
        kind[0].upper() + kind[1:],
        f"network: {answers['network']}",
        f"label: {answers['label']}",
        f"cluster's map: {answers['cluster']}",
        f"composed: {answers['composed']}",
    ]


def _tiles(network: NetworkResults, run: RunResults, place: int) -> tuple[dict[int, Array], dict[int, Array]]:
    """The row's images, of 0…1, and the levels of its maps, each by its column; maps have their own scale, so that
    each shows its form."""
    pictures = network.pictures
    never, examples = pictures.never_inked, pictures.examples
    image = int(examples.images[place])
    answer, second = np.argsort(-examples.logits[place], kind="stable")[:2]
    clusters = run.survey.clusters[run.n_clusters]
    nearest = int(clusters.nearest[image])
    maps = [
        examples.maps[place][:, answer],
        examples.maps[place][:, answer] - examples.maps[place][:, second],
        pictures.maps.by_cluster[run.n_clusters].maps[nearest][:, answer],
        centred(pictures.composed.layers[-1].weights)[:, answer],
    ]
    exact, margin, cluster_map, composed = (
        palette.signed_levels(m[:, None], never, palette.half_range(m[:, None], never))[0] for m in maps
    )
    shown = as_pixels(run.images.x_test[image : image + 1])[0]
    return {0: shown, 3: clusters.means[nearest]}, {1: exact, 2: margin, 4: cluster_map, 5: composed}


def failing_examples(network: NetworkResults, run: RunResults) -> list[dict[str, str]]:
    """Say what was answered on the examples on which the cluster's map fails."""
    kinds = network.pictures.examples.kinds
    return [describe_answers(network, run, int(place)) for place in np.flatnonzero(kinds == len(EXAMPLE_KINDS) - 1)]


def examples_rung(run: RunResults) -> str:
    """Name the rung that the clusters' maps in the figure belong to."""
    return rung_name("exact_maps", run.n_clusters)
