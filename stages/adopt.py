"""Import one network from its file and write it as the pipeline's own."""

from looking_for.core import paths
from looking_for.core.arrays import as_pixels
from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageSet
from looking_for.core.text import format_percent
from looking_for.networks.dense_weights import Snapshots
from looking_for.networks.loading import load_network
from looking_for.networks.loading.scaling import suggest_scaling
from looking_for.surrogates.measures import accuracy
from stages import _cli
from stages.params import read_params
from stages.params.training import parse_networks, require_network


def main() -> None:
    name = _cli.parse_network("adopt", __doc__, "a key under models: in params.yaml")
    networks, models = parse_networks(read_params())
    require_network(name, networks, models)
    if name not in models:
        raise UserError(f"{name} is trained here; imported networks are under models: in params.yaml")
    params = models[name]
    images = ImageSet.load()
    settings = params.settings() | {"n_classes": len(images.classes)}
    network = load_network(params.path, images.shape, **settings)
    network.save(paths.network_file(name))
    Snapshots.empty().save(paths.snapshots_file(name))
    right = format_percent(accuracy(network.logits(as_pixels(images.x_test)), images.y_test))
    _cli.say(f"{name}: {network.architecture.words}, gets {right} of the test images right")
    plain = settings | {"scale": None, "mean": 0.0, "std": 1.0}
    better = suggest_scaling(lambda way: load_network(params.path, images.shape, **plain | dict(way)), network, images)
    if better:
        _cli.say(
            f"{name}: of {better.n_images} test images it gets {format_percent(better.now)} right; with "
            f"{better.words}, {format_percent(better.then)}: look how it was trained"
        )


if __name__ == "__main__":
    _cli.run_stage("adopt", main)
