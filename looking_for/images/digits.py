"""scikit-learn's bundled 8×8 digits: real handwriting that needs no network."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from looking_for.images.imageset import Images

TEST_SHARE = 0.2
SPLIT_SEED = 0


def load() -> Images:
    """1,797 digits, 0…16 scaled to 0…255, in one fixed split with equal shares of each class."""
    digits = load_digits()
    images = np.rint(digits.images * (255 / 16)).astype(np.uint8)
    labels = digits.target.astype(np.uint8)
    x_train, x_test, y_train, y_test = train_test_split(
        images, labels, test_size=TEST_SHARE, stratify=labels, random_state=SPLIT_SEED
    )
    return Images(x_train, y_train, x_test, y_test, digits.target_names.astype(str))
