"""The examples with which the page opens: chosen by rule from the test images, so that any data have them."""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from looking_for.core.arrays import Array, as_pixels
from looking_for.results.choices import networks_side_by_side
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults

DOTS = [[[0.5, 0.36]], [[0.5, 0.64]]]  # two strokes of a point each: hardly a drawing, and an answer all the same
LATE = 0.75  # of the moments, from which on a picture's turn is too late to be seen well
MAX_NAME = 14  # letters of a class's name in a button


class Answers(NamedTuple):
    """What a network and its one picture say of every test image (n_tests,), and how sure the network is."""

    network: Array
    picture: Array
    lead: Array


def choose_examples(run: RunResults) -> list[dict[str, Any]]:
    """Choose an example of each kind that there is, in the order of the buttons: `words`, and `image` or `strokes`."""
    dense = [n for n in (*networks_side_by_side(run), *run.networks) if n.architecture.is_dense]
    networks = [n for n in networks_side_by_side(run) if n in dense] or dense[:1]
    if not networks:
        return [{"words": "A test image", "image": 0}]
    labels, by_network = run.images.y_test, {n.name: find_answers(n, run) for n in networks}
    kept = next((n for n in networks if n.is_penalised), None)
    free = [n for n in networks if n is not kept] or networks
    large, small = by_network[free[-1].name], by_network[free[0].name]
    rules = [
        _picture_fails(run, free[-1], large, by_network[kept.name] if kept else small),
        _never_answered(run, large, labels),
        _small_fails(run, free[0], small, large) if len(free) > 1 else None,
        _network_fails(large, labels),
        {"words": "Two dots", "strokes": DOTS},
    ]
    return [rule for rule in rules if rule]


def find_answers(network: NetworkResults, run: RunResults) -> Answers:
    """Find what a network and its composed pictures say of the test images."""
    logits = network.pictures.logits.astype(float)
    top = -np.sort(-logits, axis=1)
    by_picture = network.pictures.composed.layers[-1](as_pixels(run.images.x_test)).argmax(axis=1)
    return Answers(logits.argmax(axis=1), by_picture, top[:, 0] - top[:, 1])


def _named(run: RunResults, k: int) -> str:
    name = run.classes[k]
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 1]}…"


def _surest(mask: Array, answers: Answers) -> int | None:
    """The image of a mask that the network is surest of."""
    return int(np.flatnonzero(mask)[answers.lead[mask].argmax()]) if mask.any() else None


def _picture_fails(run: RunResults, network: NetworkResults, large: Answers, other: Answers) -> dict[str, Any] | None:
    """One whose picture turns from right to wrong once along the training, in the commonest way; another network and
    its picture get it right."""
    labels = run.images.y_test
    mask = (large.network == labels) & (large.picture != labels) & (other.network == labels) & (other.picture == labels)
    if not mask.any():
        mask = (large.network == labels) & (large.picture != labels)
    if not mask.any():
        return None
    commonest = int(np.bincount(large.picture[mask]).argmax())
    mask &= large.picture == commonest
    surest = np.flatnonzero(mask)[np.argsort(-large.lead[mask], kind="stable")]
    turns = {int(i): place for i in surest if (place := _turning_place(network, run, i))}
    early = [i for i, place in turns.items() if place <= LATE * len(network.truth)]
    image = next(iter([*early, *turns]), int(surest[0]))
    return {"words": f"{_named(run, int(labels[image]))} whose picture says {_named(run, commonest)}", "image": image}


def _turning_place(network: NetworkResults, run: RunResults, image: int) -> int | None:
    """Find from which moment after the first on the pictures of an image are wrong, if they are right before and wrong
    to the end; the biases, which change with the moments, are left out."""
    x = as_pixels(run.images.x_test[image : image + 1])[0]
    answers = [int((x @ weights).argmax()) for weights in network.pictures.output_pictures[1:].astype(float)]
    is_right = [answer == run.images.y_test[image] for answer in answers]
    if not is_right or not is_right[0] or is_right[-1] or sum(a != b for a, b in pairwise(is_right)) != 1:
        return None
    return is_right.index(False)


def _never_answered(run: RunResults, large: Answers, labels: Array) -> dict[str, Any] | None:
    """One of a class that the pictures never answer, if there is such a class."""
    given = np.bincount(large.picture, minlength=len(run.classes))
    never = [k for k in range(len(run.classes)) if not given[k] and (labels == k).any()]
    if not never:
        return None
    image = _surest((labels == never[0]) & (large.network == labels), large)
    return None if image is None else {
        "words": f"{_named(run, never[0])}, never said by its last picture", "image": image,
    }  # fmt: skip


def _small_fails(run: RunResults, network: NetworkResults, small: Answers, large: Answers) -> dict[str, Any] | None:
    """One that the network of few images gets wrong, and that of many right."""
    labels = run.images.y_test
    image = _surest((small.network != labels) & (large.network == labels), small)
    if image is None:
        return None
    answer = _named(run, int(small.network[image]))
    return {
        "words": f"{_named(run, int(labels[image]))}, taken for {answer} after {network.samples:,} images",
        "image": image,
    }


def _network_fails(large: Answers, labels: Array) -> dict[str, Any] | None:
    """One that the network of many images gets wrong, and is surest of."""
    image = _surest(large.network != labels, large)
    return None if image is None else {"words": "One it gets wrong", "image": image}
