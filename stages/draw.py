"""Draw one network's own figures: its layers, classes, clusters, fewest pictures and course."""

import argparse

import stages._venv  # noqa: F401  # first of all
from looking_for.core.files import figures_of
from looking_for.figures import clusters, film, hidden_units, prototypes, training_strips
from looking_for.results.run import Run
from stages import _cli, params


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.draw", description=__doc__)
    parser.add_argument("--network", required=True, help="a key under networks: or models: in params.yaml")
    name = parser.parse_args().network
    settings = params.load()
    settings.known(name)
    run = Run.load(settings, [name])
    (network,), folder = run.networks, figures_of(name)

    for number in range(1, len(network.widths) + 1):
        hidden_units.layer(network, number, run.images.shape).save(folder / f"layer-{number}.png")
    hidden_units.output(network, run).save(folder / "output.png")
    clusters.draw(network, run).save(folder / "clusters.png")
    for number in network.pictures.fitted:
        prototypes.draw(network, number, run).save(folder / f"fitted-{number}.png")
    if network.truth:
        training_strips.along(network, run.images.shape, run.classes).save(folder / "along.png")
        film.save(network, run.images.shape, run.classes, folder / "film.png")


if __name__ == "__main__":
    _cli.run("draw", main)
