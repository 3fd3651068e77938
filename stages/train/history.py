"""The course of a training: a table for `dvc plots`, a bar on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Sequence

from tqdm import tqdm

from stages import console
from stages.train.training import Row, Watcher

COLUMNS = "epoch,accuracy,train_accuracy,loss,train_loss"


def table(rows: Sequence[Row]) -> str:
    """The history as CSV: a row an epoch that was logged."""
    lines = [
        f"{row.epoch},{row.test.accuracy:.4f},{row.train.accuracy:.4f},"
        f"{row.test.loss:.4f},{row.train.loss:.4f}"
        for row in rows
    ]
    return "\n".join([COLUMNS, *lines]) + "\n"


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
        console.say(
            f"{name}: epoch {row.epoch}/{epochs}  loss {row.train.loss:.4f}  "
            f"test loss {row.test.loss:.4f}  test accuracy {row.test.accuracy:.4f}"
        )
