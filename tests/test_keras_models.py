"""Models that Keras saved give Keras' own logits and gradients; what is not piecewise affine is refused."""

import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from looking_for.clusters.survey import Survey
from looking_for.core.arrays import Array, centred, pixels
from looking_for.core.errors import UserError
from looking_for.core.imageset import Images
from looking_for.library import load
from looking_for.networks.dense import Network
from looking_for.networks.dense_model import Dense
from looking_for.networks.loading import keras_file
from looking_for.networks.piecewise import PiecewiseAffine, some_of_each
from looking_for.networks.stored_layers import Layers

SHAPE = (8, 8)


def keras() -> Any:
    from looking_for.core.keras_backend import keras

    return keras


def layers() -> Any:
    return keras().layers


def saved(
    folder: Path, made: Sequence[Any], shape: tuple[int, ...] = (8, 8, 1), name: str = "mine.keras"
) -> Any:
    """A sequential model of random weights, its normalisations' means and variances too, in a file."""
    keras().utils.set_random_seed(0)
    model = keras().Sequential([keras().Input(shape), *made])
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
def convolutional(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Any, PiecewiseAffine]:
    """A Keras model, and what its file is read as."""
    if request.param == "branches":
        model = in_file(branches(), tmp_path / "mine.keras")
    else:
        model = saved(tmp_path, CONVOLUTIONAL[request.param]())
    read = load(tmp_path / "mine.keras", SHAPE)
    assert isinstance(read, PiecewiseAffine)
    return model, read


def answers(model: Any, x: Array) -> Array:
    """A Keras model's probabilities, or logits, of rows of pixels."""
    return np.asarray(model(x.reshape(-1, *SHAPE, 1).astype(np.float32), training=False))


def softmax(logits: Array) -> Array:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def test_its_logits_are_keras_own(convolutional: tuple[Any, PiecewiseAffine], images: Images) -> None:
    (model, read), x = convolutional, pixels(images.x_test[:100])
    theirs, ours = answers(model, x), read.logits(x)
    ends_in_softmax = np.allclose(theirs.sum(axis=1), 1, atol=1e-4)
    assert np.abs((softmax(ours) if ends_in_softmax else ours) - theirs).max() < 1e-5


def test_exact_maps_give_the_logits_and_are_tensorflows_jacobian(
    convolutional: tuple[Any, PiecewiseAffine], images: Images
) -> None:
    from looking_for.core.keras_backend import tf

    (_, read), x = convolutional, pixels(images.x_test[:40])
    maps, constants = read.maps(x)
    logits = read.logits(x)
    assert np.abs(np.einsum("ni,nik->nk", x, maps) + constants - logits).max() < 1e-4 * np.abs(logits).max()
    with tf.GradientTape(persistent=True) as tape:
        rows = tf.constant(x, tf.float32)
        tape.watch(rows)
        said = read._logits(rows)
    jacobian = tape.batch_jacobian(said, rows, experimental_use_pfor=False).numpy()
    assert np.abs(maps - jacobian.transpose(0, 2, 1)).max() < 1e-5
    ours = read.margins(x, np.full(40, 3), np.full(40, 5))
    assert np.abs(ours - (maps[:, :, 3] - maps[:, :, 5])).max() < 1e-5


