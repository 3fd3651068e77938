"""A small convolutional network on the pipeline's own images, saved for `models:` in params.yaml.

Run it after `make`, from the project's folder: `.venv/bin/python docs/examples/convolutional.py`. Any Keras
program of yours can take its place; this one is short.
"""

from pathlib import Path

import keras
import numpy as np

FILE = Path("data/models/convolutional.keras")
EPOCHS = 4


def main() -> None:
    keras.utils.set_random_seed(0)
    with np.load("data/images.npz", allow_pickle=False) as file:
        images = dict(file)
    model = keras.Sequential(
        [
            keras.Input((*images["x_train"].shape[1:], 1)),
            keras.layers.Rescaling(1 / 255),  # so it reads bytes, which adopting it finds out
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 5, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(len(images["classes"]), activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    test = images["x_test"], images["y_test"]
    model.fit(images["x_train"], images["y_train"], batch_size=64, epochs=EPOCHS, validation_data=test, verbose=2)
    model.save(FILE)
    print(f"saved {FILE}")


if __name__ == "__main__":
    main()
