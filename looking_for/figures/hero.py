"""The first figure of a report: one class's picture along the training, and how often the pictures still answer as
their network does."""

import numpy as np

from looking_for.core.text import count_per_hundred, format_percent
from looking_for.figures import palette
from looking_for.figures.canvas import GAP, LINE, MARGIN, SMALL, TEXT, WIDTH, Canvas, break_lines, fit_size, text_width
from looking_for.figures.planes import Planes
from looking_for.results.choices import class_shown, networks_along
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults
from looking_for.results.verdicts import Status, trace_course

N_MOMENTS = 4
LABEL = 310  # pixels before a row
PICTURE = 196  # pixels of a picture's longer side
SIDE, N_SIDE = 16, 10  # of a square in pixels, and squares along each side of a hundred
SQUARE_GAP = 3
ROW_SPACE = 44
COLOURS = (palette.BLUE, palette.ORANGE, palette.GREEN)


def draw_hero(run: RunResults) -> Canvas:
    """Draw a row per network and a column per moment: the picture of one class, and of 100 test images those which
    all the pictures answer as the network does."""
    networks, k = networks_along(run), class_shown(run.classes)
    moments = choose_moments(networks)
    canvas = Canvas()
    canvas.title(write_title(run))
    what = f"Multiply all the weights together and every {run.noun} gets one picture. How often do the"
    canvas.paragraph(f"{what} {len(run.classes)} pictures give the network's own answer?")
    canvas.top += 16
    step = (WIDTH - 2 * MARGIN - LABEL) // N_MOMENTS
    for column, words in enumerate(name_moments(networks, moments)):
        left = MARGIN + LABEL + column * step
        canvas.text(words, canvas.top, left, TEXT, bold=True)
    canvas.top += 54
    planes = Planes.choose(run.images.shape, *(n.pictures.output_pictures for n in networks))
    for n, network in enumerate(networks):
        _draw_label(canvas, network, COLOURS[n % len(COLOURS)])
        for column, moment in enumerate(moments[n]):
            _draw_moment(
                canvas, network, (moment, k), planes, MARGIN + LABEL + column * step, COLOURS[n % len(COLOURS)]
            )
        canvas.top += PICTURE + 92 + ROW_SPACE
    _draw_legend(canvas, run.classes[k])
    return canvas


def write_title(run: RunResults) -> str:
    """The finding, as far as this run shows it."""
    n_tests, k = len(run.images.x_test), class_shown(run.classes)
    courses = [c for n in networks_along(run) if (c := trace_course(n, n_tests))]
    article = "an" if run.classes[k][:1].lower() in ("a", "e", "i", "o", "u", "8") else "a"
    subject = f"{article} {run.classes[k]}" if run.is_article_data else run.classes[k]
    if gone := [c.network for c in courses if c.status == Status.OUTGREW]:
        return f"With {gone[0].label} the picture still looks like {subject}. The network has moved on."
    if courses and all(c.status in (Status.KEPT, Status.SLIPPED) for c in courses):
        return "The picture stays what the network does"
    return f"The picture of {subject}, as the network learns"


def choose_moments(networks: list[NetworkResults]) -> list[list[int]]:
    """Choose for each network the places of its snapshots that are shown: the first, the last, and between them the
    same numbers of updates for all: when the pictures of one without a penalty agreed most, and halfway to the end on
    a logarithmic axis."""
    shared = set.intersection(*({s.updates for s in n.truth[1:-1]} for n in networks)) - {0}
    free = [n for n in networks if not n.is_penalised] or networks
    best = max(free[-1].truth[1:], key=lambda snapshot: snapshot.agreement_half_1).updates
    last = min(n.truth[-1].updates for n in networks)
    targets = best, (best * last) ** 0.5
    chosen = sorted({min(shared, key=lambda u: abs(np.log(u / t))) for t in targets}) if shared else []
    places = []
    for network in networks:
        updates = [s.updates for s in network.truth]
        places.append([0, *(updates.index(u) for u in chosen), len(updates) - 1])
    return places


