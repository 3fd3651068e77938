"""Put one network's fitted pictures to the test: other starts, labels instead of logits, another loss."""

import argparse

import stages.enter  # noqa: F401  # first of all
from stages import console, params
from stages.artifacts import challenge, files
from stages.artifacts.images import Images
from stages.artifacts.pictures import Pictures
from stages.artifacts.survey import Survey
from stages.challenge import contest
from stages.models import files as models
from stages.words import decimal, percent


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.challenge", description=__doc__)
    parser.add_argument("--network", required=True, help="a name under challenge: in params.yaml")
    name = parser.parse_args().network
    settings = params.load()
    settings.known(name)
    found = contest.hold(
        models.load(files.network_file(name)),
        Pictures.load(files.pictures_file(name)),
        Images.load(),
        Survey.load(),
        settings.fit,
    )
    challenge.save(files.challenge_file(name), found)
    for challenger in found:
        console.say(
            f"{name}, {challenger.name}: explains {decimal(challenger.explained.value)}, "
            f"agrees on {percent(challenger.agreement.value)}"
        )


if __name__ == "__main__":
    console.run("challenge", main)
