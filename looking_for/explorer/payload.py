"""The data of the page to draw on: each network's layers in few bits, its pictures and course, and test images."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.core.imageset import ImageSet
from looking_for.core.parallel import parallel_map
from looking_for.explorer.quantise import LARGE, SMALL, Quantised, pack
from looking_for.figures import palette
from looking_for.networks.base import HiddenUnits
from looking_for.networks.dense_weights import DenseWeights, Snapshots
from looking_for.results.glossary import describe_rung
from looking_for.results.run import NetworkResults, RunResults
from looking_for.surrogates.maps import FittedPrototypes

MIN_AGREEMENT = 0.999  # of 8-bit layers with the network on test images; below it layers get 16 bits
N_PER_KIND = {"right": 16, "wrong": 10, "other": 10}  # test images in the strip
MIN_BOX = 0.1  # share of an image that a drawing fills at least
MIN_INK = 64  # of 255: what counts as a form's own ink, to measure how much of an image forms fill


def build_payload(
    run: RunResults, networks: dict[str, DenseWeights], snapshots: dict[str, Snapshots]
) -> dict[str, Any]:
    """Collect all that the page shows: of controls nothing, if there are other networks.

    Parameters
    ----------
    networks, snapshots : mappings by name
        Of the dense networks; of others only surrogates are shown.
    """
    shown = [n for n in run.networks if not n.is_control] or list(run.networks)
    x = as_pixels(run.images.x_test, np.float32)

    def describe(network: NetworkResults) -> dict[str, Any]:
        return describe_network(network, run, x, networks.get(network.name), snapshots.get(network.name))

    first = run.featured or shown[0]
    return {
        "shape": list(run.images.shape),
        "classes": run.classes,
        "box": form_size(run.images.x_train),
        "palette": pack(
            np.concatenate([palette.build_palette()[: palette.SIGNED_LEVELS], palette.build_palette()[-1:]])
        ),
        "strip": choose_strip(run.images, first),
        "first": first.name,
        "networks": parallel_map(describe, shown),
    }


def describe_network(
    results: NetworkResults, run: RunResults, x: Array, network: DenseWeights | None, snapshots: Snapshots | None
) -> dict[str, Any]:
    """Collect what the page shows of one network; x: test images (n_tests, n_inputs), float32."""
    pictures = results.pictures
    number = max(n for n in pictures.fitted if n <= run.n_fitted)
    return {
        "name": results.name,
        "words": results.training_words,
        "architecture": results.architecture.words,
        "activation": results.architecture.activation,
        "isDense": results.architecture.is_dense,
        "isAffine": results.is_affine,
        "accuracy": results.metrics["accuracy"],
        "agreement": results.metrics["agreement"],
        "ladder": [
            {"words": describe_rung(r.name), "explained": r.explained.value, "agreement": r.agreement.value,
             "errors": r.agreement_on_errors.value}
            for r in results.ladder
        ],
        "never": pack(pictures.never_inked.astype(np.uint8)),
        "layers": quantise_layers(network, x, pictures.logits.argmax(axis=1)) if network else [],
        "units": [pack_units(layer) for layer in pictures.units] if network else [],
        "fitted": pack_prototypes(pictures.fitted[number]),
        "film": pack_film(results, snapshots) if snapshots and snapshots.networks else None,
    }  # fmt: skip


def quantise_layers(network: DenseWeights, x: Array, answers: Array) -> list[dict[str, Any]]:
    """Quantise the layers to few bits if MIN_AGREEMENT of the images (n_images, n_inputs) keep the network's answers
    (n_images,), else to more."""
    for bits in (SMALL, LARGE):
        layers = [Quantised.from_weights(weights, bits) for weights in network.weights]
        if bits == LARGE or share_of_same_answers(network, layers, x, answers) >= MIN_AGREEMENT:
            break
    return [layer.pack(bias) for layer, bias in zip(layers, network.biases, strict=True)]


def share_of_same_answers(network: DenseWeights, layers: Sequence[Quantised], x: Array, answers: Array) -> float:
    """Give the share of images (n_images, n_inputs) that quantised layers give the network's own class (n_images,)."""
    weights = [layer.weights for layer in layers]
    quantised = DenseWeights.from_arrays(weights, network.biases, np.float32, network.activation)
    return float((quantised.logits(x).argmax(axis=1) == answers).mean())