def name_moments(networks: list[NetworkResults], moments: list[list[int]]) -> list[str]:
    """Say when each column is: by updates, which the last has in common only nearly, or not at all."""
    ends = [n.truth[-1].updates for n in networks]
    words = [f"{networks[0].truth[place].updates:,} steps" for place in moments[0][:-1]]
    words[0] = "before training" if networks[0].truth[0].updates == 0 else words[0]
    alike = max(ends) - min(ends) <= 0.01 * max(ends)
    end = f"{ends[0]:,}" if len(set(ends)) == 1 else f"about {float(f'{min(ends):.2g}'):,.0f}"
    return [*words, f"{end} steps" if alike else "at the end"]


def _draw_label(canvas: Canvas, network: NetworkResults, colour: int) -> None:
    """The number of images large, what else there is to say of the network below."""
    first, _, rest = network.label.partition(", ")
    number, _, what = first.partition(" ")
    has_number = number.replace(",", "").isdigit()
    big = number if has_number else first
    canvas.text(big, canvas.top + 40, MARGIN, fit_size(big, LABEL - 40, 60, SMALL, bold=True), bold=True, level=colour)
    lines = [f"training {what}"] if has_number else []
    for n, line in enumerate([*lines, *(break_lines(rest, LABEL - 40, SMALL) if rest else [])]):
        canvas.text(line, canvas.top + 112 + n * 36, MARGIN, SMALL)


def _draw_moment(
    canvas: Canvas, network: NetworkResults, place: tuple[int, int], planes: Planes, left: int, colour: int
) -> None:
    """One class's picture at one snapshot, beside it a hundred squares, below them two shares in words."""
    moment, k = place
    weights, never = network.pictures.output_pictures[moment], network.pictures.never_inked
    levels = palette.levels_on_own_scale(weights, never)[k]
    scale = max(1, PICTURE // max(planes.shape))
    picture = planes.tile(levels)[0]
    canvas.picture(picture, canvas.top, left, scale)
    snapshot, beside = network.truth[moment], left + picture.shape[1] * scale + 4 * GAP
    same = count_per_hundred(snapshot.agreement)
    draw_squares(canvas, same, canvas.top, beside, colour)
    below = canvas.top + PICTURE + 12
    canvas.text(f"same answer: {same} of 100", below, left, SMALL, bold=True, level=colour)
    canvas.text(f"network is right: {format_percent(snapshot.accuracy)}", below + 38, left, SMALL, level=palette.QUIET)


def draw_squares(canvas: Canvas, n_filled: int, top: int, left: int, colour: int) -> None:
    """Draw a hundred squares, so many of them filled."""
    for n in range(N_SIDE * N_SIDE):
        down, across = divmod(n, N_SIDE)
        step = SIDE + SQUARE_GAP
        level = colour if n < n_filled else palette.FAINT
        canvas.box(top + down * step, left + across * step, SIDE, SIDE, level)


def _draw_legend(canvas: Canvas, name: str) -> None:
    """What the four colours of a picture say."""
    red, blue = palette.SIGNED_LEVELS - 9, 8
    meanings = {
        red: f"ink here counts for {name}",
        blue: "against it",
        palette.WHITE: "makes no difference",
        palette.NEVER_INKED: "never inked in training",
    }
    left = MARGIN
    for level, text in meanings.items():
        canvas.box(canvas.top, left, 30, 30, palette.QUIET)
        canvas.box(canvas.top + 2, left + 2, 26, 26, level)
        canvas.text(text, canvas.top, left + 44, SMALL)
        left += 44 + text_width(text, SMALL) + 56
    canvas.text("each picture on its own scale", canvas.top, WIDTH - MARGIN, SMALL, align="right", level=palette.QUIET)
    canvas.top += LINE
