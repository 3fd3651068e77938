"""The mathematics against independent computation: TensorFlow's gradients, plain loops, scikit-learn."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score, r2_score
from stages.compose.ways import Ways

from stages.arrays import Array, pixels
from stages.artifacts.images import Images
from stages.artifacts.network import Network
from stages.compose import exact, pictures, probe, truth
from stages.compose.probe import centre
from stages.console import Problem
from stages.survey import groups

Maker = Callable[..., Network]
DEPTHS = [[], [9], [12, 7], [10, 8, 6], [7, 6, 5, 4]]
depths = pytest.mark.parametrize("hidden", DEPTHS, ids=lambda hidden: f"{len(hidden)} hidden")


def jacobians(network: Network, x: Array) -> Array:
    """∂z/∂x of each image by TensorFlow's own GradientTape (n × inputs × classes)."""
    from stages.train.backend import tf

    h = inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        for n, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
            h = (tf.nn.relu(h) if n else h) @ weight + bias
    return np.swapaxes(tape.batch_jacobian(h, inputs).numpy(), 1, 2)


@depths
def test_composed_pictures_are_the_network_that_keras_runs_without_relus(
    make_network: Maker, images: Images, hidden: list[int]
) -> None:
    from stages.train.backend import keras

    network = make_network(hidden)
    layers = [keras.layers.Dense(w.shape[1]) for w in network.weights]
    linear = keras.Sequential([keras.Input((64,)), *layers])
    linear.set_weights([a for pair in zip(network.weights, network.biases, strict=True) for a in pair])
    x = pixels(images.x_test)
    composed = pictures.compose(network)
    assert np.abs(composed.logits(x) - linear.predict(np.float32(x), verbose=0)).max() < 1e-5
    assert [t.shape[1] for t in composed.weights] == [*hidden, 10]


@depths
def test_exact_maps_are_tensorflows_jacobians(
    make_network: Maker, images: Images, hidden: list[int]
) -> None:
    network, x = make_network(hidden), pixels(images.x_test[:60])
    maps, _ = exact.maps(network, x)
    assert np.abs(maps - jacobians(network, x)).max() < 1e-4


@depths
def test_exact_maps_give_the_networks_own_logits(
    make_network: Maker, images: Images, hidden: list[int]
) -> None:
    network, x = make_network(hidden), pixels(images.x_test[:60])
    maps, constants = exact.maps(network, x)
    assert np.allclose(np.einsum("ni,nik->nk", x, maps) + constants, network.logits(x), atol=1e-12)
    exact.check_identity(network, x)


