"""How true the pictures are: each number compares what they say with what the network says."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from stages.artifacts import Array
from stages.compose.pictures import Composed
from stages.compose.probe import Probe, centre
from stages.compose.ways import Ways

ENOUGH = 0.95
DIGITS = 4


def numbers(
    composed: Composed,
    anchored: Ways,
    own: Ways,
    probe: Probe,
    logits: Array,
    *,
    x_test: Array,
    y_test: Array,
) -> dict[str, Any]:
    """The numbers of the composed pictures and of the layers, rounded to what is stable.

    `anchored` are the same pictures, classes centred, with the biases that exact ones get: right at
    the mean image; `own` are those exact ones, one a class.
    """
    answers, mended = composed.logits(x_test), anchored.scores(x_test)
    layers = {f"layer-{n}": on for n, on in enumerate(probe.on, start=1)}
    return {
        "agreement": _round(agreement(answers, logits)),
        "agreement_anchored": _round(agreement(mended, logits)),
        "picture_accuracy": _round((answers.argmax(axis=1) == y_test).mean()),
        "explained": _round(explained(answers, logits)),
        "explained_anchored": _round(explained(mended, logits)),
        "explained_raw": _round(explained(answers, logits, gain=1.0)),
        "gain": _round(best_gain(answers, logits)),
        "cosine": _round(mean_cosine(anchored.maps, probe.mean_map)),
        "cosine_own": _round(mean_cosine(anchored.maps, own.maps)),
        "agreement_by_class": [_round(share) for share in agreement_by_class(answers, logits)],
        "answers_by_class": [_round(share) for share in answers_by_class(answers)],
        "dead_units": {layer: int((on == 0).sum()) for layer, on in layers.items()},
        "activation_rate": {layer: _round(on.mean()) for layer, on in layers.items()},
    }


def by_ways(ways: Mapping[int, Ways], logits: Array, x_test: Array) -> dict[str, Any]:
    """The same for the exact pictures, by their number a class."""
    said = logits.argmax(axis=1)
    scores = {str(w): way.scores(x_test) for w, way in ways.items()}
    agreements = {w: round(agreement(score, logits), DIGITS) for w, score in scores.items()}
    return {
        "agreement_by_ways": agreements,
        "explained_by_ways": {w: _round(explained(score, logits)) for w, score in scores.items()},
        "choice_by_ways": {str(w): _round((way.nearest_class == said).mean()) for w, way in ways.items()},
        "ways_for_95": next((int(w) for w, share in agreements.items() if share >= ENOUGH), None),
    }


def agreement(answers: Array, logits: Array) -> float:
    """The share of images for which both (n × classes) give the same class the largest value."""
    return float((answers.argmax(axis=1) == logits.argmax(axis=1)).mean())


def agreement_by_class(answers: Array, logits: Array) -> list[float | None]:
    """The same for the images that the network gives each class; None where it gives none."""
    said = logits.argmax(axis=1)
    same = answers.argmax(axis=1) == said
    return [same[said == k].mean() if (said == k).any() else None for k in range(logits.shape[1])]


def explained(answers: Array, logits: Array, gain: float | None = None) -> float:
    """R² of the logits, classes centred, from the answers after one gain (fitted unless given).

    Centred logits have mean 0, so R² = 1 − Σ(z − gp)² / Σz². 1: the answers are the logits up to
    that gain; 0: they say nothing of them; with a given gain it may be far below 0. Logits that
    are all alike have nothing to explain: 1 if that is met, else 0.
    """
    p, z = centre(answers), centre(logits)
    if gain is None:
        gain = best_gain(answers, logits)
    missed, spread = np.square(z - gain * p).sum(), np.square(z).sum()
    if spread == 0:
        return float(missed == 0)
    return float(1 - missed / spread)


def units_explained(composed: Composed, preactivations: Sequence[Array], x: Array) -> dict[str, Array]:
    """By hidden layer, how much of what drives each unit its composed picture accounts for (units).

    That is R² of the unit's preactivation over images (n × units for each layer) from xTₗ, after
    one gain and one bias.
    """
    hidden = zip(composed.weights, preactivations[:-1], strict=False)
    return {f"layer-{n}": squared_correlations(x @ t, z) for n, (t, z) in enumerate(hidden, start=1)}


def squared_correlations(p: Array, z: Array) -> Array:
    """r² of each column of p with that of z (n × units); 1 where z never varies and leaves no question."""
    p, z = p - p.mean(axis=0), z - z.mean(axis=0)
    together, shown, asked = (p * z).sum(axis=0), np.square(p).sum(axis=0), np.square(z).sum(axis=0)
    return np.where(asked > 0, np.square(together) / np.maximum(shown * asked, np.finfo(float).tiny), 1.0)


def means(by_layer: Mapping[str, Array]) -> dict[str, float | None]:
    """The mean of each layer's units, rounded."""
    return {layer: _round(values.mean()) for layer, values in by_layer.items()}


def best_gain(answers: Array, logits: Array) -> float:
    """What the answers must be multiplied by to come nearest to the logits, classes centred."""
    p, z = centre(answers), centre(logits)
    return float((p * z).sum() / max((p * p).sum(), np.finfo(float).tiny))


def answers_by_class(answers: Array) -> list[float]:
    """The share of images that get each class as the answer."""
    return list(np.bincount(answers.argmax(axis=1), minlength=answers.shape[1]) / len(answers))


def mean_cosine(pictures: Array, others: Array) -> float:
    """The mean over classes of the cosine between two pictures (inputs × classes) of the class."""
    lengths = np.linalg.norm(pictures, axis=0) * np.linalg.norm(others, axis=0)
    return float(((pictures * others).sum(axis=0) / np.maximum(lengths, np.finfo(float).tiny)).mean())


def _round(value: float | None) -> float | None:
    return None if value is None else round(float(value), DIGITS)
