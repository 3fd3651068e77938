"""The course of a training as a table for `dvc plots`."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from looking_for.core.tables import save_table

COLUMNS = ("epoch", "updates", "accuracy", "train_accuracy", "loss", "train_loss")


class Score(NamedTuple):
    """Mean cross-entropy (nats) and share of right answers over some images."""

    loss: float
    accuracy: float


class EpochScores(NamedTuple):
    """One line of the history: scores on training and test images after so many epochs and updates."""

    epoch: int
    updates: int
    train: Score
    test: Score


def save_history(path: Path, epochs: Sequence[EpochScores]) -> None:
    """Write the history as CSV: a row per epoch that was logged, scores with four digits."""
    rows = []
    for e in epochs:
        scores = (e.test.accuracy, e.train.accuracy, e.test.loss, e.train.loss)
        cells: list[str | int] = [e.epoch, e.updates, *(f"{score:.4f}" for score in scores)]
        rows.append(dict(zip(COLUMNS, cells, strict=True)))
    save_table(path, COLUMNS, rows)