@depths
def test_maps_that_are_not_the_networks_stop_the_stage(
    make_network: Maker, images: Images, hidden: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    network, x = make_network(hidden), pixels(images.x_test[:60])
    right = exact.maps
    monkeypatch.setattr(exact, "maps", lambda n, rows: (right(n, rows)[0] * 1.001, right(n, rows)[1]))
    with pytest.raises(Problem, match="no pictures are written"):
        exact.check_identity(network, x)


@depths
def test_the_probe_finds_the_plain_averages_over_images(
    make_network: Maker, images: Images, hidden: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "IMAGES_AT_ONCE", 77)  # many parts, the last one short
    few = replace(images, x_train=images.x_train[:300], y_train=images.y_train[:300])
    network, x = make_network(hidden), pixels(few.x_train)
    of_train = groups.find(few, [2], seed=0)[2].of_train
    found = probe.run(network, few, {2: of_train})

    maps = centre(jacobians(network, x))
    called = network.logits(x).argmax(axis=1)
    assert np.allclose(found.mean_map, maps.mean(axis=0), atol=1e-6)
    for k in np.unique(called):
        assert np.allclose(found.called_map[:, k], maps[called == k, :, k].mean(axis=0), atol=1e-6)
    assert np.array_equal(found.groups[2].images, np.bincount(of_train))
    for layer, z in enumerate(network.preactivations(x)[:-1]):
        assert np.allclose(found.on[layer], (z > 0).mean(axis=0))


@depths
def test_a_ways_picture_is_its_groups_mean_map_and_right_at_its_mean_image(
    make_network: Maker, images: Images, hidden: list[int]
) -> None:
    network = make_network(hidden)
    found = groups.find(images, [3], seed=0)[3]
    sums = probe.run(network, images, {3: found.of_train}).groups[3]
    ways = Ways.of(network, sums, found.arrays(3), 3)

    maps = centre(jacobians(network, pixels(images.x_train)))
    logits = centre(network.logits(pixels(images.x_train)))
    for group, k in enumerate(found.classes):
        members = found.of_train == group
        assert set(images.y_train[members]) == {k}
        assert np.allclose(ways.maps[:, group], maps[members, :, k].mean(axis=0), atol=1e-6)
        mean = pixels(images.x_train[members]).mean(axis=0)
        said = mean @ ways.maps[:, group] + ways.biases[group]
        assert said == pytest.approx(logits[members, k].mean(), abs=1e-6)


def test_a_ways_score_is_that_of_the_nearest_group_of_each_class(
    make_network: Maker, images: Images
) -> None:
    network = make_network([12, 7])
    found = groups.find(images, [3], seed=0)[3]
    sums = probe.run(network, images, {3: found.of_train}).groups[3]
    ways = Ways.of(network, sums, found.arrays(3), 3)
    x = pixels(images.x_test[:40])
    scores = replace(ways, nearest=ways.nearest[:40]).scores(x)
    for n, image in enumerate(x):
        for k in range(10):
            of_class = np.flatnonzero(found.classes == k)
            distances = [np.linalg.norm(image - found.means[group]) for group in of_class]
            nearest = of_class[int(np.argmin(distances))]
            assert scores[n, k] == pytest.approx(image @ ways.maps[:, nearest] + ways.biases[nearest])


def test_without_hidden_layers_the_pictures_are_the_network(make_network: Maker, images: Images) -> None:
    network, x = make_network([]), pixels(images.x_test)
    composed, logits = pictures.compose(network), network.logits(x)
    found = groups.find(images, [1, 3], seed=0)
    passed = probe.run(network, images, {w: g.of_train for w, g in found.items()})
    ways = {w: Ways.of(network, passed.groups[w], g.arrays(w), w) for w, g in found.items()}
    anchored = Ways.anchored(centre(composed.weights[-1]), passed.groups[1], found[1].arrays(1), 1)
    numbers = truth.numbers(composed, anchored, ways[1], passed, logits, x_test=x, y_test=images.y_test)
    numbers |= truth.by_ways(ways, logits, x)
    for number in ("agreement", "agreement_anchored", "explained", "explained_raw", "gain"):
        assert numbers[number] == 1.0
    assert numbers["cosine"] == pytest.approx(1)
    assert numbers["cosine_own"] == pytest.approx(1)
    assert set(numbers["agreement_by_ways"].values()) == {1.0}
    assert numbers["ways_for_95"] == 1
    assert numbers["picture_accuracy"] == round(accuracy_score(images.y_test, logits.argmax(axis=1)), 4)


@depths
def test_a_units_explained_share_is_that_of_a_straight_line_fitted_to_its_pictures_answer(
    make_network: Maker, images: Images, hidden: list[int]
) -> None:
    network, x = make_network(hidden), pixels(images.x_test)
    z, composed = network.preactivations(x), pictures.compose(network)
    found = truth.units_explained(composed, z, x)
    assert list(found) == [f"layer-{n}" for n in range(1, len(hidden) + 1)], "the output is no hidden layer"
    for n, shares in enumerate(found.values()):
        for unit, share in enumerate(shares):
            answer = x @ composed.weights[n][:, unit : unit + 1]
            line = LinearRegression().fit(answer, z[n][:, unit])
            assert share == pytest.approx(line.score(answer, z[n][:, unit]), abs=1e-9)
    if hidden:
        assert np.allclose(found["layer-1"], 1), "the first layer's pictures are its weights"


def test_a_unit_that_nothing_drives_leaves_nothing_to_explain_and_a_blank_picture_explains_nothing() -> (
    None
):
    still, moving = np.full((5, 1), 3.0), np.arange(5.0)[:, None]
    assert truth.squared_correlations(moving, still) == [1.0]
    assert truth.squared_correlations(still, moving) == [0.0]


@depths
def test_the_probe_is_the_same_in_one_part_or_many(
    make_network: Maker, images: Images, hidden: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    network = make_network(hidden)
    whole = probe.run(network, images, {})
    monkeypatch.setattr(probe, "IMAGES_AT_ONCE", 10)
    parts = probe.run(network, images, {})
    assert np.allclose(whole.mean_map, parts.mean_map, atol=1e-12)
    for one, other in zip(whole.influence, parts.influence, strict=True):
        assert np.allclose(one, other, atol=1e-12)


def test_a_unit_that_is_never_on_has_no_influence_and_the_strongest_the_most() -> None:
    weights = [np.eye(3), np.array([[5.0, 0], [1.0, 0], [9.0, 0]])]
    network = Network.of(weights, [np.array([0.0, 0, -100]), np.zeros(2)], np.float64)
    x = np.full((4, 1, 3), 255, np.uint8)
    some = Images(x, np.zeros(4, np.uint8), x, np.zeros(4, np.uint8), np.array(["a", "b"]))
    influence = probe.run(network, some, {}).influence[0]
    assert influence[2] == 0
    assert influence[0] > influence[1] > 0


answers = st.integers(1, 30).flatmap(
    lambda n: st.tuples(
        *(st.lists(st.lists(st.integers(-9, 9), min_size=4, max_size=4), min_size=n, max_size=n),) * 2
    )
)


@given(answers)
def test_agreement_is_a_direct_count(pair: tuple[list[list[int]], list[list[int]]]) -> None:
    said, logits = np.array(pair[0], float), np.array(pair[1], float)
    count = sum(
        max(range(4), key=list(a).__getitem__) == max(range(4), key=list(b).__getitem__)
        for a, b in zip(said.tolist(), logits.tolist(), strict=True)
    )
    assert truth.agreement(said, logits) == pytest.approx(count / len(said))
    by_class = truth.agreement_by_class(said, logits)
    shares = np.bincount(logits.argmax(axis=1), minlength=4) / len(logits)
    total = sum(share * same for share, same in zip(shares, by_class, strict=True) if same is not None)
    assert total == pytest.approx(count / len(said))


@settings(max_examples=50)
@given(st.integers(0, 10**6), st.floats(0.1, 10))
def test_explained_is_r2_after_the_best_gain_and_knows_no_shift_or_gain(seed: int, gain: float) -> None:
    chance = np.random.default_rng(seed)
    said, logits = chance.normal(size=(40, 5)), chance.normal(size=(40, 5))
    fitted = np.linalg.lstsq(centre(said).reshape(-1, 1), centre(logits).ravel(), rcond=None)[0][0]
    expected = r2_score(centre(logits).ravel(), fitted * centre(said).ravel())
    assert truth.explained(said, logits) == pytest.approx(expected)
    shifted = gain * said + chance.normal(size=(40, 1))
    assert truth.explained(shifted, logits) == pytest.approx(expected)
    assert truth.explained(logits, logits, gain=1.0) == pytest.approx(1)


def test_ways_for_95_is_the_least_number_that_reaches_it_or_none() -> None:
    logits = np.eye(4)[[0, 1, 2, 3] * 10]
    wrong = np.eye(4)[[1, 2, 3, 0] * 10]

    class Says(Ways):
        def scores(self, x: Array) -> Array:
            return self.maps[: len(x)]

    def ways(scores: Array) -> Ways:
        return Says(scores, np.zeros(4), np.zeros((40, 4)), logits.argmax(axis=1))

    x = np.zeros((40, 1))
    assert truth.by_ways({1: ways(wrong), 3: ways(logits)}, logits, x)["ways_for_95"] == 3
    assert truth.by_ways({1: ways(wrong)}, logits, x)["ways_for_95"] is None
    assert truth.by_ways({1: ways(wrong)}, logits, x)["choice_by_ways"] == {"1": 1.0}


def test_cosine_is_the_mean_over_classes() -> None:
    one, other = np.array([[1.0, 0], [0, 2]]), np.array([[3.0, 1], [0, 1]])
    assert truth.mean_cosine(one, other) == pytest.approx((1 + np.sqrt(0.5)) / 2)
