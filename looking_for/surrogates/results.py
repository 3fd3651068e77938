"""What compose made of a network: its pictures, what its units do, and what each rung was measured from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from looking_for.core import layout
from looking_for.core.arrays import Array, single
from looking_for.core.files import load_arrays, save_arrays
from looking_for.core.layout import Field, Layout
from looking_for.surrogates.ladder import MEASURES, Interval
from looking_for.surrogates.maps import AffineMap, ClusterMaps, Fitted, MaxAffine


@dataclass(frozen=True)
class Units:
    """A hidden layer's units: how much each moves the logits, the share of training images that turn it on,
    and how much of what drives it its composed picture explains (units each)."""

    influence: Array
    on: Array
    explained: Array


class Architecture(NamedTuple):
    """A network's layers in words, as in "512-256" or "none" (hidden ones of a dense network) or "Conv2D 8,
    Dense 10"; its activation; whether it is dense, so that its weights are pictures."""

    words: str
    activation: str
    is_dense: bool

    @property
    def is_flat(self) -> bool:
        """Whether there is no hidden layer, so that the composed pictures are the network itself."""
        return self.is_dense and self.words == "none"


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
    linear: the least-squares fit to the logits; clusters: by clusters a class; fitted: pictures fitted to
    the logits, by how many a class; logits: of test images (n × classes, centred); units: by hidden layer;
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
    fitted: Mapping[int, Fitted]
    logits: Array
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
    architecture: Architecture
    mapped: int

    @property
    def output(self) -> AffineMap:
        """The composed pictures of the classes, centred over classes, which softmax ignores."""
        return self.composed[-1].centred()

    @property
    def own_maps(self) -> Array:
        """Each class's column of the mean exact map over the class's own images (inputs × classes)."""
        return np.stack([maps[:, k] for k, maps in enumerate(self.clusters[1].maps)], axis=1)

    def contrast(self, measure: str, rung: str, other: str) -> Interval:
        """By how much a rung leads another in a measure, paired: on the same resampled test images.

        The estimate is the median over resamples; `Ladder` has each rung's own.
        """
        return contrast((self, rung), (self, other), measure)

    def with_course(self, along: Sequence[Array]) -> "Pictures":
        """The same with the output pictures of so many snapshots."""
        return replace(self, along=single(np.array(along)).reshape(-1, *self.composed[-1].weights.shape))

    def save(self, path: Path) -> None:
        arrays: dict[str, Array] = {}
        for n, layer in enumerate(self.composed, start=1):
            arrays |= {f"T{n}": layer.weights, f"beta{n}": layer.bias}
        arrays |= {"mean_map": self.mean_map.weights, "mean_bias": self.mean_map.bias}
        arrays |= {"linear_map": self.linear.weights, "linear_bias": self.linear.bias}
        for number, found in self.clusters.items():
            arrays |= {f"maps_{number}": found.maps, f"map_biases_{number}": found.biases}
            arrays |= {f"cluster_logits_{number}": found.logits}
        for number, fit in self.fitted.items():
            arrays |= {f"fitted_{number}": fit.map.weights, f"fitted_biases_{number}": fit.map.biases}
            arrays |= {f"fitted_shares_{number}": fit.shares, f"fitted_means_{number}": fit.means}
            arrays |= {f"fitted_cosines_{number}": fit.cosines}
            arrays |= {f"fitted_held_out_{number}": np.array(fit.held_out)}
        arrays |= {"logits": self.logits}
        for n, units in enumerate(self.units, start=1):
            arrays |= {f"{key}{n}": value for key, value in vars(units).items()}
        arrays |= {"answers": self.answers, "predicted": self.predicted, "resampled": self.resampled}
        arrays |= {"example_maps": self.examples.maps, "example_logits": self.examples.logits}
        arrays |= {"along": self.along}
        arrays |= {"picture_accuracy": np.array(self.accuracy), "cosine": np.array(self.cosine)}
        save_arrays(
            path,
            {key: single(array) for key, array in arrays.items()}
            | {f"fitted_classes_{number}": fit.map.classes for number, fit in self.fitted.items()}
            | {"never_inked": self.never_inked, "rungs": np.array(self.rungs)}
            | {"examples": self.examples.images, "example_kinds": self.examples.kinds}
            | {
                "layers": np.array(self.architecture.words),
                "is_dense": np.array(self.architecture.is_dense),
            }
            | {"activation": np.array(self.architecture.activation), "mapped": np.array(self.mapped)},
        )

    @classmethod
    def load(cls, path: Path) -> "Pictures":
        a = load_arrays(path)
        layers = range(1, sum(key.startswith("T") for key in a) + 1)
        numbers, fitted = (_numbered(a, name) for name in ("maps_", "fitted_"))
        layout.check(path, a, _layout(layers, numbers, fitted))
        return cls(
            composed=[AffineMap(a[f"T{n}"], a[f"beta{n}"]) for n in layers],
            mean_map=AffineMap(a["mean_map"], a["mean_bias"]),
            linear=AffineMap(a["linear_map"], a["linear_bias"]),
            clusters={
                w: ClusterMaps(a[f"maps_{w}"], a[f"map_biases_{w}"], a[f"cluster_logits_{w}"])
                for w in numbers
            },
            fitted={w: _fitted(a, w) for w in fitted},
            logits=a["logits"],
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
            architecture=Architecture(str(a["layers"]), str(a["activation"]), bool(a["is_dense"])),
            mapped=int(a["mapped"]),
        )


