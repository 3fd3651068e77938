"""Compose one network's pictures and measure how true they are, at the end and along the training."""

import argparse

import stages._venv  # noqa: F401  # first of all
from looking_for.clusters.survey import Survey
from looking_for.core import files
from looking_for.images.imageset import Images
from looking_for.networks import files as models
from looking_for.networks.dense import Snapshots
from looking_for.results.text import decimal, percent
from looking_for.surrogates import course, truth
from looking_for.surrogates.evaluate import evaluate
from stages import _cli, params


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.compose", description=__doc__)
    parser.add_argument("--network", required=True, help="a key under networks: or models: in params.yaml")
    name = parser.parse_args().network
    settings = params.load()
    settings.known(name)
    images, survey = Images.load(), Survey.load()
    if name in settings.models:  # made elsewhere: nothing is known of its training
        samples, snapshots = len(images.x_train), Snapshots.none()
    else:
        samples, snapshots = (
            settings.networks[name].samples,
            Snapshots.load(files.snapshots_file(name)),
        )

    found = evaluate(models.load(files.network_file(name)), images, survey, samples, settings.fit)
    moments = course.truth(snapshots, images, survey, found)
    found.pictures.with_course(course.output_pictures(snapshots)).save(files.pictures_file(name))
    found.ladder.save(files.ladder_file(name))
    files.save_numbers(files.metrics_file(name), found.metrics)
    truth.save(files.truth_file(name), moments)
    _cli.say(
        f"{name}: the composed pictures agree with the network on {percent(found.metrics['agreement'])} "
        f"of {len(images.x_test):,} test images; "
        f"balanced, they explain {decimal(found.metrics['explained'])}"
    )


if __name__ == "__main__":
    _cli.run("compose", main)
