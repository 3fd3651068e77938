"""Survey the images: where each class puts ink, and the clusters that each class falls into."""

import stages._venv  # noqa: F401  # first of all
from looking_for.clusters import evidence, ink
from looking_for.core import files
from looking_for.images.imageset import Images
from stages import _cli, params


def main() -> None:
    settings = params.load().survey
    images = Images.load()
    survey = evidence.find(images, settings.clusters, settings.seed)
    survey.save()
    files.save_numbers(files.CLAIMS, ink.claims(images))
    for number, found in survey.clusters.items():
        _cli.say(
            f"clusters a class: {number}; in all {len(found.classes)}, of {len(images.x_train):,} images"
        )


if __name__ == "__main__":
    _cli.run("survey", main)
