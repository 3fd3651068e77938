"""One pass over all training images: what the network's units do, and sums of its exact maps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from stages.artifacts import Array, Images, pixels, single
from stages.compose import exact
from stages.network import Network
from stages.parallel import spread

IMAGES_AT_ONCE = 1_000


class GroupSums(NamedTuple):
    """Over the images of each group: tails of its class (groups × units₁), logits, how many.

    The groups are numbered from `first`, so that sums over few groups need no room for all.
    """

    tails: Array
    logits: Array
    images: Array
    first: int = 0

    @classmethod
    def of(cls, group: Array, tails: Array, logits: Array) -> "GroupSums":
        """The sums of images (n × units₁, n) by their group's number (n)."""
        first, n = int(group.min()), len(group)
        images = np.bincount(group - first)
        member = csr_array((np.ones(n), (group - first, np.arange(n))), (len(images), n))
        return cls(member @ tails, member @ logits, images, first)

    @classmethod
    def total(cls, parts: Iterable["GroupSums"], groups: int, units: int) -> "GroupSums":
        """The parts added in order; a group without images keeps zeros."""
        total = cls(np.zeros((groups, units)), np.zeros(groups), np.zeros(groups, int))
        for part in parts:
            rows = slice(part.first, part.first + len(part.images))
            for sums, more in zip(total[:3], part[:3], strict=True):
                sums[rows] += more
        return total


class Part(NamedTuple):
    """The sums over some images; those of all images are the sums of the parts."""

    tail: Array
    called: GroupSums
    groups: dict[int, GroupSums]
    on: list[Array]
    activation: list[Array]


@dataclass(frozen=True)
class Probe:
    """What the pass found, over n images.

    mean_map: the mean exact map (inputs × classes), classes centred; called_map: for each class the
    mean over the images that the network calls so; groups: sums by group; on: share of images for
    which each hidden unit is on, by layer; influence: what each unit of a layer does, by layer.
    """

    mean_map: Array
    called_map: Array
    groups: dict[int, GroupSums]
    on: list[Array]
    influence: list[Array]

    def arrays(self) -> dict[str, Array]:
        found = {"mean_map": single(self.mean_map), "called_map": single(self.called_map)}
        for n, influence in enumerate(self.influence, start=1):
            found[f"influence{n}"] = single(influence)
        return found


def run(network: Network, images: Images, groups: Mapping[int, Array]) -> Probe:
    """Pass all training images through the network once, some at a time on each core.

    `groups` holds, for each number of ways, the group of each training image (n); every group lies
    within one class.
    """
    by_class = np.argsort(images.y_train, kind="stable")  # few groups a part: short sums to add up
    starts = range(0, len(by_class), IMAGES_AT_ONCE)
    rows = [by_class[start : start + IMAGES_AT_ONCE] for start in starts]
    parts = spread(partial(_part, network, images, groups), rows)
    n, first = len(by_class), network.weights[0]
    units, classes = first.shape[1], len(images.classes)
    on = [sum(layer) / n for layer in zip(*(part.on for part in parts), strict=True)]
    activation = [sum(layer) / n for layer in zip(*(part.activation for part in parts), strict=True)]
    called = GroupSums.total((part.called for part in parts), classes, units)
    return Probe(
        mean_map=centre(first @ (sum(part.tail for part in parts) / n)),
        called_map=first @ (called.tails / np.maximum(called.images, 1)[:, None]).T,
        groups={
            ways: GroupSums.total((part.groups[ways] for part in parts), int(of_train.max()) + 1, units)
            for ways, of_train in groups.items()
        },
        on=on,
        influence=_influence(network, on, activation),
    )


def centre(per_class: Array) -> Array:
    """Less the mean over classes (last axis), which softmax ignores."""
    return per_class - per_class.mean(axis=-1, keepdims=True)


def _part(network: Network, images: Images, groups: Mapping[int, Array], rows: Array) -> Part:
    labels = images.y_train[rows].astype(int)
    z = network.preactivations(pixels(images.x_train[rows]))
    masks, logits = exact.masks_of(z), centre(z[-1])
    seeds = centre(np.eye(logits.shape[1]).T).T  # row k: logit k less the mean logit

    tails = exact.pull_back(network, masks, seeds[labels])
    own = np.take_along_axis(logits, labels[:, None], axis=1)[:, 0]
    called = logits.argmax(axis=1)
    other = called != labels
    called_tails = tails.copy()
    called_tails[other] = exact.pull_back(network, [m[other] for m in masks], seeds[called[other]])
    return Part(
        tail=exact.tail_sum(network, masks, len(labels)),
        called=GroupSums.of(called, called_tails, logits.max(axis=1)),
        groups={ways: GroupSums.of(of_train[rows], tails, own) for ways, of_train in groups.items()},
        on=[mask.sum(axis=0) for mask in masks],
        activation=[np.maximum(h, 0).sum(axis=0) for h in z[:-1]],
    )


def _influence(network: Network, on: list[Array], activation: list[Array]) -> list[Array]:
    """How much each unit moves the logits: its mean activation times the length of its way out.

    The way out goes through the later layers' weights, each later unit counting as often as it is
    on, and ends at the logits with classes centred. For output units it is the logit itself: 1.
    """
    way_out = centre(network.weights[-1])
    found = [np.ones(way_out.shape[1])]
    for layer in reversed(range(len(on))):
        found.insert(0, activation[layer] * np.linalg.norm(way_out, axis=1))
        if layer:
            way_out = network.weights[layer] @ (on[layer][:, None] * way_out)
    return found
