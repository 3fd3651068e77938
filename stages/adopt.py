"""Read one network that was made elsewhere and write it as the pipeline's own."""

import argparse

import stages._venv  # noqa: F401  # first of all
from looking_for.core import files
from looking_for.core.arrays import pixels
from looking_for.core.errors import UserError
from looking_for.images.imageset import Images
from looking_for.networks import files as models
from looking_for.networks.loading import files as made_elsewhere
from looking_for.results.text import percent
from looking_for.surrogates.measures import accuracy
from stages import _cli, params


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.adopt", description=__doc__)
    parser.add_argument("--network", required=True, help="a key under models: in params.yaml")
    name = parser.parse_args().network
    found = params.load()
    if found.known(name) not in found.models:
        raise UserError(f"{name} is trained here; networks made elsewhere are under models: in params.yaml")
    settings = found.models[name]
    images = Images.load()
    model = models.of(made_elsewhere.load(settings, images.shape))
    logits = model.logits(pixels(images.x_test))
    if logits.shape[1] != len(images.classes):
        raise UserError(
            f"{settings.path} gives {logits.shape[1]} numbers for an image; the data has "
            f"{len(images.classes)} classes, and a network needs one for each, in their order"
        )
    model.save(files.network_file(name))
    _cli.say(
        f"{name}: {model.architecture.words}, right on {percent(accuracy(logits, images.y_test))} "
        "of the test images"
    )


if __name__ == "__main__":
    _cli.run("adopt", main)
