"""The mathematics against independent computation: TensorFlow's gradients, plain loops, scikit-learn."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from looking_for.clusters.survey import Clusters, Survey
from looking_for.core.activations import ACTIVATIONS
from looking_for.core.arrays import Array, centred, pixels
from looking_for.core.errors import UserError
from looking_for.core.imageset import Images
from looking_for.networks import exact_maps, hidden_units, training_pass
from looking_for.networks.composing import compose
from looking_for.networks.dense import Network
from looking_for.surrogates import course, examples, measures
from looking_for.surrogates.evaluate import Evaluation, evaluate
from tests.conftest import FIT

Maker = Callable[..., Network]
DEPTHS = [[], [9], [12, 7], [10, 8, 6], [7, 6, 5, 4]]
depths = pytest.mark.parametrize("hidden", DEPTHS, ids=lambda hidden: f"{len(hidden)} hidden")


def jacobians(network: Network, x: Array) -> Array:
    """∂z/∂x of each image by TensorFlow's own GradientTape (n × inputs × classes)."""
    from looking_for.core.keras_backend import keras, tf

    activation = keras.activations.get(network.activation)

    h = inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        for n, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
            h = (activation(h) if n else h) @ weight + bias
    return np.swapaxes(tape.batch_jacobian(h, inputs).numpy(), 1, 2)


@depths
def test_composed_pictures_are_what_keras_runs_without_relus(
    make_network: Maker, images: Images, hidden: list[int]
) -> None:
    from looking_for.core.keras_backend import keras

    network = make_network(hidden)
    layers = [keras.layers.Dense(w.shape[1]) for w in network.weights]
    linear = keras.Sequential([keras.Input((64,)), *layers])
    linear.set_weights([a for pair in zip(network.weights, network.biases, strict=True) for a in pair])
    x = pixels(images.x_test)
    composed = compose(network)
    assert np.abs(composed[-1](x) - linear.predict(np.float32(x), verbose=0)).max() < 1e-5
    assert [layer.weights.shape[1] for layer in composed] == [*hidden, 10]


@depths
def test_exact_maps_are_tensorflows_jacobians(
    make_network: Maker, images: Images, hidden: list[int]
) -> None:
    network, x = make_network(hidden), pixels(images.x_test[:60])
    maps, _ = exact_maps.maps(network, x)
    assert np.abs(maps - jacobians(network, x)).max() < 1e-4


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "relu"])
@pytest.mark.parametrize("hidden", [[9], [12, 7], [10, 8, 6]], ids=len)
def test_maps_of_other_activations_are_jacobians_and_plain_averages(
    make_network: Maker,
    images: Images,
    clusters: dict[int, Clusters],
    hidden: list[int],
    activation: str,
) -> None:
    network = replace(make_network(hidden), activation=activation)
    x = pixels(images.x_train)
    by_tensorflow = jacobians(network, x)
    maps, constants = exact_maps.maps(network, x[:60])
    assert np.abs(maps - by_tensorflow[:60]).max() < 1e-5
    off = np.abs(np.einsum("ni,nik->nk", x[:60], maps) + constants - network.logits(x[:60])).max()
    assert (off < 1e-9) == ACTIVATIONS[activation].is_affine
    exact_maps.check_identity(network, x[:60])
    found = training_pass.run(network, images, clusters)
    members = clusters[3].of_train == 4
    mean = centred(by_tensorflow)[members].mean(axis=0)
    assert np.allclose(found.maps[3][4], mean, atol=1e-5)


@depths
def test_exact_maps_give_the_networks_own_logits(
    make_network: Maker, images: Images, hidden: list[int]
) -> None:
    network, x = make_network(hidden), pixels(images.x_test[:60])
    maps, constants = exact_maps.maps(network, x)
    assert np.allclose(np.einsum("ni,nik->nk", x, maps) + constants, network.logits(x), atol=1e-12)
    exact_maps.check_identity(network, x)


