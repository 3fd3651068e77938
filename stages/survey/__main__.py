"""Survey the images: where each class puts ink, and the groups that each class falls into."""

from stages import artifacts, console, params
from stages.artifacts import Images
from stages.survey import groups, ink


def main() -> None:
    survey = params.load().survey
    images = Images.load()
    arrays = ink.arrays(images)
    for ways, found in groups.find(images, survey.ways, survey.seed).items():
        arrays |= found.arrays(ways)
        console.say(f"{ways} ways a class: {len(found.classes)} groups of {len(images.x_train):,} images")
    artifacts.save_arrays(artifacts.SURVEY, arrays)
    artifacts.save_numbers(artifacts.CLAIMS, ink.claims(images))


if __name__ == "__main__":
    console.run("survey", main)
