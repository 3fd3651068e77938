"""What the page knows of each network: its layers in few bits, its pictures and its course; images."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from looking_for.core.arrays import Array, centred, pixels, single
from looking_for.explorer.quantise import LARGE, SMALL, Quantised, packed
from looking_for.figures import palette
from looking_for.images.imageset import Images
from looking_for.networks.dense import Network, Snapshots
from looking_for.results.glossary import rung_words
from looking_for.results.run import Facts, Run
from looking_for.surrogates.maps import Fitted
from looking_for.surrogates.results import Units

SAME = 0.999  # of the test images' answers must be the network's own in few bits; else it gets more
OF_A_KIND = {"right": 16, "wrong": 10, "other": 10}  # test images in the strip
LEAST_BOX = 0.1
INK = 64  # of 255: what counts as a form's own ink, to measure how much of an image forms fill


def page(run: Run, networks: dict[str, Network], snapshots: dict[str, Snapshots]) -> dict[str, Any]:
    """All that the page shows. networks: the dense ones by name; of others only stand-ins are shown."""
    shown = [n for n in run.networks if not n.control] or list(run.networks)
    first = run.hero or shown[0]
    return {
        "shape": list(run.images.shape),
        "classes": run.classes,
        "box": box(run.images.x_train),
        "palette": packed(
            np.concatenate([palette.palette()[: palette.SIGNED_LEVELS], palette.palette()[-1:]])
        ),
        "strip": strip(run.images, first),
        "first": first.name,
        "networks": [of_network(n, run, networks.get(n.name), snapshots.get(n.name)) for n in shown],
    }


def of_network(
    facts: Facts, run: Run, network: Network | None, snapshots: Snapshots | None
) -> dict[str, Any]:
    pictures = facts.pictures
    number = max(n for n in pictures.fitted if n <= run.fitted_number)
    return {
        "name": facts.name,
        "words": facts.training_words,
        "architecture": facts.architecture.words,
        "activation": facts.architecture.activation,
        "isDense": facts.architecture.is_dense,
        "isAffine": facts.is_affine,
        "accuracy": facts.metrics["accuracy"],
        "agreement": facts.metrics["agreement"],
        "ladder": [
            {"words": rung_words(r.name), "explained": r.explained.value, "agreement": r.agreement.value,
             "errors": r.agreement_on_errors.value}
            for r in facts.ladder
        ],
        "never": packed(pictures.never_inked.astype(np.uint8)),
        "layers": in_few_bits(network, run.images.x_test) if network else [],
        "units": [units(layer) for layer in pictures.units] if network else [],
        "fitted": fitted(pictures.fitted[number]),
        "film": film(facts, snapshots) if snapshots and snapshots.networks else None,
    }  # fmt: skip


def in_few_bits(network: Network, x_test: Array) -> list[dict[str, Any]]:
    """The layers in the fewest bits that give the test images the network's own answers."""
    for bits in (SMALL, LARGE):
        layers = [Quantised.of(weights, bits) for weights in network.weights]
        if bits == LARGE or same_answers(network, layers, pixels(x_test)) >= SAME:
            break
    return [layer.packed(bias) for layer, bias in zip(layers, network.biases, strict=True)]


def same_answers(network: Network, layers: Sequence[Quantised], x: Array) -> float:
    """The share of images (n × inputs) that the layers in few bits give the network's own class."""
    both = (
        Network.of(weights, network.biases, np.float32, network.activation)
        for weights in (network.weights, [layer.weights for layer in layers])
    )
    said = [each.logits(single(x)).argmax(axis=1) for each in both]
    return float((said[0] == said[1]).mean())


def units(layer: Units) -> dict[str, str]:
    return {
        "influence": packed(layer.influence.astype("<f4")),
        "explained": packed(layer.explained.astype("<f4")),
    }


def fitted(found: Fitted) -> dict[str, Any]:
    """The fitted pictures, with the class of each and the share of images that it answers."""
    classes, shares = found.map.classes.astype("<u2"), found.shares.astype("<f4")
    quantised = Quantised.of(found.map.weights.astype(float), SMALL)
    return quantised.packed(found.map.biases) | {"classes": packed(classes), "shares": packed(shares)}


def film(facts: Facts, snapshots: Snapshots) -> dict[str, Any]:
    """The composed pictures at each snapshot, and what was measured of them."""
    steps = []
    for moment, weights, (updates, network) in zip(
        facts.truth, facts.pictures.along, snapshots, strict=True
    ):
        bias = centred(effective_bias(network.of_type(np.float64)))
        steps.append(
            Quantised.of(weights.astype(float), SMALL).packed(bias)
            | {"updates": updates, "accuracy": moment.accuracy, "agreement": moment.agreement,
               "explained": moment.explained, "linear": moment.linear_fit}
        )  # fmt: skip
    return {"steps": steps}


def effective_bias(network: Network) -> Array:
    """β_L = β_{L−1}W_L + b_L: the number beside each composed picture."""
    beta = network.biases[0]
    for weight, bias in zip(network.weights[1:], network.biases[1:], strict=True):
        beta = beta @ weight + bias
    return beta


def strip(images: Images, network: Facts) -> dict[str, Any]:
    """Test images to choose from: some of each class, some that the network gets wrong, and some that its
    composed pictures answer otherwise."""
    predicted = network.pictures.logits.argmax(axis=1)
    composed = network.pictures.composed[-1](pixels(images.x_test)).argmax(axis=1)
    wrong, other = predicted != images.y_test, composed != predicted
    kinds = {"right": ~wrong & ~other, "wrong": wrong, "other": ~wrong & other}
    chosen = {kind: _of_each_class(images, there, OF_A_KIND[kind]) for kind, there in kinds.items()}
    kept = [image for of_kind in chosen.values() for image in of_kind]
    return {
        "images": packed(images.x_test[kept]),
        "labels": [int(images.y_test[image]) for image in kept],
        "numbers": kept,
        "wrong": len(chosen["wrong"]),
        "other": len(chosen["other"]),
    }


def _of_each_class(images: Images, there: Array, most: int) -> list[int]:
    """The first images of a kind (mask), of each class in turn until there are as many as asked for."""
    by_class = [np.flatnonzero(there & (images.y_test == k)) for k in range(len(images.classes))]
    longest = max(map(len, by_class))
    turns = [int(own[turn]) for turn in range(min(longest, most)) for own in by_class if turn < len(own)]
    return turns[:most]


def box(x_train: Array) -> list[float]:
    """The share of an image's height and width that its form fills at least in half of the images; of
    MNIST 20 pixels of 28 in the longer of the two."""
    inked: Array = x_train[:2_000] > INK
    sizes = [_extent(np.asarray(inked.any(axis=axis))) for axis in (2, 1)]
    longer = np.maximum(*(size / length for size, length in zip(sizes, x_train.shape[1:], strict=True)))
    return [round(max(float(np.median(longer)), LEAST_BOX), 3)] * 2


def _extent(inked: Array) -> Array:
    """From the first to the last inked row (or column) of each image."""
    last = inked.shape[1] - np.argmax(inked[:, ::-1], axis=1)
    return np.where(inked.any(axis=1), last - np.argmax(inked, axis=1), 0)
