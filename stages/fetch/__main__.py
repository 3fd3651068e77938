"""Fetch the data set that params.yaml names and write data/images.npz."""

import stages.enter  # noqa: F401  # first of all
from stages import console, params
from stages.artifacts import files
from stages.artifacts.images import Images
from stages.fetch import digits, mnist


def main() -> None:
    data = params.load().data
    images = digits.load() if data.dataset == "digits" else mnist.load(data.source)
    files.save_arrays(files.IMAGES, vars(images))
    console.say(summary(data.dataset, images))


def summary(dataset: str, images: Images) -> str:
    height, width = images.shape
    return (
        f"{dataset}: {len(images.x_train):,} training and {len(images.x_test):,} test images "
        f"of {height}×{width} pixels, {len(images.classes)} classes"
    )


if __name__ == "__main__":
    console.run("fetch", main)
