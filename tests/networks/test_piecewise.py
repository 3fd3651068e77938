"""Models that Keras saved give Keras' own logits and gradients; what is not piecewise affine is refused."""

import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from looking_for.clusters.survey import Survey
from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageSet
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.keras_layers import StoredLayers
from looking_for.networks.loading import keras_file, load_network
from looking_for.networks.piecewise import PiecewiseAffineNetwork, stratified_subset

SHAPE = (8, 8)


def keras() -> Any:
    from looking_for.core.keras_backend import keras

    return keras


def layers() -> Any:
    return keras().layers


def saved(folder: Path, given: Sequence[Any], shape: tuple[int, ...] = (8, 8, 1), name: str = "mine.keras") -> Any:
    """A sequential model of random weights, its normalisations' means and variances too, in a file."""
    keras().utils.set_random_seed(0)
    model = keras().Sequential([keras().Input(shape), *given])
    return in_file(model, folder / name)


def in_file(model: Any, path: Path) -> Any:
    chance = np.random.default_rng(0)
    model.set_weights([w + np.abs(chance.normal(0, 0.2, w.shape)) for w in model.get_weights()])
    model.save(path)
    return model


def branches() -> Any:
    """A functional model with a way around a convolution."""
    la, image = layers(), keras().Input((8, 8, 1))
    x = la.Conv2D(4, 3, padding="same", activation="relu")(image)
    around = la.BatchNormalization()(la.Conv2D(4, 3, padding="same")(x))
    x = la.LeakyReLU(negative_slope=0.1)(la.Add()([x, around]))
    x = la.Dense(10)(la.GlobalAveragePooling2D()(x))
    return keras().Model(image, la.Softmax()(x))


CONVOLUTIONAL: dict[str, Callable[[], Sequence[Any]]] = {
    "max-pooling": lambda: [layers().Conv2D(6, 3, activation="relu"), layers().MaxPooling2D(),
                            layers().Flatten(), layers().Dense(10, activation="softmax")],
    "same padding, strides": lambda: [layers().Conv2D(6, 3, 2, padding="same"), layers().ReLU(max_value=6),
                                      layers().MaxPooling2D(3, 1, padding="same"), layers().Flatten(),
                                      layers().Dropout(0.3), layers().Dense(10)],
    "depthwise, normalised": lambda: [layers().ZeroPadding2D(1), layers().DepthwiseConv2D(3),
                                      layers().BatchNormalization(), layers().Activation("leaky_relu"),
                                      layers().SeparableConv2D(5, 3, activation="relu"),
                                      layers().GlobalMaxPooling2D(), layers().Dense(10), layers().Softmax()],
    "dense of two activations": lambda: [layers().Flatten(), layers().Dense(9, activation="relu"),
                                         layers().Dense(7, activation="leaky_relu"), layers().Dense(10)],
}  # fmt: skip


@pytest.fixture(params=[*CONVOLUTIONAL, "branches"])
def convolutional(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Any, PiecewiseAffineNetwork]:
    """A Keras model, and what its file is read as."""
    if request.param == "branches":
        model = in_file(branches(), tmp_path / "mine.keras")
    else:
        model = saved(tmp_path, CONVOLUTIONAL[request.param]())
    read = load_network(tmp_path / "mine.keras", SHAPE)
    assert isinstance(read, PiecewiseAffineNetwork)
    return model, read


def answers(model: Any, x: Array) -> Array:
    """A Keras model's probabilities, or logits, of rows of pixels."""
    return np.asarray(model(x.reshape(-1, *SHAPE, 1).astype(np.float32), training=False))


def softmax(logits: Array) -> Array:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def test_logits_equal_keras(convolutional: tuple[Any, PiecewiseAffineNetwork], images: ImageSet) -> None:
    (model, read), x = convolutional, as_pixels(images.x_test[:100])
    theirs, ours = answers(model, x), read.logits(x)
    ends_in_softmax = np.allclose(theirs.sum(axis=1), 1, atol=1e-4)
    assert np.abs((softmax(ours) if ends_in_softmax else ours) - theirs).max() < 1e-5


def test_exact_maps_equal_the_jacobian(convolutional: tuple[Any, PiecewiseAffineNetwork], images: ImageSet) -> None:
    from looking_for.core.keras_backend import tf

    (_, read), x = convolutional, as_pixels(images.x_test[:40])
    maps, constants = read.exact_maps(x)
    logits = read.logits(x)
    assert np.abs(np.einsum("ni,nik->nk", x, maps) + constants - logits).max() < 1e-4 * np.abs(logits).max()
    with tf.GradientTape(persistent=True) as tape:
        rows = tf.constant(x, tf.float32)
        tape.watch(rows)
        answers = read._logits(rows)
    jacobian = tape.batch_jacobian(answers, rows, experimental_use_pfor=False).numpy()
    assert np.abs(maps - jacobian.transpose(0, 2, 1)).max() < 1e-5
    ours = read.margins(x, np.full(40, 3), np.full(40, 5))
    assert np.abs(ours - (maps[:, :, 3] - maps[:, :, 5])).max() < 1e-5


