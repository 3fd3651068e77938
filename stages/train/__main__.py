"""Train one network and write its weights, its weights on the way and its history."""

import argparse

import stages.enter  # noqa: F401  # first of all
from stages import console, params
from stages.artifacts import files
from stages.artifacts.images import Images
from stages.errors import UserError
from stages.train import memory


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stages.train", description=__doc__)
    parser.add_argument("--network", required=True, help="a key under networks: in params.yaml")
    name = parser.parse_args().network
    settings = params.load()
    network = settings.networks[settings.known(name)]
    images = Images.load()

    # TensorFlow takes seconds to import: every cheap mistake is found before.
    memory.check(name, network, images.x_train[0].size, len(images.classes), settings.train.batch_size)
    from stages.train import history, training

    samples = min(network.samples, len(images.x_train))
    if samples < network.samples:
        console.say(f"{name} wants {network.samples:,} samples; the data set has {samples:,}: uses those")
    data = training.Data.of(
        images,
        samples,
        shuffle_labels=network.shuffle_labels,
        seed=training.seed_of(network, settings.train),
    )
    watch = history.watcher(name)
    trained = training.train(data, network, len(images.classes), settings.train, watch=watch)
    if not trained.is_finite():
        raise UserError(
            f"{name}'s weights grew beyond all numbers: params.yaml: train.learning_rate = "
            f"{settings.train.learning_rate} is too large for it"
        )
    right = trained.rows[-1].test.accuracy
    if images.is_chance(right) and not network.is_control:
        console.say(
            f"{name} learnt nothing: right on {100 * right:.1f} % of the test images, where always "
            f"answering one class is right on {100 * images.constant_accuracy:.1f} %"
        )
    trained.network.save(files.network_file(name))
    trained.snapshots.save(files.snapshots_file(name), like=trained.network)
    history.save(files.history_file(name), trained.rows)


if __name__ == "__main__":
    console.run("train", main)
