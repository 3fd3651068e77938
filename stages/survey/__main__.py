"""Survey the images: where each class puts ink, and the clusters that each class falls into."""

import stages.enter  # noqa: F401  # first of all
from stages import console, params
from stages.artifacts import files
from stages.artifacts.images import Images
from stages.survey import evidence, ink


def main() -> None:
    settings = params.load().survey
    images = Images.load()
    survey = evidence.find(images, settings.clusters, settings.seed)
    survey.save()
    files.save_numbers(files.CLAIMS, ink.claims(images))
    for number, found in survey.clusters.items():
        console.say(
            f"clusters a class: {number}; in all {len(found.classes)}, of {len(images.x_train):,} images"
        )


if __name__ == "__main__":
    console.run("survey", main)
