"""How much memory a training needs, asked before any is taken."""

from itertools import pairwise

from looking_for.core import memory
from looking_for.core.errors import UserError
from looking_for.networks.recipe import Recipe

TENSORFLOW_BYTES = 700_000_000  # what an import takes
N_SLOTS = {"rmsprop": 1, "adam": 2, "sgd": 1}  # numbers that an optimizer keeps for each weight


def check_memory(name: str, recipe: Recipe, n_inputs: int, n_classes: int, batch_size: int) -> None:
    """Raise a UserError where a network is too large for this machine's memory."""
    needed, available = estimate_bytes(recipe, n_inputs, n_classes, batch_size), memory.available_bytes()
    if needed > available:
        raise UserError(
            f"params.yaml: networks.{name}.hidden = {recipe.hidden} needs about {needed / memory.GIGABYTE:.1f} GB "
            f"to train, and this machine has {available / memory.GIGABYTE:.1f}: take fewer or narrower layers"
        )


def estimate_bytes(recipe: Recipe, n_inputs: int, n_classes: int, batch_size: int) -> int:
    """Count each weight, its gradient, its copy in the step and what the optimizer keeps of it."""
    sizes = [n_inputs, *recipe.hidden, n_classes]
    n_weights = sum(a * b + b for a, b in pairwise(sizes))
    per_weight = 3 + N_SLOTS[recipe.optimizer]
    return TENSORFLOW_BYTES + 4 * (n_weights * per_weight + 3 * batch_size * sum(sizes))