def test_check_exactness_rejects_a_wrong_map(convolutional: tuple[Any, PiecewiseAffineNetwork], images: ImageSet,
                                monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    read, x = convolutional[1], as_pixels(images.x_test[:40])
    read.check_exactness(x)
    right = read._gradient
    monkeypatch.setattr(read, "_gradient", lambda x, d: right(x, d) * 1.001)
    with pytest.raises(UserError, match="the exact maps do not give the network's logits"):
        read.check_exactness(x)


def test_check_exactness_rejects_swapped_filters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keras().utils.set_random_seed(0)
    model = keras().Sequential([keras().Input((8, 8, 1)), layers().Conv2D(4, 3, activation="relu"), layers().Flatten(),
                                layers().Dense(10)])  # fmt: skip
    x = np.random.default_rng(0).random((40, 64))

    def saved(name: str) -> PiecewiseAffineNetwork:
        model.save(tmp_path / name)
        network = load_network(tmp_path / name, SHAPE)
        assert isinstance(network, PiecewiseAffineNetwork)
        return network

    right = saved("right.keras")
    kernel, *rest = model.get_weights()
    model.set_weights([kernel[..., [1, 0, 2, 3]], *rest])
    other = saved("other.keras")
    right.check_exactness(x)
    monkeypatch.setattr(right, "_gradient", other._gradient)
    monkeypatch.setattr(right, "_precise_map", other._precise_map)
    with pytest.raises(UserError, match="the exact maps do not give the network's logits on 40 of 40 images"):
        right.check_exactness(x)


@pytest.mark.parametrize("beside", [4e-7, 3e-6, 0.0])
def test_check_exactness_knows_a_kink(tmp_path: Path, beside: float) -> None:
    model = keras().Sequential([keras().Input((8, 8, 1)), layers().Conv2D(1, 1, activation="relu"), layers().Flatten(),
                                layers().Dense(10)])  # fmt: skip
    weights = np.random.default_rng(0).normal(0, 1, (64, 10))
    model.set_weights([np.ones((1, 1, 1, 1)), np.array([-128 / 255 * (1 - beside)]), weights, np.zeros(10)])
    model.save(tmp_path / "mine.keras")
    x = np.full((40, 64), 200 / 255)
    x[np.arange(40), np.arange(40)] = 128 / 255
    load_network(tmp_path / "mine.keras", SHAPE).check_exactness(x)


def test_compose_equals_the_affine_model(tmp_path: Path, images: ImageSet) -> None:
    """Convolution, average-pooling and dense layer by plain loops."""
    model = saved(tmp_path, CONVOLUTIONAL["max-pooling"]())
    (composed,) = load_network(tmp_path / "mine.keras", SHAPE).compose()
    kernel, bias, weight, last = (w.astype(float) for w in model.get_weights())
    for image in images.x_test[:5] / 255:
        seen = np.zeros((6, 6, 6))
        for row in range(6):
            for column in range(6):
                patch = image[row : row + 3, column : column + 3]
                seen[row, column] = np.einsum("ij,ijk->k", patch, kernel[:, :, 0]) + bias
        pooled = seen.reshape(3, 2, 3, 2, 6).mean(axis=(1, 3))
        expected = pooled.ravel() @ weight + last
        assert np.abs(composed(image.reshape(1, -1)) - expected).max() < 1e-9


def test_evaluate_network_of_any_layers(
    convolutional: tuple[Any, PiecewiseAffineNetwork], images: ImageSet, survey: Survey
) -> None:
    read = convolutional[1]
    probe = read.pass_training_images(images, survey.clusters)
    x = as_pixels(images.x_train)
    assert np.abs(probe.logits_per_image - centred(read.logits(x))).max() < 1e-4
    maps, _ = read.exact_maps(x)
    for number, result in survey.clusters.items():
        for g in (0, len(result.classes) - 1):
            mean = centred(maps[result.of_train == g]).mean(axis=0)
            assert np.abs(probe.maps[number][g] - mean).max() < 1e-5


def test_stratified_subset_has_each_cluster() -> None:
    clusters = [np.zeros(1000, int), np.repeat([0, 1, 2], [900, 99, 1])]
    chosen = stratified_subset(clusters, 0.01, seed=3)
    assert 10 <= len(chosen) <= 14
    assert {0, 1, 2} == set(clusters[1][chosen])
    assert np.array_equal(chosen, stratified_subset(clusters, 0.01, seed=3))
    assert np.array_equal(stratified_subset(clusters, 1.0, seed=3), np.arange(1000))


DENSE: dict[str, tuple[Callable[[], Sequence[Any]], tuple[int, ...]]] = {
    "rows of pixels": (lambda: [layers().Dense(12, "relu"), layers().Dense(8, "relu"), layers().Dense(10)], (64,)),
    "images, flattened": (lambda: [layers().Flatten(), layers().Dense(12, activation="tanh"),
                                   layers().Dense(10, activation="softmax")], (8, 8)),
    "activations apart": (lambda: [layers().Flatten(), layers().Dense(12), layers().ReLU(), layers().Dropout(0.2),
                                   layers().Dense(10), layers().Softmax()], (8, 8, 1)),
    "normalised before and after": (lambda: [layers().Flatten(), layers().BatchNormalization(),
                                             layers().Dense(12, use_bias=False), layers().BatchNormalization(),
                                             layers().Activation("gelu"), layers().BatchNormalization(scale=False),
                                             layers().Dense(10)], (8, 8, 1)),
    "no hidden layer": (lambda: [layers().Flatten(), layers().Rescaling(2.0, -1.0), layers().Dense(10)], (8, 8)),
    "linear": (lambda: [layers().Flatten(), layers().Dense(5), layers().Dense(10)], (8, 8)),
}  # fmt: skip


@pytest.mark.parametrize("case", DENSE)
@pytest.mark.parametrize("form", ["mine.keras", "mine.h5"])
@pytest.mark.filterwarnings("ignore:.*HDF5.*")
def test_fold_dense_gives_a_dense_network(tmp_path: Path, images: ImageSet, case: str, form: str) -> None:
    make, shape = DENSE[case]
    model, x = saved(tmp_path, make(), shape, form), as_pixels(images.x_test)
    read = load_network(tmp_path / form, SHAPE)
    assert isinstance(read, DenseNetwork)
    theirs = np.asarray(model(x.reshape(-1, *shape).astype(np.float32), training=False))
    ours = read.logits(x)
    ours = softmax(ours) if np.allclose(theirs.sum(axis=1), 1, atol=1e-4) else ours
    assert np.abs(ours - theirs).max() < 1e-5 * max(1, np.abs(theirs).max())


def test_load_keras_gives_bytes_to_rescaling(tmp_path: Path, images: ImageSet) -> None:
    model = saved(tmp_path, [layers().Rescaling(1 / 255), layers().Flatten(), layers().Dense(10)])
    expected = np.asarray(model(images.x_test.reshape(-1, 8, 8, 1), training=False))
    x = as_pixels(images.x_test)
    assert np.abs(load_network(tmp_path / "mine.keras", SHAPE).logits(x) - expected).max() < 1e-5
    story = load_network(tmp_path / "mine.keras", SHAPE, scale=1.0).logits(x)
    assert np.abs(story - expected).max() > 0.1, "what is said decides"


def test_load_keras_applies_given_scaling(tmp_path: Path, images: ImageSet) -> None:
    model = saved(tmp_path, CONVOLUTIONAL["max-pooling"](), name="mine.keras")
    x = as_pixels(images.x_test[:50])
    read = load_network(tmp_path / "mine.keras", SHAPE, mean=0.13, std=0.31)
    assert np.abs(softmax(read.logits(x)) - answers(model, (x - 0.13) / 0.31)).max() < 1e-5
    read.check_exactness(x)


def test_stored_layers_round_trip(tmp_path: Path, images: ImageSet) -> None:
    saved(tmp_path, CONVOLUTIONAL["depthwise, normalised"]())
    result = keras_file.load_keras(tmp_path / "mine.keras", SHAPE)
    assert isinstance(result, StoredLayers)
    result.save(tmp_path / "one.npz")
    again = StoredLayers.load(tmp_path / "one.npz")
    again.save(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    x = as_pixels(images.x_test[:20])
    assert np.array_equal(PiecewiseAffineNetwork(result).logits(x), PiecewiseAffineNetwork(again).logits(x))


REFUSED: dict[str, tuple[Callable[[], Sequence[Any]], str]] = {
    "attention": (lambda: [layers().Reshape((8, 8)), layers().LayerNormalization(name="norm"), layers().Flatten(),
                           layers().Dense(10)], r"its layer 'norm' \(LayerNormalization\) is not known"),
    "bent convolutions": (lambda: [layers().Conv2D(2, 3, activation="tanh", name="bent"), layers().Flatten(),
                                   layers().Dense(10)], "its layer 'bent' has the activation 'tanh'"),
    "an unknown activation": (lambda: [layers().Flatten(), layers().Dense(9, activation="swish", name="odd"),
                                       layers().Dense(10)], "its layer 'odd' has the activation 'silu'; allowed"),
    "softmax inside": (lambda: [layers().Flatten(), layers().Softmax(name="early"), layers().Dense(10)],
                       "its layer 'early' .Softmax. is not known"),
    "an unknown layer in a model inside": (
        lambda: [keras().Sequential([layers().Flatten(), layers().LayerNormalization(name="norm")])],
        r"its layer 'norm' \(LayerNormalization\)"),
    "a program inside": (lambda: [layers().Lambda(lambda x: x * 2, name="own"), layers().Flatten(),
                                  layers().Dense(10)], r"its layer 'own' \(Lambda\)"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_check_layers_names_unknown_layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    make, words = REFUSED[case]
    saved(tmp_path, make())
    if case not in ("bent convolutions", "softmax inside"):  # which only the whole model tells
        monkeypatch.setattr(keras_file, "_build", lambda *_: pytest.fail("built"))
    with pytest.raises(UserError, match=words) as problem:
        load_network(tmp_path / "mine.keras", SHAPE)
    assert "\n" not in str(problem.value)


def test_load_keras_reads_plus_as_add(tmp_path: Path, images: ImageSet) -> None:
    la, image = layers(), keras().Input((8, 8, 1))
    x = la.Conv2D(4, 3, padding="same", activation="relu")(image)
    x = la.Flatten()(x + la.Conv2D(4, 3, padding="same")(x))
    model = in_file(keras().Model(image, la.Dense(10)(x)), tmp_path / "mine.keras")
    read, x = load_network(tmp_path / "mine.keras", SHAPE), as_pixels(images.x_test[:20])
    assert np.abs(read.logits(x) - answers(model, x)).max() < 1e-4
    read.check_exactness(x)


def test_load_keras_rejects_other_outputs(tmp_path: Path) -> None:
    saved(tmp_path, [layers().Conv2D(10, 3)])
    with pytest.raises(UserError, match="gives 6×6×10 numbers for an image; it needs one for each class"):
        load_network(tmp_path / "mine.keras", SHAPE)


def test_fold_dense_leaves_row_normalisation(tmp_path: Path, images: ImageSet) -> None:
    model = saved(tmp_path, [layers().BatchNormalization(), layers().Flatten(), layers().Dense(10)], (8, 8))
    x = as_pixels(images.x_test[:20])
    expected = np.asarray(model(x.reshape(-1, 8, 8).astype(np.float32), training=False))
    assert np.abs(load_network(tmp_path / "mine.keras", SHAPE).logits(x) - expected).max() < 1e-4


def test_load_keras_rejects_in_one_line(tmp_path: Path) -> None:
    saved(tmp_path, [layers().Flatten(), layers().Dense(10)], (8, 8, 3))
    with pytest.raises(UserError, match="reads 8×8×3; the images are grey, 8×8 pixels"):
        load_network(tmp_path / "mine.keras", SHAPE)
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as file:
        file.writestr("config.json", json.dumps({"class_name": "Mine", "config": {}}))
    with pytest.raises(UserError, match="holds a 'Mine'; read are Sequential and functional"):
        load_network(tmp_path / "other.keras", SHAPE)
    for name in ("broken.keras", "broken.h5"):
        (tmp_path / name).write_bytes(b"\x80\x02 a pickle, say")
        with pytest.raises(UserError, match=f"{name} is a Python pickle, which is never opened"):
            load_network(tmp_path / name, SHAPE)
    with pytest.raises(UserError, match="missing"):
        load_network(tmp_path / "nowhere.keras", SHAPE)
    with pytest.raises(UserError, match="leave `activation` out"):
        load_network(tmp_path / "other.keras", SHAPE, activation="relu")


def test_load_keras_round_trip_of_a_trained_network(
    tmp_path: Path, images: ImageSet, make_network: Callable[..., DenseNetwork]
) -> None:
    from looking_for.training.model import to_keras

    network = make_network([12, 8])
    plain = keras().Sequential(
        [keras().Input((64,)), *(layers().Dense(n, activation="relu") for n in (12, 8)), layers().Dense(10)]
    )
    plain.set_weights(to_keras(network).get_weights())
    plain.save(tmp_path / "mine.keras")
    x = as_pixels(images.x_test)
    read = load_network(tmp_path / "mine.keras", SHAPE)
    assert np.abs(read.logits(x) - network.logits(x)).max() < 1e-5
    product = np.linalg.multi_dot(network.weights)
    assert np.abs(read.compose()[-1].weights - product).max() < 1e-5
