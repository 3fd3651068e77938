"""Train one network and write its weights, its weights on the way and its history."""

import argparse

import stages._venv  # noqa: F401  # first of all
from looking_for.core import files
from looking_for.core.errors import UserError
from looking_for.images.imageset import Images
from looking_for.training import memory
from stages import _cli, params


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.train", description=__doc__)
    parser.add_argument("--network", required=True, help="a key under networks: in params.yaml")
    name = parser.parse_args().network
    settings = params.load()
    network = settings.networks[settings.known(name)]
    images = Images.load()

    # TensorFlow takes seconds to import: every cheap mistake is found before.
    memory.check(name, network, images.x_train[0].size, len(images.classes), settings.train.batch_size)
    from looking_for.training import history, loop

    samples = min(network.samples, len(images.x_train))
    if samples < network.samples:
        _cli.say(f"{name} wants {network.samples:,} samples; the data set has {samples:,}: uses those")
    data = loop.Data.of(
        images,
        samples,
        shuffle_labels=network.shuffle_labels,
        seed=loop.seed_of(network, settings.train),
    )
    watch = history.watcher(name)
    trained = loop.train(data, network, len(images.classes), settings.train, watch=watch)
    if not trained.is_finite():
        raise UserError(
            f"{name}'s weights grew beyond all numbers: params.yaml: train.learning_rate = "
            f"{settings.train.learning_rate} is too large for it"
        )
    right = trained.rows[-1].test.accuracy
    if images.is_chance(right) and not network.is_control:
        _cli.say(
            f"{name} learnt nothing: right on {100 * right:.1f} % of the test images, where always "
            f"answering one class is right on {100 * images.constant_accuracy:.1f} %"
        )
    trained.network.save(files.network_file(name))
    trained.snapshots.save(files.snapshots_file(name), like=trained.network)
    history.save(files.history_file(name), trained.rows)


if __name__ == "__main__":
    _cli.run("train", main)
