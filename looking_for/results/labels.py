"""What people call a network: by what it was trained on, and by what sets it apart from the others of its run."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import PurePath
from typing import Any

from looking_for.core.text import format_count
from looking_for.networks.recipe import Recipe

SAME_LENGTH = 0.01  # trainings whose updates differ by no more, relatively, are as long as each other
NAMED_SETTINGS = (
    "activation", "optimizer", "momentum", "weight_decay", "dropout", "input_noise", "batch_normalisation",
    "linear_path", "initial_scale",
)  # fmt: skip


def label_networks(
    recipes: Mapping[str, Recipe], files: Mapping[str, str], given: Mapping[str, str], n_images: int, batch_size: int
) -> dict[str, str]:
    """Name every network in words of the reader, such as "60,000 images, no hidden layer".

    Parameters
    ----------
    recipes : mapping from str to Recipe
        The networks trained here, by their keys.
    files : mapping from str to str
        The files of imported networks.
    given : mapping from str to str
        Labels that people chose; they are taken as they are.
    n_images : int
        How many training images there are, which no recipe can exceed.

    Returns
    -------
    dict from str to str
        By key, unique: a network that its recipe does not tell from another is called by its key.

    Examples
    --------
    >>> deep, flat = Recipe(500, [12], 3), Recipe(500, [], 3)
    >>> label_networks({"few": deep, "flat": flat}, {}, {}, 1000, 32)
    {'few': '500 images', 'flat': '500 images, no hidden layer'}
    """
    trainings = {name: _Training(recipe, min(recipe.samples, n_images), batch_size) for name, recipe in recipes.items()}
    computed = {name: _describe(name, trainings) for name in recipes} | {n: PurePath(f).name for n, f in files.items()}
    labels = {**computed, **given}
    taken = list(labels.values())
    return {name: words if name in given or taken.count(words) == 1 else name for name, words in labels.items()}


def bracket_label(label: str) -> str:
    """Give a label as it stands in a list, whose commas would be taken for its own.

    Examples
    --------
    >>> bracket_label("60,000 images, no hidden layer")
    '60,000 images (no hidden layer)'
    """
    first, _, rest = label.partition(", ")
    return f"{first} ({rest})" if rest else label


def describe_network(label: str) -> str:
    """Give a label as it stands in a sentence.

    Examples
    --------
    >>> describe_network("60,000 images, no hidden layer")
    'the 60,000-image network (no hidden layer)'
    >>> describe_network("untrained"), describe_network("mine.onnx")
    ('the untrained network', 'the network mine.onnx')
    """
    first, _, rest = label.partition(", ")
    if number := re.fullmatch(r"([\d,]+) images?", first):
        words = f"the {number[1]}-image network"
    elif first == "untrained":
        words = "the untrained network"
    else:
        return f"the network {label}"
    return f"{words} ({rest})" if rest else words


class _Training:
    """A recipe with what follows from the data: how many images it sees, in how many updates."""

    def __init__(self, recipe: Recipe, samples: int, batch_size: int) -> None:
        self.recipe, self.samples = recipe, samples
        self.updates = recipe.epochs * -(-samples // batch_size)

    @property
    def first_words(self) -> str:
        return format_count(self.samples, "image") if self.recipe.epochs else "untrained"


def _describe(name: str, trainings: Mapping[str, _Training]) -> str:
    """Name one network: its images, then by what it differs from the plainest network of as many."""
    mine = trainings[name]
    rivals = [f for f in trainings.values() if f.first_words == mine.first_words]
    plainest = min(rivals, key=lambda f: len(_oddities(f.recipe)))
    words = [mine.first_words]
    if mine is not plainest:
        words += _differences(mine, plainest, list(trainings.values()))
    return ", ".join(words)


def _oddities(recipe: Recipe) -> list[str]:
    """The settings in which a recipe is not the default; no hidden layer counts as one."""
    odd = [f.name for f in fields(Recipe) if f.default is False or f.name in (*NAMED_SETTINGS, "keep_picture", "seed")]
    defaults: dict[str, Any] = {f.name: f.default for f in fields(Recipe)}
    return [key for key in odd if getattr(recipe, key) != defaults[key]] + ([] if recipe.hidden else ["hidden"])


def _differences(mine: _Training, other: _Training, everyone: Sequence[_Training]) -> list[str]:
    recipe, plain, words = mine.recipe, other.recipe, []
    if recipe.hidden != plain.hidden:
        words.append("-".join(map(str, recipe.hidden)) if recipe.hidden else "no hidden layer")
    if recipe.shuffle_labels != plain.shuffle_labels:
        words.append("shuffled labels" if recipe.shuffle_labels else "true labels")
    if recipe.keep_picture != plain.keep_picture:
        words.append(_describe_penalty(recipe, everyone))
    if recipe.epochs != plain.epochs:
        words.append(_describe_length(mine, everyone))
    words += describe_settings(recipe, like=plain)
    if recipe.seed != plain.seed:
        words.append(f"seed {recipe.seed}" if recipe.seed is not None else "the run's seed")
    return words


def _describe_penalty(recipe: Recipe, everyone: Sequence[_Training]) -> str:
    """What a penalty for leaving the picture makes of a network; its size where several have one."""
    penalties = {f.recipe.keep_picture for f in everyone} - {0}
    if not recipe.keep_picture:
        return "not kept to its picture"
    return "kept to its picture" if len(penalties) == 1 else f"kept to its picture at {recipe.keep_picture:g}"


def _describe_length(mine: _Training, everyone: Sequence[_Training]) -> str:
    """How long a training was: as long as that of networks with other images, where it was, or its epochs."""
    alike = [
        f for f in everyone
        if f.samples != mine.samples and f.updates and abs(f.updates - mine.updates) <= SAME_LENGTH * f.updates
    ]  # fmt: skip
    if alike:
        return f"trained as long as {max(f.samples for f in alike):,}"
    return format_count(mine.recipe.epochs, "epoch")


def describe_settings(recipe: Recipe, like: Recipe) -> list[str]:
    """Say in which settings a recipe differs from another, as in ["tanh", "dropout 0.2"].

    Examples
    --------
    >>> describe_settings(Recipe(1, [2], 3, activation="tanh", dropout=0.2), like=Recipe(1, [2], 3))
    ['tanh', 'dropout 0.2']
    """
    words = []
    for key in NAMED_SETTINGS:
        value = getattr(recipe, key)
        if value != getattr(like, key):
            name = key.replace("_", " ")
            number = f"{name} {value:g}" if not isinstance(value, str | bool) else f"no {name}"
            words.append(value.replace("_", " ") if isinstance(value, str) else name if value is True else number)
    return words