def pack_units(layer: HiddenUnits) -> dict[str, str]:
    """Pack the influence of each unit of a hidden layer, and how much of what drives it its picture explains."""
    return {"influence": pack(layer.influence.astype("<f4")), "explained": pack(layer.explained.astype("<f4"))}


def pack_prototypes(prototypes: FittedPrototypes) -> dict[str, Any]:
    """Pack the fitted pictures, with the class of each and the share of training images that it
    answers."""
    classes, shares = prototypes.classes.astype("<u2"), prototypes.shares.astype("<f4")
    quantised = Quantised.from_weights(prototypes.weights.astype(float), SMALL)
    return quantised.pack(prototypes.biases) | {"classes": pack(classes), "shares": pack(shares)}


def pack_film(results: NetworkResults, snapshots: Snapshots) -> dict[str, Any]:
    """Pack the composed pictures at each snapshot, with the network's accuracy, the pictures' agreement, what they
    explain once balanced, and what the best linear map explains."""
    steps = []
    for snapshot, weights, (updates, network) in zip(
        results.truth, results.pictures.output_pictures, snapshots, strict=True
    ):
        bias = centred(effective_bias(network.astype(np.float64)))
        steps.append(
            Quantised.from_weights(weights.astype(float), SMALL).pack(bias)
            | {"updates": updates, "accuracy": snapshot.accuracy, "agreement": snapshot.agreement,
               "explained": snapshot.explained, "linear": snapshot.linear_fit}
        )  # fmt: skip
    return {"steps": steps}


def effective_bias(network: DenseWeights) -> Array:
    """Give β_L = β_{L−1}W_L + b_L, the number beside each composed picture (n_classes,)."""
    beta = network.biases[0]
    for weight, bias in zip(network.weights[1:], network.biases[1:], strict=True):
        beta = beta @ weight + bias
    return beta


def choose_strip(images: ImageSet, network: NetworkResults) -> dict[str, Any]:
    """Choose test images for the strip, the classes in turn: at most N_PER_KIND that network and composed pictures
    both get right, that the network gets wrong, and that only the composed pictures get wrong."""
    predicted = network.pictures.logits.argmax(axis=1)
    composed = network.pictures.composed.layers[-1](as_pixels(images.x_test)).argmax(axis=1)
    wrong, other = predicted != images.y_test, composed != predicted
    kinds = {"right": ~wrong & ~other, "wrong": wrong, "other": ~wrong & other}
    chosen = {kind: _of_each_class(images, mask, N_PER_KIND[kind]) for kind, mask in kinds.items()}
    kept = [image for of_kind in chosen.values() for image in of_kind]
    return {
        "images": pack(images.x_test[kept]),
        "labels": [int(images.y_test[image]) for image in kept],
        "numbers": kept,
        "wrong": len(chosen["wrong"]),
        "other": len(chosen["other"]),
    }


def _of_each_class(images: ImageSet, mask: Array, most: int) -> list[int]:
    """The first images of a kind (mask), of each class in turn until there are as many as asked for."""
    by_class = [np.flatnonzero(mask & (images.y_test == k)) for k in range(len(images.classes))]
    longest = max(map(len, by_class))
    turns = [int(of_class[turn]) for turn in range(min(longest, most)) for of_class in by_class if turn < len(of_class)]
    return turns[:most]


def form_size(x_train: Array) -> list[float]:
    """Measure how much of an image its drawing fills: [s, s], the median over the first 2,000 of the larger share of
    height or width that ink spans, at least MIN_BOX; of MNIST 20 of 28 pixels.

    Parameters
    ----------
    x_train : array, shape (n_images, height, width) or (n_images, height, width, 3), uint8
    """
    some = x_train[:2_000]
    inked: Array = some.reshape(*some.shape[:3], -1).max(axis=3) > MIN_INK
    sizes = [_extent(np.asarray(inked.any(axis=axis))) for axis in (2, 1)]
    longer = np.maximum(*(size / length for size, length in zip(sizes, x_train.shape[1:3], strict=True)))
    return [round(max(float(np.median(longer)), MIN_BOX), 3)] * 2


def _extent(inked: Array) -> Array:
    """From the first to the last inked row (or column) of each image."""
    last = inked.shape[1] - np.argmax(inked[:, ::-1], axis=1)
    return np.where(inked.any(axis=1), last - np.argmax(inked, axis=1), 0)
