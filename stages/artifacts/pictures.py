"""What compose made of a network: its pictures, what its units do, and what each rung was measured from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.arrays import Array, centred, single
from stages.artifacts.files import load_arrays, save_arrays
from stages.artifacts.ladder import MEASURES, Interval


@dataclass(frozen=True)
class AffineMap:
    """weights (inputs × units) and bias (units): a picture for each unit and a number beside it."""

    weights: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        """xW + b for rows of pixels (n × inputs), in float64."""
        return x @ self.weights.astype(float) + self.bias.astype(float)

    def stored(self) -> "AffineMap":
        """The same as it lies in files; what is measured is what a reader finds there."""
        return AffineMap(single(self.weights), single(self.bias))

    def centred(self) -> "AffineMap":
        return AffineMap(centred(self.weights), centred(self.bias))


@dataclass(frozen=True)
class ClusterMaps:
    """By cluster, its mean exact map with a bias, and the mean logits of its images; classes centred.

    maps: clusters × inputs × classes; biases, logits: clusters × classes. The bias is z̄ − x̄A, which makes
    the map right on average over the cluster's training images.
    """

    maps: Array
    biases: Array
    logits: Array

    def predictions(self, x: Array, nearest: Array) -> Array:
        """xA + b with the whole map of each image's nearest cluster (n), for pixels (n × inputs)."""
        found = np.empty((len(x), self.maps.shape[2]))
        for cluster in np.unique(nearest):
            rows = nearest == cluster
            found[rows] = AffineMap(self.maps[cluster], self.biases[cluster])(x[rows])
        return found


@dataclass(frozen=True)
class Units:
    """A hidden layer's units: how much each moves the logits, the share of training images that turn it on,
    and how much of what drives it its composed picture explains (units each)."""

    influence: Array
    on: Array
    explained: Array


EXAMPLE_KINDS = ("all agree", "composed picture fails", "cluster's map fails")


@dataclass(frozen=True)
class Examples:
    """A few test images (e) to show: their numbers and kinds (places in EXAMPLE_KINDS), their own exact
    maps (e × inputs × classes) and logits (e × classes), classes centred."""

    images: Array
    kinds: Array
    maps: Array
    logits: Array


@dataclass(frozen=True)
class Pictures:
    """One network's pictures, float32.

    composed: Tₗ and βₗ by layer, the output last; mean_map: the mean exact map of all training images;
    linear: the least-squares fit to the logits; clusters: by clusters a class; units: by hidden layer;
    answers, predicted: share of test images that the network gives each class, and the composed pictures;
    accuracy: of the composed pictures on test images; cosine: of them with the mean exact map, mean over
    classes; never_inked: the pixels (inputs, bool) that none of the network's own training images inks;
    rungs: the ladder's names; resampled: their measures (rungs × measures × resamples); examples: test
    images to show; along: the output pictures at each snapshot (snapshots × inputs × classes, centred).
    """

    composed: Sequence[AffineMap]
    mean_map: AffineMap
    linear: AffineMap
    clusters: Mapping[int, ClusterMaps]
    units: Sequence[Units]
    answers: Array
    predicted: Array
    accuracy: float
    cosine: float
    never_inked: Array
    rungs: Sequence[str]
    resampled: Array
    examples: Examples
    along: Array

    @property
    def output(self) -> AffineMap:
        """The composed pictures of the classes, centred over classes, which softmax ignores."""
        return self.composed[-1].centred()

    def contrast(self, measure: str, rung: str, other: str) -> Interval:
        """By how much a rung leads another in a measure, paired: on the same resampled test images.

        The estimate is the median over resamples; `Ladder` has each rung's own.
        """
        return contrast((self, rung), (self, other), measure)

    def save(self, path: Path) -> None:
        arrays: dict[str, Array] = {}
        for n, layer in enumerate(self.composed, start=1):
            arrays |= {f"T{n}": layer.weights, f"beta{n}": layer.bias}
        arrays |= {"mean_map": self.mean_map.weights, "mean_bias": self.mean_map.bias}
        arrays |= {"linear_map": self.linear.weights, "linear_bias": self.linear.bias}
        for number, found in self.clusters.items():
            arrays |= {f"maps_{number}": found.maps, f"map_biases_{number}": found.biases}
            arrays |= {f"cluster_logits_{number}": found.logits}
        for n, units in enumerate(self.units, start=1):
            arrays |= {f"{key}{n}": value for key, value in vars(units).items()}
        arrays |= {"answers": self.answers, "predicted": self.predicted, "resampled": self.resampled}
        arrays |= {"example_maps": self.examples.maps, "example_logits": self.examples.logits}
        arrays |= {"along": self.along}
        arrays |= {"picture_accuracy": np.array(self.accuracy), "cosine": np.array(self.cosine)}
        save_arrays(
            path,
            {key: single(array) for key, array in arrays.items()}
            | {"never_inked": self.never_inked, "rungs": np.array(self.rungs)}
            | {"examples": self.examples.images, "example_kinds": self.examples.kinds},
        )

    @classmethod
    def load(cls, path: Path) -> "Pictures":
        a = load_arrays(path)
        layers = range(1, sum(key.startswith("T") for key in a) + 1)
        numbers = [int(key.removeprefix("maps_")) for key in a if key.startswith("maps_")]
        return cls(
            composed=[AffineMap(a[f"T{n}"], a[f"beta{n}"]) for n in layers],
            mean_map=AffineMap(a["mean_map"], a["mean_bias"]),
            linear=AffineMap(a["linear_map"], a["linear_bias"]),
            clusters={
                w: ClusterMaps(a[f"maps_{w}"], a[f"map_biases_{w}"], a[f"cluster_logits_{w}"])
                for w in numbers
            },
            units=[Units(a[f"influence{n}"], a[f"on{n}"], a[f"explained{n}"]) for n in list(layers)[:-1]],
            answers=a["answers"],
            predicted=a["predicted"],
            accuracy=float(a["picture_accuracy"]),
            cosine=float(a["cosine"]),
            never_inked=a["never_inked"],
            rungs=a["rungs"].tolist(),
            resampled=a["resampled"],
            examples=Examples(a["examples"], a["example_kinds"], a["example_maps"], a["example_logits"]),
            along=a["along"],
        )


def contrast(one: tuple[Pictures, str], other: tuple[Pictures, str], measure: str) -> Interval:
    """By how much a rung of a network leads another's in a measure, on the same resampled test images."""
    (left, right) = (
        pictures.resampled[list(pictures.rungs).index(rung), MEASURES.index(measure)].astype(float)
        for pictures, rung in (one, other)
    )
    lead = left - right
    return Interval.of(float(np.nanmedian(lead)) if not np.isnan(lead).all() else np.nan, lead)
