"""Survey the images: where each class puts ink, and the clusters that each class falls into."""

from looking_for.clusters.ink import count_claims
from looking_for.clusters.memory import check_image_memory
from looking_for.clusters.survey import survey_images
from looking_for.core import paths
from looking_for.core.files import save_json
from looking_for.core.imageset import ImageSet
from stages import _cli
from stages.params import read_params
from stages.params.images import SurveyParams


def main() -> None:
    params = SurveyParams.model_validate(read_params()["survey"])
    images = ImageSet.load()
    check_image_memory(images, params.clusters)
    survey = survey_images(images, params.clusters, params.seed)
    survey.save()
    save_json(paths.CLAIMS, count_claims(images))
    for number, clusters in survey.clusters.items():
        _cli.say(f"clusters per class: {number}; in total {len(clusters.classes)}, of {len(images.x_train):,} images")


if __name__ == "__main__":
    _cli.run_stage("survey", main)
