"""A training of digits, kept to one core where this is run: `python -m tests.training.one_core <weights.npz>`."""

import os
import sys
from pathlib import Path

from looking_for.images.sources import load_scikit_digits
from looking_for.networks.recipe import Recipe, TrainSettings


def trained(file: Path) -> None:
    """Train, and write the weights on the way and at the end to a file."""
    from looking_for.training import loop

    images = load_scikit_digits()
    data = loop.TrainingData.from_samples(images, len(images.x_train))
    settings = TrainSettings(batch_size=128, learning_rate=0.001, seed=0, snapshots=6)
    network = Recipe(samples=1437, hidden=[300, 100], epochs=3, keep_picture=0.05)
    given = loop.train_network(data, network, 10, settings, on_epoch_end=lambda *_: None)
    given.snapshots.save(file)


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    trained(Path(sys.argv[1]))
