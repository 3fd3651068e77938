"""A training of digits, kept to one core where this is run: `python -m tests.one_core <weights.npz>`."""

import os
import sys
from pathlib import Path

from looking_for.images import digits
from stages.params import NetworkParams, Train


def trained(file: Path) -> None:
    """Train, and write the weights on the way and at the end to a file."""
    from looking_for.training import loop

    images = digits.load()
    data = loop.Data.of(images, len(images.x_train))
    settings = Train(batch_size=128, learning_rate=0.001, seed=0, snapshots=6)
    network = NetworkParams(samples=1437, hidden=[300, 100], epochs=3)
    made = loop.train(data, network, 10, settings, watch=lambda *_: None)
    made.snapshots.save(file, like=made.network)


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    trained(Path(sys.argv[1]))
