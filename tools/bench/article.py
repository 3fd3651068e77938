"""The article's way, as one script: Keras' `fit`, a loop over units, one axes a unit.

`python article.py images.npz networks.json folder` trains every network of the JSON (name →
samples, hidden, epochs), composes its layers and draws every unit of every layer. Without a
folder it trains only.
"""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("Agg")
import matplotlib.pyplot as plt

COLUMNS = 32


def main() -> None:
    images, networks = load_images(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())
    for name, network in networks.items():
        layers = train(*images, **network)
        for folder in sys.argv[3:]:
            weights = None
            for number, layer in enumerate(layers, start=1):
                weights = compose(weights, layer)
                draw_pictures(normalise(weights), Path(folder) / f"{name}-{number}.png")


def load_images(path: str) -> list[Any]:
    import keras

    with np.load(path) as data:
        x, y, x_test, y_test = (data[key] for key in ("x_train", "y_train", "x_test", "y_test"))
    x, x_test = (part.reshape(len(part), -1).astype("float32") / 255 for part in (x, x_test))
    return [x, keras.utils.to_categorical(y, 10), x_test, keras.utils.to_categorical(y_test, 10)]


def train(
    x: Any, y: Any, x_test: Any, y_test: Any, *, samples: int, hidden: list[int], epochs: int, **_: Any
) -> list[Any]:
    """Each layer's weights after Keras' own `fit`."""
    import keras

    layers = [keras.layers.Dense(units, "relu") for units in hidden]
    inputs = keras.Input((x.shape[1],))
    model = keras.Sequential([inputs, *layers, keras.layers.Dense(10, "softmax")])
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"])
    model.fit(x[:samples], y[:samples], batch_size=128, epochs=epochs, verbose=0,
              validation_data=(x_test, y_test))  # fmt: skip
    return [layer.get_weights()[0] for layer in model.layers]


def compose(before: Any, weights: Any) -> Any:
    """Each unit's picture: the pictures of the layer before, each times its weight, added up."""
    if before is None:
        return weights
    pictures = np.empty((before.shape[0], weights.shape[1]), before.dtype)
    for unit in range(weights.shape[1]):
        pictures[:, unit] = np.dot(before, weights[:, unit])
    return pictures


def normalise(weights: Any) -> list[Any]:
    """Each unit's weights as whole numbers from 0 to 255."""
    pictures = []
    for unit in weights.T:
        scaled = (unit - unit.min()) / (unit.max() - unit.min()) * 255
        pictures.append(scaled.astype(int).reshape(28, 28))
    return pictures


def draw_pictures(pictures: list[Any], path: Path) -> None:
    """Draw one axes per unit."""
    rows = -(-len(pictures) // COLUMNS)
    figure = plt.figure(figsize=(COLUMNS / 2, max(1, rows) / 2))
    for n, picture in enumerate(pictures, start=1):
        axes = figure.add_subplot(rows, COLUMNS, n)
        axes.imshow(picture, cmap="gray")
        axes.axis("off")
    figure.savefig(path)
    plt.close(figure)


if __name__ == "__main__":
    main()
