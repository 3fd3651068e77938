"""How a picture votes: one drawing laid over three pictures, with the true sums."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from looking_for.core.arrays import Array, as_pixels
from looking_for.core.text import count_per_hundred, format_decimal
from looking_for.figures import palette
from looking_for.figures.canvas import GAP, LINE, MARGIN, SMALL, TEXT, WIDTH, Canvas, break_lines, fit_scale
from looking_for.figures.planes import Planes
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults

LABEL, PICTURE, SIGN = 440, 250, 110  # pixels across: words before a row, a picture, a sign between pictures
N_SAMPLES = 12  # at most, in the row above
ROW_SPACE = 34
ABOVE_MIDDLE, SIGN_ABOVE = 76, 30  # pixels: where words, and signs, begin above the middle of a row
SUM_LINE, SIGN_SIZE = 36, 52


class Vote(NamedTuple):
    """One class's score of one image by one picture: the picture (n_inputs,), what the ink adds, and the offset."""

    weights: Array
    ink: float
    offset: float

    @property
    def score(self) -> float:
        return self.ink + self.offset


class VoteRow(NamedTuple):
    """A picture's vote, what the picture is called, more about it, and what its score means, in a colour."""

    vote: Vote
    name: str
    explanation: str
    verdict: str
    level: int


class Example(NamedTuple):
    """A test image with who says what of it.

    Parameters
    ----------
    image : int
        Its number among the test images.
    x : array, shape (n_inputs,)
    answer, by_picture : int
        The class that the network gives, and the one that its composed pictures give, or their second where
        that is the same.
    exact, composed, rival : Vote
        For `answer` by the network's exact map, for it by its composed picture, and for `by_picture`.
    rival_logit : float
        What the network itself gives `by_picture`.
    """

    image: int
    x: Array
    answer: int
    by_picture: int
    exact: Vote
    composed: Vote
    rival: Vote
    rival_logit: float

    @property
    def is_overruled(self) -> bool:
        """Whether the pictures give another answer than the network."""
        return self.rival.score > self.composed.score


def choose_example(network: NetworkResults, run: RunResults) -> Example:
    """Choose one of the network's example images: one that its pictures answer otherwise, if there is one, that it
    gets right, and that they answer in their commonest way to err."""
    examples = network.pictures.examples
    x, labels = as_pixels(run.images.x_test[examples.images]), run.images.y_test[examples.images]
    answers = examples.logits.argmax(axis=1)
    by_picture = network.pictures.composed.layers[-1](x).argmax(axis=1)
    given = network.pictures.measured.predicted

    def worth(place: int) -> tuple[bool, bool, float]:
        return (
            bool(by_picture[place] != answers[place]),
            bool(answers[place] == labels[place]),
            float(given[by_picture[place]]),
        )

    return _count_votes(network, max(range(len(x)), key=worth), x)


def _count_votes(network: NetworkResults, place: int, images: Array) -> Example:
    """Count what the ink and the offset add, by the exact map and by two composed pictures."""
    examples, composed, x = network.pictures.examples, network.pictures.composed.output, images[place]
    logits = examples.logits[place].astype(float)
    answer = int(logits.argmax())
    best, second = (int(k) for k in np.argsort(-composed(x[None])[0], kind="stable")[:2])
    by_picture = best if best != answer else second
    exact = examples.maps[place][:, answer].astype(float)
    ink = float(x @ exact)

    def vote(k: int) -> Vote:
        weights = composed.weights[:, k].astype(float)
        return Vote(weights, float(x @ weights), float(composed.bias[k]))

    image = int(examples.images[place])
    return Example(
        image, x, answer, by_picture, Vote(exact, ink, float(logits[answer]) - ink), vote(answer), vote(by_picture),
        float(logits[by_picture]),
    )  # fmt: skip


