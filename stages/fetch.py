"""Fetch the data set that params.yaml names and write data/images.npz."""

from pathlib import Path

from looking_for.core import paths
from looking_for.core.imageset import ImageSet
from looking_for.core.npz import save_record
from looking_for.images.custom import load_custom
from looking_for.images.sources import load_public, load_scikit_digits
from stages import _cli
from stages.params import read_params
from stages.params.images import Data


def main() -> None:
    data = Data.model_validate(read_params()["data"])
    images = load_images(data)
    save_record(paths.IMAGES, images)
    _cli.say(summarise(data.dataset, images))


def load_images(data: Data) -> ImageSet:
    """Load the images that params.yaml names."""
    if data.dataset == "digits":
        return load_scikit_digits()
    if data.dataset == "path":
        return load_custom(Path(data.path).expanduser(), data.options())
    return load_public(data.dataset, data.source, Path(data.path))


def summarise(dataset: str, images: ImageSet) -> str:
    """Say what was fetched, in one line."""
    return (
        f"{dataset}: {len(images.x_train):,} training and {len(images.x_test):,} test images "
        f"of {images.size_words}, {len(images.classes)} classes"
    )


if __name__ == "__main__":
    _cli.run_stage("fetch", main)
