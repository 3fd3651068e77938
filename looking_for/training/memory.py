"""How much memory a training needs, asked before any is taken."""

import os
from itertools import pairwise

from looking_for.core.errors import UserError
from stages.params import NetworkParams

TENSORFLOW = 700_000_000  # bytes: what an import takes
SLOTS = {"rmsprop": 1, "adam": 2, "sgd": 1}  # numbers that an optimizer keeps for each weight
GIGA = 1e9


def check(name: str, network: NetworkParams, inputs: int, classes: int, batch_size: int) -> None:
    """A UserError where a network is too large for this machine's memory."""
    needed, there = estimate(network, inputs, classes, batch_size), available()
    if needed > there:
        raise UserError(
            f"params.yaml: networks.{name}.hidden = {network.hidden} needs about {needed / GIGA:.1f} GB to "
            f"train, and this machine has {there / GIGA:.1f}: take fewer or narrower layers"
        )


def estimate(network: NetworkParams, inputs: int, classes: int, batch_size: int) -> int:
    """Bytes: of each weight, its gradient, its copy in the step and what the optimizer keeps of it."""
    sizes = [inputs, *network.hidden, classes]
    weights = sum(a * b + b for a, b in pairwise(sizes))
    return TENSORFLOW + 4 * (weights * (3 + SLOTS[network.optimizer]) + 3 * batch_size * sum(sizes))


def available() -> int:
    """Bytes of memory in this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