@depths
def test_maps_that_are_not_the_networks_stop_the_stage(
    make_network: Maker, images: Images, hidden: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, x = make_network(hidden), pixels(images.x_test[:60])
    right = exact_maps.maps
    monkeypatch.setattr(exact_maps, "maps", lambda n, rows: (right(n, rows)[0] * 1.001, right(n, rows)[1]))
    with pytest.raises(UserError, match="no pictures are written"):
        exact_maps.check_identity(network, x)


@depths
def test_the_probe_finds_the_plain_averages_over_each_clusters_images(
    make_network: Maker,
    images: Images,
    clusters: dict[int, Clusters],
    hidden: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(training_pass, "IMAGES_AT_ONCE", 77)  # many portions, the last one short
    network, x = make_network(hidden), pixels(images.x_train)
    found = training_pass.run(network, images, clusters)
    maps, logits = centred(jacobians(network, x)), centred(network.logits(x))
    for number, of_survey in clusters.items():
        for cluster in range(len(of_survey.classes)):
            members = of_survey.of_train == cluster
            assert np.allclose(found.maps[number][cluster], maps[members].mean(axis=0), atol=1e-6)
            assert np.allclose(found.logits[number][cluster], logits[members].mean(axis=0), atol=1e-9)
    for layer, z in enumerate(network.preactivations(x)[:-1]):
        assert np.array_equal(found.on[layer], (z > 0).sum(axis=0))
    assert found.sums.n == len(x)
    assert np.allclose(found.sums.products, x.T @ logits, atol=1e-9)


@depths
def test_sums_of_logits_that_leave_out_blank_pixels_are_those_of_all(
    make_network: Maker, images: Images, hidden: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "OF_A_CLASS", 77)  # many portions, the last one short
    networks = [make_network(hidden), make_network(hidden).of_type(np.float32)]
    x = pixels(images.x_train)
    assert not x.any(axis=0).all(), "some pixels are always blank"
    for network, found in zip(networks, course.logit_sums(networks, images), strict=True):
        logits = centred(network.of_type(np.float64).logits(x))
        assert found.n == len(x)
        assert np.allclose(found.logits, logits.sum(axis=0), rtol=1e-5, atol=1e-3)
        assert np.allclose(found.products, x.T @ logits, rtol=1e-5, atol=1e-3)


@depths
def test_a_clusters_map_is_right_on_average_over_it(
    evaluate_digits: Callable[..., Evaluation],
    make_network: Maker,
    images: Images,
    clusters: dict[int, Clusters],
    hidden: list[int],
) -> None:
    network, x = make_network(hidden), pixels(images.x_train)
    maps = evaluate_digits(network).pictures.clusters[3]
    logits = centred(network.logits(x))
    said = maps.predictions(x, clusters[3].of_train)
    for cluster in range(len(clusters[3].classes)):
        members = clusters[3].of_train == cluster
        assert np.allclose(said[members].mean(axis=0), logits[members].mean(axis=0), atol=1e-5)


@depths
def test_a_units_explained_share_is_that_of_a_fitted_straight_line(
    evaluate_digits: Callable[..., Evaluation], make_network: Maker, images: Images, hidden: list[int]
) -> None:
    network, x = make_network(hidden), pixels(images.x_test)
    z, composed = network.preactivations(x), compose(network)
    found = evaluate_digits(network).pictures.units
    assert len(found) == len(hidden), "the output is no hidden layer"
    for n, layer in enumerate(found):
        for unit, share in enumerate(layer.explained):
            answer = x @ composed[n].weights[:, unit : unit + 1]
            line = LinearRegression().fit(answer, z[n][:, unit])
            assert share == pytest.approx(line.score(answer, z[n][:, unit]), abs=1e-5)
    if hidden:
        assert np.allclose(found[0].explained, 1), "the first layer's pictures are its weights"


def test_what_never_moves_is_explained_and_a_blank_picture_explains_nothing() -> None:
    still, moving = np.full((5, 1), 3.0), np.arange(5.0)[:, None]
    assert hidden_units.squared_correlations(moving, still) == [1.0]
    assert hidden_units.squared_correlations(still, moving) == [0.0]


def test_a_unit_that_is_never_on_has_no_influence_and_the_strongest_the_most() -> None:
    weights = [np.eye(3), np.array([[5.0, 0], [1.0, 0], [9.0, 0]])]
    network = Network.of(weights, [np.array([0.0, 0, -100]), np.zeros(2)], np.float64)
    x = np.full((4, 1, 3), 255, np.uint8)
    some = Images(x, np.array([0, 1, 0, 1], np.uint8), x, np.zeros(4, np.uint8), np.array(["a", "b"]))
    influence = hidden_units.influence(network, training_pass.run(network, some, {}))[0]
    assert influence[2] == 0
    assert influence[0] > influence[1] > 0


def test_cosine_is_the_mean_over_classes() -> None:
    one, other = np.array([[1.0, 0], [0, 2]]), np.array([[3.0, 1], [0, 1]])
    assert measures.mean_cosine(one, other) == pytest.approx((1 + np.sqrt(0.5)) / 2)


def test_no_fit_sees_the_test_images(
    make_network: Maker, images: Images, survey: Survey, evaluate_digits: Callable[..., Evaluation]
) -> None:
    """Other test images change what is measured and nothing of what is fitted."""
    network = make_network([12, 7])
    chance = np.random.default_rng(1)
    other_images = replace(
        images, x_test=chance.integers(0, 256, images.x_test.shape, np.uint8), y_test=images.y_test[::-1]
    )
    one, other = (
        evaluate_digits(network).pictures,
        evaluate(network, other_images, survey, 100, FIT).pictures,
    )
    assert one.linear.weights.tobytes() == other.linear.weights.tobytes()
    assert one.mean_map.bias.tobytes() == other.mean_map.bias.tobytes()
    for number, maps in one.clusters.items():
        assert maps.maps.tobytes() == other.clusters[number].maps.tobytes()
        assert maps.biases.tobytes() == other.clusters[number].biases.tobytes()
    assert one.fitted[3].map.weights.tobytes() == other.fitted[3].map.weights.tobytes()
    assert not np.array_equal(one.resampled, other.resampled), "they are measured on them"


def test_examples_are_the_surest_of_their_kind_one_a_class() -> None:
    logits = np.array([[9.0, 0, 0], [8, 0, 0], [0, 7, 0], [0, 0, 1], [3, 0, 0]])
    composed = np.array([[9.0, 0, 0], [8, 0, 0], [0, 7, 0], [1, 0, 0], [3, 0, 0]])
    clusters = np.array([[9.0, 0, 0], [8, 0, 0], [0, 7, 0], [0, 0, 1], [0, 3, 0]])
    kinds = examples.kinds_of(logits, composed, clusters)
    assert kinds.tolist() == [0, 0, 0, 1, 2]
    assert examples.clearest(logits, kinds == 0) == [0, 2], "the second of a class makes room for another"
    assert examples.clearest(logits, kinds == 5) == []
