"""Put one network's fitted pictures to the test: other starts, labels instead of logits, another loss."""

import argparse

import stages._venv  # noqa: F401  # first of all
from looking_for.clusters.survey import Survey
from looking_for.core import files
from looking_for.images.imageset import Images
from looking_for.networks import files as models
from looking_for.results.text import decimal, percent
from looking_for.surrogates import ablations, challenge
from looking_for.surrogates.results import Pictures
from stages import _cli, params


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.challenge", description=__doc__)
    parser.add_argument("--network", required=True, help="a name under challenge: in params.yaml")
    name = parser.parse_args().network
    settings = params.load()
    settings.known(name)
    found = ablations.hold(
        models.load(files.network_file(name)),
        Pictures.load(files.pictures_file(name)),
        Images.load(),
        Survey.load(),
        settings.fit,
    )
    challenge.save(files.challenge_file(name), found)
    for challenger in found:
        _cli.say(
            f"{name}, {challenger.name}: explains {decimal(challenger.explained.value)}, "
            f"agrees on {percent(challenger.agreement.value)}"
        )


if __name__ == "__main__":
    _cli.run("challenge", main)
