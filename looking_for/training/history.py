"""The course of a training: a table for `dvc plots`, a bar on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from looking_for.core import files
from looking_for.training.loop import Row, Watcher
from stages import _cli

COLUMNS = ("epoch", "updates", "accuracy", "train_accuracy", "loss", "train_loss")


def save(path: Path, rows: Sequence[Row]) -> None:
    """Write the history as CSV: a row an epoch that was logged."""
    files.save_table(path, COLUMNS, [_cells(row) for row in rows])


def _cells(row: Row) -> dict[str, str | int]:
    scores = (row.test.accuracy, row.train.accuracy, row.test.loss, row.train.loss)
    cells: list[str | int] = [row.epoch, row.updates, *(f"{score:.4f}" for score in scores)]
    return dict(zip(COLUMNS, cells, strict=True))


def watcher(name: str) -> Watcher:
    """What training calls after each epoch: it moves a bar where a person looks on, else prints."""
    if not sys.stderr.isatty():
        return lambda epochs, row: _print(name, epochs, row)
    bar = tqdm(desc=name, unit="epoch")

    def move(epochs: int, row: Row | None) -> None:
        bar.total = epochs
        if row is None or row.epoch:
            bar.update()
        if row is not None:
            bar.set_postfix(accuracy=f"{row.test.accuracy:.4f}", loss=f"{row.test.loss:.4f}")

    return move


def _print(name: str, epochs: int, row: Row | None) -> None:
    if row is not None:
        _cli.say(
            f"{name}: epoch {row.epoch}/{epochs}  loss {row.train.loss:.4f}  "
            f"test loss {row.test.loss:.4f}  test accuracy {row.test.accuracy:.4f}"
        )
