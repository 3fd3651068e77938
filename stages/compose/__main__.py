"""Compose one network's pictures and measure how true they are."""

import argparse

from stages import artifacts, console, params
from stages.artifacts import Images, pixels
from stages.compose import exact, pictures, probe, truth
from stages.compose.ways import Ways
from stages.network import Network


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.compose", description=__doc__)
    parser.add_argument("--network", required=True, help="a key under networks: in params.yaml")
    name = parser.parse_args().network
    settings = params.load()
    samples = settings.network(name).samples
    images = Images.load()
    survey = artifacts.load_arrays(artifacts.SURVEY)
    network = Network.load(artifacts.network_file(name))

    x_test = pixels(images.x_test)
    exact.check_identity(network, x_test[: exact.CHECKED])
    composed = pictures.compose(network)
    groups = {w: survey[f"of_train_{w}"] for w in settings.survey.ways}
    found = probe.run(network, images, groups)
    ways = {w: Ways.of(network, found.groups[w], survey, w) for w in settings.survey.ways}
    never_inked = ~images.x_train[:samples].any(axis=0).ravel()

    preactivations = network.preactivations(x_test)
    logits = preactivations[-1]
    anchored = Ways.anchored(probe.centre(composed.weights[-1]), found.groups[1], survey, 1)
    numbers = truth.numbers(composed, anchored, ways[1], found, logits, x_test=x_test, y_test=images.y_test)
    numbers |= truth.by_ways(ways, logits, x_test)
    units = truth.units_explained(composed, preactivations, x_test)
    numbers |= {"units_explained": truth.means(units), "never_inked": int(never_inked.sum())}
    arrays = composed.arrays() | found.arrays() | {"never_inked": never_inked}
    arrays |= {f"explained_{layer}": artifacts.single(shares) for layer, shares in units.items()}
    for w, way in ways.items():
        arrays |= way.arrays(w)
    artifacts.save_arrays(artifacts.pictures_file(name), arrays)
    artifacts.save_numbers(artifacts.metrics_file("compose", name), numbers)
    console.say(
        f"{name}: the composed pictures agree with the network on {numbers['agreement']:.1%} "
        f"of {len(x_test):,} test images and explain {numbers['explained']:.2f} of its logits"
    )


if __name__ == "__main__":
    console.run("compose", main)
