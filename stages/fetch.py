"""Fetch the data set that params.yaml names and write data/images.npz."""

from pathlib import Path

import stages._venv  # noqa: F401  # first of all
from looking_for.core import files
from looking_for.images import custom, digits, public
from looking_for.images.imageset import Images
from stages import _cli, params


def main() -> None:
    data = params.load().data
    images = load(data)
    files.save_arrays(files.IMAGES, vars(images))
    _cli.say(summary(data.dataset, images))


def load(data: params.Data) -> Images:
    """The images that params.yaml names."""
    if data.dataset == "digits":
        return digits.load()
    if data.dataset == "path":
        return custom.load(Path(data.path), data.classes, data.grayscale)
    return public.load(data.dataset, data.source, Path(data.path))


def summary(dataset: str, images: Images) -> str:
    height, width = images.shape
    return (
        f"{dataset}: {len(images.x_train):,} training and {len(images.x_test):,} test images "
        f"of {height}×{width} pixels, {len(images.classes)} classes"
    )


if __name__ == "__main__":
    _cli.run("fetch", main)