def test_a_wrong_map_is_refused(convolutional: tuple[Any, PiecewiseAffine], images: Images,
                                monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    read, x = convolutional[1], pixels(images.x_test[:40])
    read.check(x)
    right = read._gradient
    monkeypatch.setattr(read, "_gradient", lambda x, d: right(x, d) * 1.01)
    with pytest.raises(UserError, match="the exact maps do not give the network's logits"):
        read.check(x)


def test_the_composed_picture_is_the_affine_model_that_is_left(tmp_path: Path, images: Images) -> None:
    """Convolution, average-pooling and dense layer by plain loops."""
    model = saved(tmp_path, CONVOLUTIONAL["max-pooling"]())
    (composed,) = load(tmp_path / "mine.keras", SHAPE).composed()
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


def test_the_ladder_of_any_layers_is_measured_on_all_images(
    convolutional: tuple[Any, PiecewiseAffine], images: Images, survey: Survey
) -> None:
    read = convolutional[1]
    probe = read.probe(images, survey.clusters)
    x = pixels(images.x_train)
    assert np.abs(probe.of_images - centred(read.logits(x))).max() < 1e-5
    maps, _ = read.maps(x)
    for number, found in survey.clusters.items():
        for g in (0, len(found.classes) - 1):
            mean = centred(maps[found.of_train == g]).mean(axis=0)
            assert np.abs(probe.maps[number][g] - mean).max() < 1e-5


def test_a_part_has_some_of_each_cluster_and_is_the_same_each_time() -> None:
    clusters = [np.zeros(1000, int), np.repeat([0, 1, 2], [900, 99, 1])]
    chosen = some_of_each(clusters, 0.01, seed=3)
    assert 10 <= len(chosen) <= 14
    assert {0, 1, 2} == set(clusters[1][chosen])
    assert np.array_equal(chosen, some_of_each(clusters, 0.01, seed=3))
    assert np.array_equal(some_of_each(clusters, 1.0, seed=3), np.arange(1000))


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
def test_a_dense_chain_becomes_a_dense_network(
    tmp_path: Path, images: Images, case: str, form: str
) -> None:
    make, shape = DENSE[case]
    model, x = saved(tmp_path, make(), shape, form), pixels(images.x_test)
    read = load(tmp_path / form, SHAPE)
    assert isinstance(read, Dense)
    theirs = np.asarray(model(x.reshape(-1, *shape).astype(np.float32), training=False))
    ours = read.logits(x)
    ours = softmax(ours) if np.allclose(theirs.sum(axis=1), 1, atol=1e-4) else ours
    assert np.abs(ours - theirs).max() < 1e-5 * max(1, np.abs(theirs).max())


def test_a_model_that_divides_by_255_itself_gets_bytes(tmp_path: Path, images: Images) -> None:
    model = saved(tmp_path, [layers().Rescaling(1 / 255), layers().Flatten(), layers().Dense(10)])
    expected = np.asarray(model(images.x_test.reshape(-1, 8, 8, 1), training=False))
    x = pixels(images.x_test)
    assert np.abs(load(tmp_path / "mine.keras", SHAPE).logits(x) - expected).max() < 1e-5
    told = load(tmp_path / "mine.keras", SHAPE, scale=1.0).logits(x)
    assert np.abs(told - expected).max() > 0.1, "what is said decides"


def test_given_scaling_is_of_the_models_own_pixels(tmp_path: Path, images: Images) -> None:
    model = saved(tmp_path, CONVOLUTIONAL["max-pooling"](), name="mine.keras")
    x = pixels(images.x_test[:50])
    read = load(tmp_path / "mine.keras", SHAPE, mean=0.13, std=0.31)
    assert np.abs(softmax(read.logits(x)) - answers(model, (x - 0.13) / 0.31)).max() < 1e-5
    read.check(x)


def test_a_file_of_layers_is_read_again_as_it_was_written(tmp_path: Path, images: Images) -> None:
    saved(tmp_path, CONVOLUTIONAL["depthwise, normalised"]())
    found = keras_file.load(tmp_path / "mine.keras", SHAPE)
    assert isinstance(found, Layers)
    found.save(tmp_path / "one.npz")
    again = Layers.load(tmp_path / "one.npz")
    again.save(tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    x = pixels(images.x_test[:20])
    assert np.array_equal(PiecewiseAffine(found).logits(x), PiecewiseAffine(again).logits(x))


REFUSED: dict[str, tuple[Callable[[], Sequence[Any]], str]] = {
    "attention": (lambda: [layers().Reshape((8, 8)), layers().LayerNormalization(name="norm"), layers().Flatten(),
                           layers().Dense(10)], r"its layer 'norm' \(LayerNormalization\) is not known"),
    "bent convolutions": (lambda: [layers().Conv2D(2, 3, activation="tanh", name="bent"), layers().Flatten(),
                                   layers().Dense(10)], "its layer 'bent' has the activation 'tanh'"),
    "an unknown activation": (lambda: [layers().Flatten(), layers().Dense(9, activation="swish", name="odd"),
                                       layers().Dense(10)], "its layer 'odd' has the activation 'silu'; allowed"),
    "softmax inside": (lambda: [layers().Flatten(), layers().Softmax(name="early"), layers().Dense(10)],
                       "its layer 'early' .Softmax. is not known"),
    "a model inside": (lambda: [keras().Sequential([layers().Flatten()], name="inner"), layers().Dense(10)],
                       r"its layer 'inner' \(Sequential\)"),
    "a program inside": (lambda: [layers().Lambda(lambda x: x * 2, name="own"), layers().Flatten(),
                                  layers().Dense(10)], r"its layer 'own' \(Lambda\)"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_other_layers_are_refused_by_name_before_keras_builds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    make, words = REFUSED[case]
    saved(tmp_path, make())
    if case != "bent convolutions":  # which only the whole chain tells
        monkeypatch.setattr(keras_file, "_built", lambda _: pytest.fail("built"))
    with pytest.raises(UserError, match=words) as problem:
        load(tmp_path / "mine.keras", SHAPE)
    assert "\n" not in str(problem.value)


def test_a_sum_written_with_a_plus_is_read_as_one(tmp_path: Path, images: Images) -> None:
    la, image = layers(), keras().Input((8, 8, 1))
    x = la.Conv2D(4, 3, padding="same", activation="relu")(image)
    x = la.Flatten()(x + la.Conv2D(4, 3, padding="same")(x))
    model = in_file(keras().Model(image, la.Dense(10)(x)), tmp_path / "mine.keras")
    read, x = load(tmp_path / "mine.keras", SHAPE), pixels(images.x_test[:20])
    assert np.abs(read.logits(x) - answers(model, x)).max() < 1e-4
    read.check(x)


def test_outputs_that_are_no_classes_are_refused(tmp_path: Path) -> None:
    saved(tmp_path, [layers().Conv2D(10, 3)])
    with pytest.raises(UserError, match="gives 6×6×10 numbers for an image; it needs one for each class"):
        load(tmp_path / "mine.keras", SHAPE)


def test_a_normalisation_of_rows_is_no_dense_chain_and_goes_through(tmp_path: Path, images: Images) -> None:
    model = saved(tmp_path, [layers().BatchNormalization(), layers().Flatten(), layers().Dense(10)], (8, 8))
    x = pixels(images.x_test[:20])
    expected = np.asarray(model(x.reshape(-1, 8, 8).astype(np.float32), training=False))
    assert np.abs(load(tmp_path / "mine.keras", SHAPE).logits(x) - expected).max() < 1e-4


def test_another_input_or_no_model_is_refused_in_a_line(tmp_path: Path) -> None:
    saved(tmp_path, [layers().Flatten(), layers().Dense(10)], (8, 8, 3))
    with pytest.raises(UserError, match="reads 8×8×3; the images are grey, 8×8 pixels"):
        load(tmp_path / "mine.keras", SHAPE)
    with zipfile.ZipFile(tmp_path / "other.keras", "w") as file:
        file.writestr("config.json", json.dumps({"class_name": "Mine", "config": {}}))
    with pytest.raises(UserError, match="holds a 'Mine'; read are Sequential and functional"):
        load(tmp_path / "other.keras", SHAPE)
    for name in ("broken.keras", "broken.h5"):
        (tmp_path / name).write_bytes(b"\x80\x02 a pickle, say")
        with pytest.raises(UserError, match=f"{name} cannot be read as a model that Keras saved"):
            load(tmp_path / name, SHAPE)
    with pytest.raises(UserError, match="missing"):
        load(tmp_path / "nowhere.keras", SHAPE)
    with pytest.raises(UserError, match="leave `activation` out"):
        load(tmp_path / "broken.keras", SHAPE, activation="relu")


def test_a_network_made_here_and_saved_by_keras_comes_back(
    tmp_path: Path, images: Images, make_network: Callable[..., Network]
) -> None:
    from looking_for.training.model import to_keras

    network = make_network([12, 8])
    plain = keras().Sequential(
        [keras().Input((64,)), *(layers().Dense(n, activation="relu") for n in (12, 8)), layers().Dense(10)]
    )
    plain.set_weights(to_keras(network).get_weights())
    plain.save(tmp_path / "mine.keras")
    x = pixels(images.x_test)
    read = load(tmp_path / "mine.keras", SHAPE)
    assert np.abs(read.logits(x) - network.logits(x)).max() < 1e-5
    product = np.linalg.multi_dot(network.weights)
    assert np.abs(read.composed()[-1].weights - product).max() < 1e-5
