"""Draw one network's own figures: its layers, classes, clusters, fewest pictures and course."""

from looking_for.core.paths import figure_dir
from looking_for.figures.clusters import draw_clusters
from looking_for.figures.film import save_film
from looking_for.figures.hidden_units import draw_layer, draw_output
from looking_for.figures.legible import with_legible_names
from looking_for.figures.prototypes import draw_prototypes
from looking_for.figures.training_strips import draw_strips
from looking_for.results.run import RunResults
from stages import _cli
from stages.params.settings import load_params, run_settings
from stages.params.training import require_network


def main() -> None:
    name = _cli.parse_network("draw", __doc__, "a key under networks: or models: in params.yaml")
    params = load_params()
    require_network(name, params.networks, params.models)
    run = with_legible_names(RunResults.load(run_settings(params), [name]))
    (network,), folder = run.networks, figure_dir(name)

    for number in range(1, len(network.widths) + 1):
        draw_layer(network, number, run.images.shape).save(folder / f"layer-{number}.png")
    draw_output(network, run).save(folder / "output.png")
    draw_clusters(network, run).save(folder / "clusters.png")
    for number in network.pictures.fitted:
        draw_prototypes(network, number, run).save(folder / f"fitted-{number}.png")
    if network.truth:
        draw_strips(network, run.images.shape, run.classes).save(folder / "along.png")
        save_film(network, run.images.shape, run.classes, folder / "film.png")


if __name__ == "__main__":
    _cli.run_stage("draw", main)
