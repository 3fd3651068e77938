"""Survey the images: where each class puts ink, and the clusters that each class falls into."""

import stages.enter  # noqa: F401  # first of all
from stages import console, params
from stages.artifacts import files
from stages.artifacts.images import Images
from stages.artifacts.survey import Survey
from stages.survey import clustering, ink, moments


def main() -> None:
    settings = params.load().survey
    images = Images.load()
    inked = ink.inked_by_class(images)
    clusters = clustering.find(images, settings.clusters, settings.seed)
    sums, products = moments.find(images.x_train)
    Survey(*ink.as_stored(inked), sums, products, clusters).save()
    files.save_numbers(files.CLAIMS, ink.claims(images))
    for number, found in clusters.items():
        console.say(
            f"clusters a class: {number}; in all {len(found.classes)}, of {len(images.x_train):,} images"
        )


if __name__ == "__main__":
    console.run("survey", main)
