"""What compose makes of a network, in parts: pictures, maps, prototypes, and what each rung was measured from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from looking_for.core.arrays import Array
from looking_for.core.npz import Stored, load_record, save_record, stored, stored_parts, stored_record
from looking_for.core.tables import Interval
from looking_for.networks.base import Architecture, HiddenUnits
from looking_for.networks.dense_weights import AffineMap
from looking_for.surrogates.maps import ClusterMaps, FittedPrototypes
from looking_for.surrogates.measures import MEASURES

EXAMPLE_KINDS = ("all agree", "composed picture fails", "cluster's map fails")


@dataclass(frozen=True)
class ComposedMaps:
    """The composed pictures Tₗ with their effective biases βₗ, by layer, the output last."""

    layers: Sequence[AffineMap] = stored_parts(
        AffineMap, "list", weights=Stored("T{n}", axes="inputs {out}"), bias=Stored("beta{n}", axes="{out}")
    )

    @property
    def output(self) -> AffineMap:
        """The composed pictures of the classes, centred across classes, which softmax ignores."""
        return self.layers[-1].centred()


@dataclass(frozen=True)
class TrainingMaps:
    """Affine maps from training images: the mean exact map, the least-squares fit to the logits, and the
    mean exact map of each cluster, by clusters per class."""

    mean: AffineMap = stored_parts(
        AffineMap, "one", weights=Stored("mean_map", axes="inputs classes"), bias=Stored("mean_bias", axes="classes")
    )
    linear: AffineMap = stored_parts(
        AffineMap,
        "one",
        weights=Stored("linear_map", axes="inputs classes"),
        bias=Stored("linear_bias", axes="classes"),
    )
    by_cluster: Mapping[int, ClusterMaps] = stored_parts(
        ClusterMaps,
        "by number",
        maps=Stored("maps_{n}", axes="clusters{n} inputs classes"),
        biases=Stored("map_biases_{n}", axes="clusters{n} classes"),
        logits=Stored("cluster_logits_{n}", axes="clusters{n} classes"),
    )

    @property
    def by_class(self) -> Array:
        """Each class's column of the mean exact map over the class's own images (n_inputs, n_classes)."""
        return np.stack([maps[:, k] for k, maps in enumerate(self.by_cluster[1].maps)], axis=1)


@dataclass(frozen=True)
class TestMeasures:
    """What was measured on test images.

    Parameters
    ----------
    answers, predicted : arrays, shape (n_classes,)
        The share of test images that the network gives each class, and the composed pictures.
    resampled : array, shape (n_rungs, n_measures, n_resamples)
    rungs : array, shape (n_rungs,), str
    deletion : array, shape (2,)
        The median share of the ink that is gone when the network answers otherwise, taken away in the order of each
        image's own exact map, and in a random order.
    """

    answers: Array = stored(axes="classes")
    predicted: Array = stored(axes="classes")
    resampled: Array = stored(axes="rungs measures resamples", allow_nan=True)
    rungs: Array = stored("str", "rungs")
    deletion: Array = stored(axes="orders")

    def samples(self, measure: str, rung: str) -> Array:
        """Give a rung's measure on each resample of the test images, float64."""
        return self.resampled[self.rungs.tolist().index(rung), MEASURES.index(measure)].astype(float)

    def contrast(self, measure: str, rung: str, other: str) -> Interval:
        """Give by how much a rung leads another in a measure, paired: on the same resampled test images.

        The estimate is the median over resamples; `Ladder` has each rung's own.
        """
        lead = self.samples(measure, rung) - self.samples(measure, other)
        return Interval.from_samples(float(np.nanmedian(lead)) if not np.isnan(lead).all() else np.nan, lead)


@dataclass(frozen=True)
class Examples:
    """A few test images to show: their exact maps and logits, centred across classes, their numbers and their
    kinds (indices into EXAMPLE_KINDS)."""

    maps: Array = stored(axes="examples inputs classes", name="example_maps")
    logits: Array = stored(axes="examples classes", name="example_logits")
    images: Array = stored("int64", "examples", name="examples")
    kinds: Array = stored("int64", "examples", name="example_kinds")


@dataclass(frozen=True)
class Pictures:
    """One network's pictures and what was measured of them; float32.

    Parameters
    ----------
    composed : ComposedMaps
    maps : TrainingMaps
    fitted : mapping from int to FittedPrototypes
        By the number of pictures per class.
    logits : array, shape (n_tests, n_classes)
        Of test images, centred across classes.
    units : sequence of HiddenUnits
        By hidden layer.
    never_inked : array, shape (n_inputs,), bool
        The pixels that none of the network's own training images inks.
    measured : TestMeasures
    examples : Examples
    output_pictures : array, shape (n_snapshots, n_inputs, n_classes)
        Of the classes at each snapshot, centred.
    accuracy : float
        Of the composed pictures on test images.
    cosine : float
        Of the composed pictures with the mean exact map, mean over classes.
    architecture : Architecture
    n_mapped : int
        How many training images the exact maps are means of.
    """

    FLOAT32_FIRST: ClassVar[bool] = True  # the order of arrays in the file

    composed: ComposedMaps = stored_record(ComposedMaps)
    maps: TrainingMaps = stored_record(TrainingMaps)
    fitted: Mapping[int, FittedPrototypes] = stored_parts(
        FittedPrototypes,
        "by number",
        needed=False,
        weights=Stored("fitted_{n}", axes="inputs pictures{n}"),
        biases=Stored("fitted_biases_{n}", axes="pictures{n}"),
        shares=Stored("fitted_shares_{n}", axes="pictures{n}"),
        means=Stored("fitted_means_{n}", axes="pictures{n} inputs"),
        cosines=Stored("fitted_cosines_{n}", axes="pictures{n}"),
        held_out=Stored("fitted_held_out_{n}"),
        classes=Stored("fitted_classes_{n}", "uint8 or uint16", "pictures{n}"),
    )
    logits: Array = stored(axes="tests classes")
    units: Sequence[HiddenUnits] = stored_parts(
        HiddenUnits,
        "list",
        needed=False,
        influence=Stored("influence{n}", axes="units{n}"),
        active_fraction=Stored("on{n}", axes="units{n}"),
        explained=Stored("explained{n}", axes="units{n}"),
    )
    never_inked: Array = stored("bool", "inputs")
    measured: TestMeasures = stored_record(TestMeasures)
    examples: Examples = stored_record(Examples)
    output_pictures: Array = stored(axes="snapshots inputs classes", name="along")
    accuracy: float = stored(name="picture_accuracy")
    cosine: float = stored()
    architecture: Architecture = stored_parts(
        Architecture,
        "one",
        words=Stored("layers", "str"),
        is_dense=Stored("is_dense", "bool"),
        activation=Stored("activation", "str"),
    )
    n_mapped: int = stored("int64", name="mapped")

    def save(self, path: Path) -> None:
        save_record(path, self)

    @classmethod
    def load(cls, path: Path) -> "Pictures":
        """Read them; raises UserError where the file is missing or not what compose writes."""
        return load_record(path, cls)