def draw_vote(network: NetworkResults, run: RunResults) -> Canvas:
    """Draw one drawing × each of three pictures = its inked pixels coloured, and the score."""
    example = choose_example(network, run)
    answer, rival = run.classes[example.answer], run.classes[example.by_picture]
    canvas = Canvas()
    canvas.title(f"For this {answer}, the pictures say {rival if example.is_overruled else answer}")
    canvas.paragraph("Ink on red adds points, ink on blue takes them away, a constant is added; the most points win.")
    canvas.paragraph(f"Network: {network.label}. The upper two pictures have one colour scale, the last has its own.")
    canvas.top += 12
    _draw_samples(canvas, run)
    never = network.pictures.never_inked
    *by_picture, by_network = list_rows(example, network, run)
    half = _find_half([row.vote for row in by_picture], never)
    for row in by_picture:
        _draw_row(canvas, run, example, row, never, half)
    canvas.box(canvas.top - ROW_SPACE // 2, MARGIN, 2, WIDTH - 2 * MARGIN, palette.FAINT)
    canvas.top += ROW_SPACE // 2
    _draw_row(canvas, run, example, by_network, never, _find_half([by_network.vote], never))
    return canvas


def list_rows(example: Example, network: NetworkResults, run: RunResults) -> list[VoteRow]:
    """List the pictures that vote: of the answer, of its rival, and the network's own for this image."""
    answer, rival = run.classes[example.answer], run.classes[example.by_picture]
    is_right = example.answer == run.images.y_test[example.image]
    measured = network.pictures.measured
    share, usual = (count_per_hundred(float(s[example.by_picture])) for s in (measured.predicted, measured.answers))
    truth, rival_score = "correctly" if is_right else "wrongly", format_decimal(example.rival_logit, 1)
    winner = (f"{rival} gets more: they say {rival}", palette.ORANGE)
    if not example.is_overruled:
        winner = (f"{rival} gets less: they say {answer}", palette.GREEN)
    return [
        VoteRow(
            example.composed,
            f"The picture of {answer}",
            "all weights multiplied, the same for every image",
            f"points for {answer}",
            palette.BLACK,
        ),
        VoteRow(
            example.rival,
            f"The picture of {rival}",
            f"the pictures say {rival} for {share} of 100, the network for {usual}",
            *winner,
        ),
        VoteRow(
            example.exact,
            "What the network did",
            f"its own picture of {answer}, for this image alone",
            f"{answer} wins ({rival} gets {rival_score}), {truth}",
            palette.GREEN if is_right else palette.ORANGE,
        ),
    ]


def _draw_samples(canvas: Canvas, run: RunResults) -> None:
    """One training image of each class, in a row, so that one sees what the drawings are."""
    shape = run.images.shape
    shown = range(min(len(run.classes), N_SAMPLES))
    scale = min(
        fit_scale((shape[0], shape[1]), WIDTH - 2 * MARGIN - LABEL, len(shown), GAP), max(1, 112 // max(shape[:2]))
    )
    canvas.text("Images like these", canvas.top + 30, MARGIN, TEXT, bold=True)
    step = (WIDTH - 2 * MARGIN - LABEL) // len(shown)
    for place, k in enumerate(shown):
        of_class = np.flatnonzero(run.images.y_train == k)
        if len(of_class):
            pixels = as_pixels(run.images.x_train[of_class[:1]])[0]
            canvas.image(pixels, shape, canvas.top, MARGIN + LABEL + place * step, scale)
    canvas.top += shape[0] * scale + ROW_SPACE


def _find_half(votes: Sequence[Vote], never: Array) -> float:
    """The weight that gets full colour, of pictures on one scale."""
    return palette.half_range(np.stack([vote.weights for vote in votes], axis=1), never)


def _draw_row(canvas: Canvas, run: RunResults, example: Example, row: VoteRow, never: Array, half: float) -> None:
    """Words, the drawing, the picture, their product, the sum; ink and picture on one scale."""
    planes = Planes.choose(run.images.shape, row.vote.weights[:, None])
    scale = max(1, PICTURE // max(planes.shape))
    tall = planes.shape[0] * scale
    middle = canvas.top + tall // 2
    for n, line in enumerate([row.name, *break_lines(row.explanation, LABEL - 40, SMALL)]):
        canvas.text(line, middle - ABOVE_MIDDLE + n * LINE, MARGIN, TEXT if n == 0 else SMALL, bold=n == 0)
    left = _draw_product(canvas, run, example.x, row.vote, planes, never, half)
    _write_sum(canvas, row, left, middle)
    canvas.top += tall + ROW_SPACE


def _draw_product(
    canvas: Canvas, run: RunResults, x: Array, vote: Vote, planes: Planes, never: Array, half: float
) -> int:
    """Image × picture = inked pixels coloured; gives where the next may begin."""
    shape = run.images.shape
    scale, image_scale = max(1, PICTURE // max(planes.shape)), max(1, PICTURE // max(shape[:2]))
    wide, tall = planes.shape[1] * scale, planes.shape[0] * scale
    sign_top, left = canvas.top + tall // 2 - SIGN_ABOVE, MARGIN + LABEL
    canvas.image(x, shape, canvas.top, left, image_scale)
    left += shape[1] * image_scale
    canvas.text("×", sign_top, left + SIGN // 2, SIGN_SIZE, align="middle")
    picture = palette.signed_levels(vote.weights[:, None], never, half)
    canvas.picture(planes.tile(picture)[0], canvas.top, left + SIGN, scale)
    left += SIGN + wide
    canvas.text("=", sign_top, left + SIGN // 2, SIGN_SIZE, align="middle")
    product = palette.signed_levels((x * vote.weights)[:, None], np.zeros_like(never), half)
    canvas.box(canvas.top - 2, left + SIGN - 2, tall + 4, wide + 4, palette.FAINT)
    canvas.picture(planes.tile(product)[0], canvas.top, left + SIGN, scale)
    return left + SIGN + wide + 40


def _write_sum(canvas: Canvas, row: VoteRow, left: int, middle: int) -> None:
    lines = break_lines(row.verdict, WIDTH - MARGIN - left, TEXT, bold=True)
    for n, line in enumerate(lines):
        canvas.text(line, middle - ABOVE_MIDDLE + n * LINE, left, TEXT, bold=True, level=row.level)
    below = middle - ABOVE_MIDDLE + len(lines) * LINE + 6
    for n, (words, number) in enumerate(round_sum(row.vote).items()):
        canvas.text(f"{words} {format_decimal(number, 1)}", below + n * SUM_LINE, left, SMALL, bold=words == "score")


def round_sum(vote: Vote) -> dict[str, float]:
    """Round a vote so that what is printed adds up: the constant, a bias, is what the two rounded numbers leave.

    Examples
    --------
    >>> round_sum(Vote(np.zeros(1), 1.26, 2.07))
    {'ink': 1.3, 'constant': 2.0, 'score': 3.3}
    """
    ink, score = round(vote.ink, 1), round(vote.score, 1)
    return {"ink": ink, "constant": round(score - ink, 1), "score": score}
