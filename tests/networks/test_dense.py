"""The mathematics against independent computation: TensorFlow's gradients, plain loops, scikit-learn."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from looking_for.clusters.kmeans import Clusters
from looking_for.clusters.survey import Survey
from looking_for.core.activations import ACTIVATIONS
from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageSet
from looking_for.networks import exact_maps, training_pass
from looking_for.networks.dense import DenseNetwork, measure_influence, squared_correlations
from looking_for.surrogates import course, measures
from looking_for.surrogates.evaluate import Evaluation, evaluate_network
from looking_for.surrogates.examples import classify_examples, most_confident
from tests.conftest import FIT

Maker = Callable[..., DenseNetwork]
DEPTHS = [[], [9], [12, 7], [10, 8, 6], [7, 6, 5, 4]]
depths = pytest.mark.parametrize("hidden", DEPTHS, ids=lambda hidden: f"{len(hidden)} hidden")


def jacobians(network: DenseNetwork, x: Array) -> Array:
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
def test_compose_equals_keras_without_relus(make_network: Maker, images: ImageSet, hidden: list[int]) -> None:
    from looking_for.core.keras_backend import keras

    network = make_network(hidden)
    layers = [keras.layers.Dense(w.shape[1]) for w in network.weights]
    linear = keras.Sequential([keras.Input((64,)), *layers])
    linear.set_weights([a for pair in zip(network.weights, network.biases, strict=True) for a in pair])
    x = as_pixels(images.x_test)
    composed = exact_maps.compose(network)
    assert np.abs(composed[-1](x) - linear.predict(np.float32(x), verbose=0)).max() < 1e-5
    assert [layer.weights.shape[1] for layer in composed] == [*hidden, 10]


@depths
def test_exact_maps_equal_tensorflow_jacobians(make_network: Maker, images: ImageSet, hidden: list[int]) -> None:
    network, x = make_network(hidden), as_pixels(images.x_test[:60])
    maps, _ = exact_maps.exact_maps(network, x)
    assert np.abs(maps - jacobians(network, x)).max() < 1e-4


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "relu"])
@pytest.mark.parametrize("hidden", [[9], [12, 7], [10, 8, 6]], ids=len)
def test_exact_maps_of_other_activations(
    make_network: Maker, images: ImageSet, clusters: dict[int, Clusters], hidden: list[int], activation: str
) -> None:
    network = replace(make_network(hidden), activation=activation)
    x = as_pixels(images.x_train)
    by_tensorflow = jacobians(network, x)
    maps, constants = exact_maps.exact_maps(network, x[:60])
    assert np.abs(maps - by_tensorflow[:60]).max() < 1e-5
    off = np.abs(np.einsum("ni,nik->nk", x[:60], maps) + constants - network.logits(x[:60])).max()
    assert (off < 1e-9) == ACTIVATIONS[activation].is_piecewise_affine
    network.check_exactness(x[:60])
    result = training_pass.pass_training_images(network, images, clusters)
    members = clusters[3].of_train == 4
    mean = centred(by_tensorflow)[members].mean(axis=0)
    assert np.allclose(result.maps[3][4], mean, atol=1e-5)


@depths
def test_exact_maps_give_the_logits(make_network: Maker, images: ImageSet, hidden: list[int]) -> None:
    network, x = make_network(hidden), as_pixels(images.x_test[:60])
    maps, constants = exact_maps.exact_maps(network, x)
    assert np.allclose(np.einsum("ni,nik->nk", x, maps) + constants, network.logits(x), atol=1e-12)
    network.check_exactness(x)


@depths
def test_check_exactness_rejects_wrong_maps(
    make_network: Maker, images: ImageSet, hidden: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, x = make_network(hidden), as_pixels(images.x_test[:60])
    right = exact_maps.exact_maps
    monkeypatch.setattr(exact_maps, "exact_maps", lambda n, rows: (right(n, rows)[0] * 1.001, right(n, rows)[1]))
    with pytest.raises(UserError, match="no pictures are written"):
        network.check_exactness(x)


@depths
def test_training_pass_equals_plain_averages(
    make_network: Maker,
    images: ImageSet,
    clusters: dict[int, Clusters],
    hidden: list[int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(training_pass, "IMAGES_AT_ONCE", 77)  # many portions, the last one short
    network, x = make_network(hidden), as_pixels(images.x_train)
    result = training_pass.pass_training_images(network, images, clusters)
    maps, logits = centred(jacobians(network, x)), centred(network.logits(x))
    for number, of_survey in clusters.items():
        for cluster in range(len(of_survey.classes)):
            members = of_survey.of_train == cluster
            assert np.allclose(result.maps[number][cluster], maps[members].mean(axis=0), atol=1e-6)
            assert np.allclose(result.logits[number][cluster], logits[members].mean(axis=0), atol=1e-9)
    for layer, z in enumerate(network.preactivations(x)[:-1]):
        assert np.array_equal(result.n_active[layer], (z > 0).sum(axis=0))
    assert result.sums.n_images == len(x)
    assert np.allclose(result.sums.products, x.T @ logits, atol=1e-9)


@depths
def test_sum_logits_without_blank_pixels(
    make_network: Maker, images: ImageSet, hidden: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "CLASS_IMAGES_AT_ONCE", 77)  # many portions, the last one short
    networks = [make_network(hidden), make_network(hidden).astype(np.float32)]
    x = as_pixels(images.x_train)
    assert not x.any(axis=0).all(), "some pixels are always blank"
    for network, result in zip(networks, course.sum_logits(networks, images), strict=True):
        logits = centred(network.astype(np.float64).logits(x))
        assert result.n_images == len(x)
        assert np.allclose(result.logits, logits.sum(axis=0), rtol=1e-5, atol=1e-3)
        assert np.allclose(result.products, x.T @ logits, rtol=1e-5, atol=1e-3)


@depths
def test_cluster_maps_are_right_on_average(
    evaluate_digits: Callable[..., Evaluation],
    make_network: Maker,
    images: ImageSet,
    clusters: dict[int, Clusters],
    hidden: list[int],
) -> None:
    network, x = make_network(hidden), as_pixels(images.x_train)
    maps = evaluate_digits(network).pictures.maps.by_cluster[3]
    logits = centred(network.logits(x))
    answers = maps.predict(x, clusters[3].of_train)
    for cluster in range(len(clusters[3].classes)):
        members = clusters[3].of_train == cluster
        assert np.allclose(answers[members].mean(axis=0), logits[members].mean(axis=0), atol=1e-5)


@depths
def test_squared_correlations_equal_a_fitted_line(
    evaluate_digits: Callable[..., Evaluation], make_network: Maker, images: ImageSet, hidden: list[int]
) -> None:
    network, x = make_network(hidden), as_pixels(images.x_test)
    z, composed = network.preactivations(x), exact_maps.compose(network)
    result = evaluate_digits(network).pictures.units
    assert len(result) == len(hidden), "the output is no hidden layer"
    for n, layer in enumerate(result):
        for unit, share in enumerate(layer.explained):
            answer = x @ composed[n].weights[:, unit : unit + 1]
            line = LinearRegression().fit(answer, z[n][:, unit])
            assert share == pytest.approx(line.score(answer, z[n][:, unit]), abs=1e-5)
    if hidden:
        assert np.allclose(result[0].explained, 1), "the first layer's pictures are its weights"


def test_squared_correlations_of_constants() -> None:
    still, moving = np.full((5, 1), 3.0), np.arange(5.0)[:, None]
    assert squared_correlations(moving, still) == [1.0]
    assert squared_correlations(still, moving) == [0.0]


def test_measure_influence_of_dead_and_strong_units() -> None:
    weights = [np.eye(3), np.array([[5.0, 0], [1.0, 0], [9.0, 0]])]
    network = DenseNetwork.from_arrays(weights, [np.array([0.0, 0, -100]), np.zeros(2)], np.float64)
    x = np.full((4, 1, 3), 255, np.uint8)
    some = ImageSet(x, np.array([0, 1, 0, 1], np.uint8), x, np.zeros(4, np.uint8), np.array(["a", "b"]))
    influence = measure_influence(network, training_pass.pass_training_images(network, some, {}))[0]
    assert influence[2] == 0
    assert influence[0] > influence[1] > 0


def test_mean_cosine_averages_classes() -> None:
    one, other = np.array([[1.0, 0], [0, 2]]), np.array([[3.0, 1], [0, 1]])
    assert measures.mean_cosine(one, other) == pytest.approx((1 + np.sqrt(0.5)) / 2)


def test_evaluate_fits_on_training_images_only(
    make_network: Maker, images: ImageSet, survey: Survey, evaluate_digits: Callable[..., Evaluation]
) -> None:
    """Other test images change what is measured and nothing of what is fitted."""
    network = make_network([12, 7])
    chance = np.random.default_rng(1)
    other_images = replace(
        images, x_test=chance.integers(0, 256, images.x_test.shape, np.uint8), y_test=images.y_test[::-1]
    )
    one, other = (evaluate_digits(network).pictures, evaluate_network(network, other_images, survey, 100, FIT).pictures)
    assert one.maps.linear.weights.tobytes() == other.maps.linear.weights.tobytes()
    assert one.maps.mean.bias.tobytes() == other.maps.mean.bias.tobytes()
    for number, maps in one.maps.by_cluster.items():
        assert maps.maps.tobytes() == other.maps.by_cluster[number].maps.tobytes()
        assert maps.biases.tobytes() == other.maps.by_cluster[number].biases.tobytes()
    assert one.fitted[3].weights.tobytes() == other.fitted[3].weights.tobytes()
    assert not np.array_equal(one.measured.resampled, other.measured.resampled), "they are measured on them"


def test_most_confident_takes_one_per_class() -> None:
    logits = np.array([[9.0, 0, 0], [8, 0, 0], [0, 7, 0], [0, 0, 1], [3, 0, 0]])
    composed = np.array([[9.0, 0, 0], [8, 0, 0], [0, 7, 0], [1, 0, 0], [3, 0, 0]])
    clusters = np.array([[9.0, 0, 0], [8, 0, 0], [0, 7, 0], [0, 0, 1], [0, 3, 0]])
    kinds = classify_examples(logits, composed, clusters)
    assert kinds.tolist() == [0, 0, 0, 1, 2]
    assert most_confident(logits, kinds == 0) == [0, 2], "the second of a class makes room for another"
    assert most_confident(logits, kinds == 5) == []
