"""Train one network and write its weights, its snapshots and its history."""

import sys
from typing import TYPE_CHECKING

from tqdm import tqdm

from looking_for.core import paths
from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageSet
from looking_for.networks.recipe import Recipe
from looking_for.training.history import EpochScores, save_history
from looking_for.training.memory import check_memory
from stages import _cli
from stages.params import read_params
from stages.params.training import Train, parse_networks, require_network

if TYPE_CHECKING:
    from looking_for.training.loop import EpochCallback


def main() -> None:
    name = _cli.parse_network("train", __doc__, "a key under networks: in params.yaml")
    params = read_params()
    networks, models = parse_networks(params)
    require_network(name, networks, models)
    if name not in networks:
        raise UserError(f"{name} is imported; networks that are trained are under networks: in params.yaml")
    recipe, settings = networks[name], Train.model_validate(params["train"]).settings()
    images = ImageSet.load()

    # TensorFlow takes seconds to import: every cheap mistake is caught before.
    check_memory(name, recipe, images.x_train[0].size, len(images.classes), settings.batch_size)
    from looking_for.training.loop import TrainingData, resolve_seed, train_network

    samples = min(recipe.samples, len(images.x_train))
    if samples < recipe.samples:
        _cli.say(f"{name} wants {recipe.samples:,} samples; the data set has {samples:,}: uses those")
    data = TrainingData.from_samples(
        images, samples, shuffle_labels=recipe.shuffle_labels, seed=resolve_seed(recipe, settings)
    )
    n_classes = len(images.classes)
    trained = train_network(data, recipe, n_classes, settings, on_epoch_end=report_epochs(name))
    if not trained.is_finite():
        raise UserError(
            f"{name}'s weights grew beyond all numbers: params.yaml: train.learning_rate = "
            f"{settings.learning_rate} is too large for it"
        )
    report_outcome(name, trained.history[-1].test.accuracy, recipe, images)
    trained.weights.save(paths.network_file(name))
    trained.snapshots.save(paths.snapshots_file(name))
    save_history(paths.history_file(name), trained.history)


def report_outcome(name: str, accuracy: float, recipe: Recipe, images: ImageSet) -> None:
    """Say it where a network learnt nothing that was meant to learn."""
    if images.is_chance(accuracy) and not recipe.is_control:
        _cli.say(
            f"{name} learnt nothing: it gets {100 * accuracy:.1f} % of the test images right, where always "
            f"answering one class gets {100 * images.constant_accuracy:.1f} %"
        )


def report_epochs(name: str) -> "EpochCallback":
    """Make what training calls after each epoch: it moves a bar where a person looks on, else prints."""
    if not sys.stderr.isatty():
        return lambda n_epochs, scores: _print_epoch(name, n_epochs, scores)
    bar = tqdm(desc=name, unit="epoch")

    def move(n_epochs: int, scores: EpochScores | None) -> None:
        bar.total = n_epochs
        if scores is None or scores.epoch:
            bar.update()
        if scores is not None:
            bar.set_postfix(accuracy=f"{scores.test.accuracy:.4f}", loss=f"{scores.test.loss:.4f}")

    return move


def _print_epoch(name: str, n_epochs: int, scores: EpochScores | None) -> None:
    if scores is not None:
        _cli.say(
            f"{name}: epoch {scores.epoch}/{n_epochs}  loss {scores.train.loss:.4f}  "
            f"test loss {scores.test.loss:.4f}  test accuracy {scores.test.accuracy:.4f}"
        )


if __name__ == "__main__":
    _cli.run_stage("train", main)
