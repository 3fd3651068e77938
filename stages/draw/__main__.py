"""Draw one network's own figures: its layers, classes, clusters, fewest pictures and course."""

import argparse

import stages.enter  # noqa: F401  # first of all
from stages import console, params
from stages.artifacts.files import figures_of
from stages.draw import clusters, film, fitted, strips, units
from stages.facts import Run


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.draw", description=__doc__)
    parser.add_argument("--network", required=True, help="a key under networks: or models: in params.yaml")
    name = parser.parse_args().network
    settings = params.load()
    settings.known(name)
    run = Run.load(settings, [name])
    (network,), folder = run.networks, figures_of(name)

    for number in range(1, len(network.widths) + 1):
        units.layer(network, number, run.images.shape).save(folder / f"layer-{number}.png")
    units.output(network, run).save(folder / "output.png")
    clusters.draw(network, run).save(folder / "clusters.png")
    for number in network.pictures.fitted:
        fitted.draw(network, number, run).save(folder / f"fitted-{number}.png")
    if network.truth:
        strips.along(network, run.images.shape, run.classes).save(folder / "along.png")
        film.save(network, run.images.shape, run.classes, folder / "film.png")


if __name__ == "__main__":
    console.run("draw", main)
