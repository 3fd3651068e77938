"""What survey found in the images, before any network sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from looking_for.core import layout
from looking_for.core.arrays import Array
from looking_for.core.files import SURVEY, load_arrays, save_arrays
from looking_for.core.layout import Field, Layout


@dataclass(frozen=True)
class Clusters:
    """Each class's training images cut into so many clusters; a class's stand together, largest first.

    classes: the class of each cluster (clusters); means: their mean images (clusters × inputs, 0…1,
    float32); sizes: their numbers of images; of_train: the cluster of each training image;
    nearest: the cluster of all whose mean is nearest to each test image.
    """

    classes: Array
    means: Array
    sizes: Array
    of_train: Array
    nearest: Array


@dataclass(frozen=True)
class Survey:
    """ink: share of each class's images that ink a pixel (classes × h × w); exclusive: how far a pixel is
    one class's alone (h × w); pixel_sums: Σx over the training images (inputs, pixels in [0, 1]);
    pixel_products: Σxᵀx (inputs × inputs); clusters: by how many a class is cut into.
    """

    ink: Array
    exclusive: Array
    pixel_sums: Array
    pixel_products: Array
    clusters: Mapping[int, Clusters]

    def save(self, path: Path = SURVEY) -> None:
        """Write the arrays by name; those of clusters as in `means_10`."""
        arrays = {key: value for key, value in vars(self).items() if key != "clusters"}
        for number, found in self.clusters.items():
            arrays |= {f"{key}_{number}": value for key, value in asdict(found).items()}
        save_arrays(path, arrays)

    @classmethod
    def load(cls, path: Path = SURVEY) -> "Survey":
        arrays = load_arrays(path)
        numbers = [int(n) for key in arrays if (n := key.removeprefix("means_")).isdigit()]
        layout.check(path, arrays, _layout(numbers))
        clusters = {
            number: Clusters(**{f.name: arrays.pop(f"{f.name}_{number}") for f in fields(Clusters)})
            for number in numbers
        }
        return cls(**arrays, clusters=clusters)


def _layout(numbers: Sequence[int]) -> Layout:
    found = {
        "ink": Field("float32", "classes height width"),
        "exclusive": Field("float32", "height width", may_lack=True),
        "pixel_sums": Field("float64", "inputs"),
        "pixel_products": Field("float64", "inputs inputs"),
    }
    for n in numbers or [1]:
        found |= {
            f"classes_{n}": Field("uint8 or uint16", f"clusters{n}"),
            f"means_{n}": Field("float32", f"clusters{n} inputs"),
            f"sizes_{n}": Field("int64", f"clusters{n}"),
            f"of_train_{n}": Field("uint16", "images"),
            f"nearest_{n}": Field("uint16", "tests"),
        }
    return found
