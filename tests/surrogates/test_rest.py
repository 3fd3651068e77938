"""A network less its picture, and others' pictures in its place, by plain loops."""

from collections.abc import Callable

import numpy as np
import pytest

from looking_for.core.arrays import as_pixels
from looking_for.core.imageset import ImageSet
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.dense_weights import AffineMap
from looking_for.surrogates import changes, rest, robustness

Maker = Callable[..., DenseNetwork]


def test_measure_rest_of_a_flat_network_is_nothing(make_network: Maker, images: ImageSet) -> None:
    network, x = make_network([]), as_pixels(images.x_test)
    logits = network.logits(x)
    measured = rest.measure_rest(logits, network.compose()[-1](x), images.y_test)
    assert measured.overruled == 0.0
    assert measured.overruled_right is None
    assert measured.picture_accuracy == pytest.approx((logits.argmax(axis=1) == images.y_test).mean())


def test_measure_rest_by_a_plain_loop() -> None:
    rng = np.random.default_rng(0)
    z, p, labels = rng.normal(size=(40, 3)), rng.normal(size=(40, 3)), rng.integers(0, 3, 40)
    measured = rest.measure_rest(z, p, labels)
    overruled = [n for n in range(40) if np.argmax(z[n]) != np.argmax(p[n])]
    gain = np.linalg.lstsq(
        np.concatenate([p[n] - p[n].mean() for n in range(40)])[:, None],
        np.concatenate([z[n] - z[n].mean() for n in range(40)]), rcond=None,
    )[0][0]  # fmt: skip
    left = [np.argmax((z[n] - z[n].mean()) - gain * (p[n] - p[n].mean())) for n in range(40)]
    assert measured.overruled == len(overruled) / 40
    assert measured.overruled_right == np.mean([np.argmax(z[n]) == labels[n] for n in overruled])
    assert measured.rest_accuracy == np.mean([left[n] == labels[n] for n in range(40)])


def test_compare_pictures_of_itself_and_its_negative(make_network: Maker) -> None:
    picture, everywhere = make_network([9]).compose()[-1], np.ones(64, bool)
    negative = AffineMap(-3 * picture.weights, picture.bias)
    assert rest.compare_pictures(picture, picture, everywhere) == pytest.approx(1.0)
    assert rest.compare_pictures(picture, negative, everywhere) == pytest.approx(-1.0)
    shifted = AffineMap(picture.weights + np.arange(64.0)[:, None], picture.bias)
    assert rest.compare_pictures(picture, shifted, everywhere) == pytest.approx(1.0), "softmax ignores what is shared"


def test_compare_with_maps_by_a_plain_loop(make_network: Maker, images: ImageSet) -> None:
    network = make_network([12, 7])
    picture = network.compose()[-1]
    x = as_pixels(images.x_test[robustness.choose_images(len(images.x_test), rest.N_MAPPED_IMAGES)])
    maps, _ = network.exact_maps(x)
    cosines = []
    for image, exact in zip(x, maps, strict=True):
        first, second = np.argsort(-network.logits(image[None])[0])[:2]
        a, b = exact[:, first] - exact[:, second], picture.weights[:, first] - picture.weights[:, second]
        length = np.linalg.norm(a) * np.linalg.norm(b)
        cosines.append(a @ b / length if length else 0.0)
    assert rest.compare_with_maps(network, picture, images.x_test) == pytest.approx(np.mean(cosines))
    assert rest.compare_with_maps(make_network([]), make_network([]).compose()[-1], images.x_test) == pytest.approx(1.0)


def test_explain_changes_by_ignores_volume(make_network: Maker, images: ImageSet) -> None:
    network, other = make_network([]), make_network([], seed=1)
    picture = network.compose()[-1]
    loud = AffineMap(5 * picture.weights, 5 * picture.bias)
    assert rest.explain_changes_by(network, picture, images.x_test) == pytest.approx(1.0)
    assert rest.explain_changes_by(network, loud, images.x_test) == pytest.approx(1.0)
    assert rest.explain_changes_by(network, other.compose()[-1], images.x_test) < 0.5
    assert len(changes.CHANGES) == 4
