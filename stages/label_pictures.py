"""Train networks that are several pictures per class on labels, for a study: one for each seed of its variants."""

from functools import partial

from looking_for.clusters.survey import Survey
from looking_for.core.arrays import as_pixels
from looking_for.core.imageset import ImageSet
from looking_for.core.parallel import parallel_calls
from looking_for.core.tables import N_DIGITS
from looking_for.core.text import format_percent
from looking_for.surrogates.label_pictures import LabelPictures, save_label_pictures, train_on_labels
from looking_for.surrogates.measures import accuracy
from stages import _cli
from stages.params import read_params
from stages.params.fitting import Fit
from stages.params.study import read_study
from stages.params.training import Train


def main() -> None:
    params, study, images, survey = read_params(), read_study(), ImageSet.load(), Survey.load()
    per_class = max(Fit.model_validate(params["fit"]).pictures)
    n_seen = study.updates * Train.model_validate(params["train"]).batch_size  # as of the grid's networks
    shown, x_test = slice(max(study.samples)), as_pixels(images.x_test)
    rows, labels = images.x_train[shown].reshape(-1, x_test.shape[1]), images.y_train[shown]

    def train(seed: int) -> LabelPictures:
        pictures = train_on_labels(rows, labels, survey.clusters[per_class], n_seen, seed)
        right = round(accuracy(pictures(x_test), images.y_test), N_DIGITS)
        return LabelPictures(seed=seed, per_class=per_class, accuracy=right)

    networks = parallel_calls(partial(train, seed) for seed in study.variant_seeds)
    save_label_pictures(networks)
    for network in networks:
        _cli.say(f"seed {network.seed}: {per_class} pictures per class get {format_percent(network.accuracy)} right")


if __name__ == "__main__":
    _cli.run_stage("label_pictures", main)
