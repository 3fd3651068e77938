"""One epoch of 784-512-256-10 at batch 128, by everyone: each a function that trains one epoch more."""

from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, cast

import numpy as np

from looking_for.core.arrays import Array, as_pixels
from looking_for.core.imageset import ImageSet
from looking_for.core.keras_backend import keras, tf
from looking_for.networks.recipe import Recipe
from looking_for.training import epoch as epochs
from looking_for.training import model
from looking_for.training.deterministic import RMSprop
from looking_for.training.loop import TrainingData
from tools.bench import timing

BATCH, HIDDEN, RATE = 128, (512, 256), 0.001

floats = partial(as_pixels, dtype=np.float32)


class Contender(NamedTuple):
    """`epoch` trains one epoch more; `accuracy` is on the test images, or None where nothing is learnt."""

    epoch: Callable[[], object]
    accuracy: Callable[[], float] | None


class ContenderProcess:
    """A contender in a process of its own: one library's waiting threads must not slow another's."""

    def __init__(self, name: str) -> None:
        spawn = get_context("spawn")
        self.pipe, other = spawn.Pipe()
        self.process = spawn.Process(target=_serve, args=(name, other), daemon=True)
        self.process.start()
        self.pipe.recv()

    def ask(self, question: str) -> float | None:
        """ "epoch": train one more, and its seconds; "accuracy": on the test images."""
        self.pipe.send(question)
        return cast("float | None", self.pipe.recv())

    def close(self) -> None:
        self.process.terminate()
        self.process.join()


def _serve(name: str, pipe: Connection) -> None:
    images = ImageSet.load()
    contender = CONTENDERS[name](TrainingData.from_samples(images, len(images.x_train)))
    pipe.send("ready")
    while True:
        if pipe.recv() == "epoch":
            pipe.send(timing.seconds(contender.epoch))
        else:
            pipe.send(contender.accuracy() if contender.accuracy else None)


def race(rounds: int) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Everyone's epochs in turn, round after round: seconds, and test accuracy after all of them."""
    names = [name for name in CONTENDERS if name != "pytorch" or find_spec("torch")]
    if "pytorch" not in names:
        print("  PyTorch is not installed, so it is left out: pip install torch==2.13.0")
    processes = {name: ContenderProcess(name) for name in names}
    times: dict[str, list[float]] = {name: [] for name in names}
    for round_ in range(rounds + 1):
        for name, contender in processes.items():
            seconds = contender.ask("epoch")
            if round_ and seconds is not None:
                times[name].append(seconds)
        print(f"  round {round_} of {rounds}" + (" (warm-up)" if not round_ else ""), flush=True)
    accuracies = {name: contender.ask("accuracy") for name, contender in processes.items()}
    for contender in processes.values():
        contender.close()
    return times, {name: share for name, share in accuracies.items() if share is not None}


def floor(data: TrainingData, hidden: Sequence[int] = HIDDEN) -> Contender:
    """The matrix products alone, forward and backward, in numpy: what no training can do without."""
    x = floats(data.x_train)
    sizes = [x.shape[1], *hidden, 10]
    chance = np.random.default_rng(0)
    weights = [chance.standard_normal((a, b), np.float32) for a, b in pairwise(sizes)]

    def epoch() -> None:
        for start in range(0, len(x), BATCH):
            h = [x[start : start + BATCH]]
            for weight in weights:
                h.append(h[-1] @ weight)
            gradient = h[-1]
            for layer in reversed(range(len(weights))):
                _ = h[layer].T @ gradient
                if layer:
                    gradient = gradient @ weights[layer].T

    return Contender(epoch, None)


def ours(data: TrainingData, hidden: Sequence[int] = HIDDEN) -> Contender:
    """The train stage's own epoch, with its shuffle and its partial last batch."""
    keras.utils.set_random_seed(0)
    recipe = Recipe(samples=1, hidden=list(hidden), epochs=1)
    network = model.build_model(data.x_train.shape[1], recipe, 10)
    run = epochs.compile_epoch(network, RMSprop(RATE))
    shuffle = np.random.default_rng(0)
    x, y = tf.constant(data.x_train), tf.constant(data.y_train)

    def epoch() -> float:
        batches = tf.constant(epochs.split_batches(shuffle.permutation(len(data.x_train)), BATCH))
        epoch_range = tf.constant(0), tf.constant(len(batches))
        return float(run(x, y, batches, epoch_range, epochs.ZERO_SUMS)[0])

    return Contender(epoch, lambda: accuracy(network.predict(floats(data.x_test), verbose=0), data))


def keras_fit(data: TrainingData, jit_compile: bool) -> Contender:
    """Keras' own `fit`, as the article uses it: softmax, one-hot labels, RMSprop."""
    keras.utils.set_random_seed(0)
    x, y = floats(data.x_train), keras.utils.to_categorical(data.y_train, 10)
    layers = [keras.layers.Dense(units, "relu") for units in HIDDEN]
    inputs = keras.Input((x.shape[1],))
    network = keras.Sequential([inputs, *layers, keras.layers.Dense(10, "softmax")])
    network.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"], jit_compile=jit_compile)
    return Contender(
        lambda: network.fit(x, y, batch_size=BATCH, epochs=1, verbose=0),
        lambda: accuracy(network.predict(floats(data.x_test), verbose=0), data),
    )


def sklearn(data: TrainingData) -> Contender:
    """scikit-learn's MLPClassifier; it has no RMSprop, Adam is its nearest."""
    from sklearn.neural_network import MLPClassifier

    x = floats(data.x_train)
    network = MLPClassifier(HIDDEN, batch_size=BATCH, learning_rate_init=RATE, alpha=0, random_state=0)
    return Contender(
        lambda: network.partial_fit(x, data.y_train, classes=np.arange(10)),
        lambda: accuracy(network.predict_proba(floats(data.x_test)), data),
    )


def pytorch(data: TrainingData) -> Contender:
    """A plain PyTorch loop with its RMSprop, all data in memory, shuffled each epoch."""
    import torch

    torch.manual_seed(0)
    sizes = [data.x_train.shape[1], *HIDDEN, 10]
    layers: list[Any] = []
    for a, b in pairwise(sizes):
        layers += [torch.nn.Linear(a, b), torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.RMSprop(network.parameters(), lr=RATE, alpha=0.9, eps=1e-7, foreach=True)
    x, y = torch.from_numpy(floats(data.x_train)), torch.from_numpy(data.y_train).long()

    def epoch() -> None:
        for batch in torch.randperm(len(x)).split(BATCH):
            optimizer.zero_grad(set_to_none=True)
            torch.nn.functional.cross_entropy(network(x[batch]), y[batch]).backward()
            optimizer.step()

    def answers() -> float:
        with torch.no_grad():
            return accuracy(network(torch.from_numpy(floats(data.x_test))).numpy(), data)

    return Contender(epoch, answers)


def accuracy(scores: Array, data: TrainingData) -> float:
    return float((scores.argmax(axis=1) == data.y_test).mean())


CONTENDERS: dict[str, Callable[[TrainingData], Contender]] = {
    "floor": floor,
    "ours": ours,
    "keras_fit": partial(keras_fit, jit_compile=False),
    "keras_fit_xla": partial(keras_fit, jit_compile=True),
    "sklearn": sklearn,
    "pytorch": pytorch,
}
