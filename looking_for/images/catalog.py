"""The data sets that have a name: what they show, their classes, and the digests of public ones."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from looking_for.core.arrays import Array
from looking_for.images import idx

DIGITS = tuple(str(digit) for digit in range(10))
CLOTHES = (
    "T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip


@dataclass(frozen=True)
class DataSet:
    """What a data set shows, its classes, and the SHA-256 of its four canonical, uncompressed IDX files by
    Keras' names of arrays; whether the article is about it."""

    words: str
    classes: tuple[str, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    is_articles: bool = False


DATASETS = {
    "mnist": DataSet(
        "handwritten digits (MNIST)",
        DIGITS,
        {
            "x_train": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "y_train": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "x_test": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "y_test": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        },
        is_articles=True,
    ),
    "fashion-mnist": DataSet(
        "pictures of clothes (Fashion-MNIST)",
        CLOTHES,
        {
            "x_train": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "y_train": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "x_test": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "y_test": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        },
    ),
    "digits": DataSet("handwritten digits (scikit-learn's)", DIGITS),
    "path": DataSet(""),
}


def recognise_dataset(arrays: Mapping[str, Array]) -> DataSet | None:
    """Find the public data set that four arrays are, if they are one: then its classes have names."""
    digests = {key: idx_digest(arrays[key]) for key in idx.NAMES}
    return next((dataset for dataset in DATASETS.values() if dataset.digests == digests), None)


def idx_digest(array: Array) -> str:
    """Give the SHA-256 of an array's IDX form, in hexadecimal."""
    return hashlib.sha256(idx.encode(array)).hexdigest()