def _numbered(a: Mapping[str, Array], prefix: str) -> list[int]:
    return [int(number) for key in a if (number := key.removeprefix(prefix)).isdigit()]


def _layout(layers: Sequence[int], numbers: Sequence[int], fitted: Sequence[int]) -> Layout:
    """Of so many layers, exact maps by so many clusters a class, so many fitted pictures a class."""
    words, flag, number = Field("str"), Field("bool"), Field("float32")
    found = {"layers": words, "activation": words, "is_dense": flag, "mapped": Field("int64")}
    for n in layers or [1]:
        units = "classes" if n == max(layers, default=1) else f"units{n}"
        found |= {f"T{n}": Field("float32", f"inputs {units}"), f"beta{n}": Field("float32", units)}
        if units != "classes":
            found |= {f"{key}{n}": Field("float32", units) for key in ("influence", "on", "explained")}
    for key in ("mean", "linear"):
        found |= {
            f"{key}_map": Field("float32", "inputs classes"),
            f"{key}_bias": Field("float32", "classes"),
        }
    for w in numbers or [1]:
        found[f"maps_{w}"] = Field("float32", f"clusters{w} inputs classes")
        for key in ("map_biases", "cluster_logits"):
            found[f"{key}_{w}"] = Field("float32", f"clusters{w} classes")
    for w in fitted:
        own = f"pictures{w}"
        found |= {f"fitted_{w}": Field("float32", f"inputs {own}"), f"fitted_held_out_{w}": number}
        found |= {
            f"fitted_classes_{w}": Field("uint8 or uint16", own),
            f"fitted_means_{w}": Field("float32", f"{own} inputs"),
        }
        found |= {f"fitted_{key}_{w}": Field("float32", own) for key in ("biases", "shares", "cosines")}
    return found | {
        "logits": Field("float32", "tests classes"),
        "answers": Field("float32", "classes"),
        "predicted": Field("float32", "classes"),
        "resampled": Field("float32", "rungs measures resamples", may_lack=True),
        "rungs": Field("str", "rungs"),
        "examples": Field("int64", "examples"),
        "example_kinds": Field("int64", "examples"),
        "example_maps": Field("float32", "examples inputs classes"),
        "example_logits": Field("float32", "examples classes"),
        "along": Field("float32", "moments inputs classes"),
        "picture_accuracy": number,
        "cosine": number,
        "never_inked": Field("bool", "inputs"),
    }


def _fitted(a: Mapping[str, Array], w: int) -> Fitted:
    return Fitted(
        MaxAffine(a[f"fitted_{w}"], a[f"fitted_biases_{w}"], a[f"fitted_classes_{w}"]),
        a[f"fitted_shares_{w}"],
        a[f"fitted_means_{w}"],
        a[f"fitted_cosines_{w}"],
        float(a[f"fitted_held_out_{w}"]),
    )


def contrast(one: tuple[Pictures, str], other: tuple[Pictures, str], measure: str) -> Interval:
    """By how much a rung of a network leads another's in a measure, on the same resampled test images."""
    (left, right) = (
        pictures.resampled[list(pictures.rungs).index(rung), MEASURES.index(measure)].astype(float)
        for pictures, rung in (one, other)
    )
    lead = left - right
    return Interval.of(float(np.nanmedian(lead)) if not np.isnan(lead).all() else np.nan, lead)
