"""The data of the page to draw on: each network's layers in few bits, its pictures and course, and test images."""

import json
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.core.imageset import ImageSet
from looking_for.core.parallel import parallel_map
from looking_for.explorer.examples import choose_examples
from looking_for.explorer.quantise import LARGE, SMALL, Quantised, pack
from looking_for.figures import palette
from looking_for.networks.base import HiddenUnits
from looking_for.networks.dense_weights import DenseWeights, Snapshots
from looking_for.results.choices import networks_side_by_side
from looking_for.results.glossary import describe_rung
from looking_for.results.network import NetworkResults
from looking_for.results.run import RunResults
from looking_for.surrogates.maps import FittedPrototypes

MIN_AGREEMENT = 0.999  # of 8-bit layers with the network on test images; below it layers get 16 bits
N_PER_KIND = {"right": 16, "wrong": 10, "other": 10}  # test images in the strip
MAX_NETWORK_BYTES = 4_150_000  # of the networks on the page, which then has 4.5 MB at most
N_JUDGED, MAX_JUDGED_PIXELS = 1_000, 1_000_000  # test images by which a dropped network is judged, and their pixels
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
    x = as_pixels(run.images.x_test, np.float32)

    def describe(network: NetworkResults) -> dict[str, Any]:
        return describe_network(network, run, x, networks.get(network.name), snapshots.get(network.name))

    shown = within_budget(parallel_map(describe, order_networks(run)))
    names = [network["name"] for network in shown]
    rows = [n.name for n in networks_side_by_side(run) if n.name in names]
    dense = [network["name"] for network in shown if network["layers"]]
    if not set(rows) & set(dense):
        rows = [*dense[:1], *rows] or names[:1]
    examples = choose_examples(run)
    return {
        "shape": list(run.images.shape),
        "classes": run.classes,
        "noun": run.noun,
        "box": form_size(run.images.x_train),
        "palette": pack(
            np.concatenate([palette.build_palette()[: palette.SIGNED_LEVELS], palette.build_palette()[-1:]])
        ),
        "rows": rows,
        "examples": examples,
        "strip": choose_strip(run, [e["image"] for e in examples if "image" in e]),
        "judged": pack_judged(run.images),
        "networks": shown,
    }


def order_networks(run: RunResults) -> list[NetworkResults]:
    """Put the networks of the page in order: those of its rows, the others that are compared, the rest; no controls, if
    there are other networks."""
    able = [n for n in run.networks if not n.is_control] or list(run.networks)
    first = [n for n in (*networks_side_by_side(run), *run.compared) if n in able]
    return list({n.name: n for n in (*first, *sorted(able, key=lambda n: not n.is_flat))}.values())


def within_budget(described: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep the networks for which the page has room, in their order; the first is always there."""
    kept: list[dict[str, Any]] = []
    total = 0
    for network in described:
        size = len(json.dumps(network))
        if not kept or total + size <= MAX_NETWORK_BYTES:
            kept.append(network)
            total += size
    return kept


def pack_judged(images: ImageSet) -> dict[str, Any]:
    """Pack the first test images, grey and in 4 bits per pixel, by which the page judges a network that is dropped on
    it; of images in colour none."""
    if len(images.shape) > 2:
        return {"images": "", "bytes": 0, "labels": []}
    count = min(len(images.x_test), N_JUDGED, max(1, MAX_JUDGED_PIXELS // (images.shape[0] * images.shape[1])))
    count -= count % 2 if images.x_test[0].size % 2 else 0
    levels = np.rint(images.x_test[:count].reshape(-1) / 17).astype(np.uint8)
    halves = np.append(levels, np.zeros(levels.size % 2, np.uint8)).reshape(-1, 2)
    raw = (halves[:, 0] << 4 | halves[:, 1]).astype(np.uint8)
    deflated = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = np.frombuffer(deflated.compress(raw.tobytes()) + deflated.flush(), np.uint8)
    return {"images": pack(packed), "bytes": raw.size, "labels": images.y_test[:count].tolist()}


def describe_network(
    results: NetworkResults, run: RunResults, x: Array, network: DenseWeights | None, snapshots: Snapshots | None
) -> dict[str, Any]:
    """Collect what the page shows of one network; x: test images (n_tests, n_inputs), float32."""
    pictures = results.pictures
    number = max(n for n in pictures.fitted if n <= run.n_fitted)
    return {
        "name": results.name,
        "label": results.label,
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


def choose_strip(run: RunResults, wanted: Sequence[int]) -> dict[str, Any]:
    """Choose test images: of each class in turn some that the network gets right, some that it gets wrong, and some
    that only its composed pictures get wrong; N_PER_KIND at most of each, and those that are wanted.

    The network is the featured one, or else the first that is compared.
    """
    images, network = run.images, run.featured or run.compared[0]
    predicted = network.pictures.logits.argmax(axis=1)
    composed = network.pictures.composed.layers[-1](as_pixels(images.x_test)).argmax(axis=1)
    wrong = predicted != images.y_test
    kinds = {"right": ~wrong, "wrong": wrong, "other": ~wrong & (composed != predicted)}
    chosen = [image for kind, mask in kinds.items() for image in _of_each_class(images, mask, N_PER_KIND[kind])]
    kept = list(dict.fromkeys([*chosen, *wanted]))
    return {
        "images": pack(images.x_test[kept]),
        "labels": [int(images.y_test[image]) for image in kept],
        "numbers": kept,
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
