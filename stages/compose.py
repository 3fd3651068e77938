"""Compose one network's pictures and measure how true they are, at the end and along the training."""

from looking_for.clusters.survey import Survey
from looking_for.core import paths
from looking_for.core.files import save_json
from looking_for.core.imageset import ImageSet
from looking_for.core.tables import save_rows
from looking_for.core.text import format_decimal, format_percent
from looking_for.networks.dense_weights import Snapshots
from looking_for.networks.stored import load_stored_network
from looking_for.surrogates.course import SnapshotMeasures
from looking_for.surrogates.evaluate import evaluate_network
from stages import _cli
from stages.params import read_params
from stages.params.fitting import Fit
from stages.params.training import parse_networks, require_network


def main() -> None:
    name = _cli.parse_network("compose", __doc__, "a key under networks: or models: in params.yaml")
    params = read_params()
    networks, models = parse_networks(params)
    require_network(name, networks, models)
    images, survey = ImageSet.load(), Survey.load()
    evaluation = evaluate_network(
        load_stored_network(paths.network_file(name)),
        images,
        survey,
        networks[name].samples if name in networks else len(images.x_train),
        Fit.model_validate(params["fit"]).settings(),
        snapshots=Snapshots.load(paths.snapshots_file(name)),
    )
    evaluation.pictures.save(paths.pictures_file(name))
    evaluation.ladder.save(paths.ladder_file(name))
    save_json(paths.metrics_file(name), evaluation.metrics)
    save_rows(paths.truth_file(name), SnapshotMeasures, evaluation.course)
    metrics = evaluation.metrics
    _cli.say(
        f"{name}: the composed pictures agree with the network on {format_percent(metrics['agreement'])} "
        f"of {len(images.x_test):,} test images; "
        f"balanced, they explain {format_decimal(metrics['explained'])}"
    )


if __name__ == "__main__":
    _cli.run_stage("compose", main)
