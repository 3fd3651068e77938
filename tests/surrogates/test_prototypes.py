"""The fewest pictures: their fit against TensorFlow's gradients and plain loops, and their challengers."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax
from scipy.stats import entropy
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score

from looking_for.clusters.survey import Survey
from looking_for.core import paths
from looking_for.core.arrays import Array, as_pixels, centred, round_to_grid
from looking_for.core.imageset import ImageSet
from looking_for.core.tables import Interval
from looking_for.networks import exact_maps, training_pass
from looking_for.networks.dense import DenseNetwork
from looking_for.surrogates import ablations, prototypes, similarity
from looking_for.surrogates.ablations import load_ablations, save_ablations
from looking_for.surrogates.evaluate import Evaluation, cluster_maps
from looking_for.surrogates.ladder import Ladder
from looking_for.surrogates.maps import Prototypes
from looking_for.surrogates.measures import MEASURES
from looking_for.surrogates.pictures import Pictures
from looking_for.surrogates.prototypes import SQUARED, Loss
from stages.params.settings import load_params
from tests.conftest import FIT
from tests.projects import ROOT

Maker = Callable[..., DenseNetwork]
Evaluate = Callable[[DenseNetwork], Evaluation]


def some_pictures(seed: int, counts: list[int], inputs: int = 64) -> Prototypes:
    chance = np.random.default_rng(seed)
    classes = np.repeat(np.arange(len(counts)), counts)
    return Prototypes(chance.normal(size=(inputs, len(classes))), chance.normal(size=len(classes)), classes)


def rows_of(images: ImageSet) -> Array:
    return images.x_train.reshape(len(images.x_train), -1)


def said_by_loop(pictures: Prototypes, x: Array) -> Array:
    """Each class's strongest picture, one image, one picture at a time."""
    scores = np.full((len(x), int(pictures.classes.max()) + 1), -np.inf)
    for n, image in enumerate(x):
        for weights, bias, k in zip(pictures.weights.T, pictures.biases, pictures.classes, strict=True):
            scores[n, k] = max(scores[n, k], float(image @ weights + bias))
    return scores


def test_prototypes_score_their_strongest_picture(images: ImageSet) -> None:
    pictures, x = some_pictures(0, [3, 1, 2]), as_pixels(images.x_test[:40])
    assert np.allclose(pictures(x), said_by_loop(pictures, x))


@pytest.mark.parametrize("loss", ["squared error", "divergence"])
@pytest.mark.parametrize("pull", [0.0, 0.7])
def test_adam_gradient_equals_tensorflow(images: ImageSet, loss: str, pull: float) -> None:
    from looking_for.core.keras_backend import tf

    chance = np.random.default_rng(1)
    start, rows = some_pictures(2, [3, 1, 2]), rows_of(images)[:50]
    targets = centred(chance.normal(size=(50, 3)))
    requested: Loss = SQUARED
    if loss == "divergence":
        targets, requested = np.exp(log_softmax(targets, axis=1)), ablations.DIVERGENCE
    batch = prototypes.FitData(rows, targets)
    descent = prototypes._Fit(start, batch, replace(FIT, pull=pull), requested)
    descent.values += chance.normal(0, 0.1, descent.values.shape)

    values, variance = tf.Variable(descent.values), targets.var(axis=0).sum()
    with tf.GradientTape() as tape:
        answers = as_pixels(rows) @ values[:-1] + values[-1]
        scores = tf.stack([tf.reduce_max(answers[:, a:b], 1) for a, b in ((0, 3), (3, 4), (4, 6))], 1)
        scores -= tf.reduce_mean(scores, 1, keepdims=True)
        if loss == "divergence":
            missed = -tf.reduce_sum(targets * tf.nn.log_softmax(scores), 1)
        else:
            missed = tf.reduce_sum((scores - targets) ** 2, 1)
        moved = tf.reduce_mean(tf.reduce_sum((values[:-1] - descent.first[:-1]) ** 2, 0))
        spread = as_pixels(rows).var(axis=0).mean()
        total = tf.reduce_mean(missed) / variance + pull * 3 * spread * moved / variance
    assert np.allclose(descent._gradient(batch), tape.gradient(total, values).numpy(), atol=1e-10)


def test_fit_prototypes_recovers_a_max_affine(images: ImageSet) -> None:
    """Logits that are a max-affine function, a start near it: the fit explains nearly all of them."""
    chance, rows = np.random.default_rng(3), rows_of(images)
    truth = some_pictures(4, [3] * 10)
    train, validation = prototypes.train_validation_split(prototypes.FitData(rows, centred(truth(as_pixels(rows)))), 0)
    near = truth.weights + chance.normal(0, 0.5, truth.weights.shape)
    start = prototypes.balance_prototypes(Prototypes(near, truth.biases, truth.classes), train)
    settings = replace(FIT, pull=0.0, updates=600)
    result = prototypes.fit_prototypes(start, train, validation, settings)
    before, after = (prototypes.share_explained(p, validation) for p in (start, result))
    assert after > 0.98
    assert 1 - after < (1 - before) / 2


def test_train_validation_split_is_disjoint(images: ImageSet) -> None:
    rows = rows_of(images)
    numbers = np.arange(len(rows))[:, None].astype(float)
    train, validation = prototypes.train_validation_split(prototypes.FitData(rows, numbers), 0)
    assert sorted([*train.targets[:, 0], *validation.targets[:, 0]]) == numbers[:, 0].tolist()
    assert len(validation.rows) == len(rows) // prototypes.VALIDATION_PART
    assert np.array_equal(train.rows, rows[train.targets[:, 0].astype(int)])


def test_fit_prototypes_with_strong_pull_stays(make_network: Maker, images: ImageSet, survey: Survey) -> None:
    network = make_network([12, 7])
    result = training_pass.pass_training_images(network, images, survey.clusters)
    pulled = {}
    maps = {3: cluster_maps(result.maps[3], result.logits[3], survey.clusters[3])}
    train = prototypes.FitData(rows_of(images), result.logits_per_image)
    for pull in (0.0, 100.0):
        requested = replace(FIT, pull=pull)
        pulled[pull] = prototypes.fit_all_prototypes(train, survey.clusters, maps, requested)[3].cosines.mean()
    assert pulled[100.0] > 0.99 > pulled[0.0]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(1, 4), min_size=2, max_size=5))
def test_remove_shared_component_keeps_answers(seed: int, counts: list[int]) -> None:
    pictures, chance = some_pictures(seed, counts, inputs=6), np.random.default_rng(seed)
    weight = chance.integers(1, 9, len(pictures.classes)).astype(float)
    result, x = prototypes.remove_shared_component(pictures, weight), chance.random((20, 6))
    assert np.allclose(centred(result(x)), centred(pictures(x)))
    means = [
        np.average(result.weights[:, result.classes == k], axis=1, weights=weight[result.classes == k])
        for k in range(len(counts))
    ]
    assert np.allclose(np.mean(means, axis=0), 0)


def test_balance_prototypes_is_a_regression(images: ImageSet) -> None:
    chance, rows, pictures = np.random.default_rng(5), rows_of(images)[:200], some_pictures(6, [2, 3, 1])
    p = centred(pictures(as_pixels(rows)))
    z = centred(2 * p + chance.normal(size=p.shape))
    design = np.column_stack([p.ravel(), np.tile(np.eye(3), (len(p), 1))])
    expected = LinearRegression(fit_intercept=False).fit(design, z.ravel()).predict(design)
    result = prototypes.balance_prototypes(pictures, prototypes.FitData(rows, z))
    assert np.allclose(centred(result(as_pixels(rows))), expected.reshape(p.shape))


def test_summarise_prototypes_drops_idle_ones(images: ImageSet) -> None:
    rows, pictures = rows_of(images), some_pictures(7, [2, 2, 2])
    idle = Prototypes(pictures.weights, pictures.biases - np.array([0, 0, 0, 1e6, 0, 0]), pictures.classes)
    validation = prototypes.FitData(rows[:100], centred(idle(as_pixels(rows[:100]))))
    result = prototypes.summarise_prototypes(idle, pictures, rows, validation)
    answers = said_by_loop(result, as_pixels(rows))
    assert np.array_equal(answers.argmax(axis=1), idle(as_pixels(rows)).argmax(axis=1))
    assert result.classes.tolist().count(1) == 1, "the other picture of this class is never the strongest"
    by_picture = result.scores(as_pixels(rows)).argmax(axis=1)
    counts = np.bincount(by_picture, minlength=len(result.classes))
    assert np.allclose(result.shares, counts / len(rows))
    for picture in np.flatnonzero(counts):
        assert np.allclose(result.means[picture], as_pixels(rows[by_picture == picture]).mean(axis=0), atol=1e-6)
    assert result.held_out == pytest.approx(1, abs=1e-4)


def test_fit_all_prototypes_on_any_cores(
    make_network: Maker, evaluate_digits: Evaluate, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = evaluate_digits(make_network([12, 7])).pictures.fitted[3]
    monkeypatch.setattr("looking_for.core.parallel.n_cores", lambda: 1)
    alone = evaluate_digits(make_network([12, 7])).pictures.fitted[3]
    assert several.weights.tobytes() == alone.weights.tobytes()


def test_fit_all_prototypes_of_a_flat_network(make_network: Maker, evaluate_digits: Evaluate) -> None:
    result = evaluate_digits(make_network([]))
    assert result.pictures.fitted[3].classes.tolist() == list(range(10))
    assert {getattr(result.ladder["fitted.3"], m) for m in MEASURES} == {Interval(1, 1, 1)}


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9))
def test_round_to_grid_drops_last_digits_only(values: list[float]) -> None:
    array = np.array(values)
    largest = np.abs(array).max()
    assert np.abs(round_to_grid(array) - array).max() <= largest / 2**16
    assert np.array_equal(round_to_grid(round_to_grid(array)), round_to_grid(array))


def test_divergence_equals_scipy() -> None:
    chance = np.random.default_rng(0)
    scores, q = chance.normal(size=(30, 4)), chance.dirichlet(np.ones(4), 30)
    expected = entropy(q, np.exp(log_softmax(scores, axis=1)), axis=1) + entropy(q, axis=1)
    assert np.allclose(ablations.DIVERGENCE.value(scores, q), expected)


def test_match_prototypes_ignores_order() -> None:
    pictures = some_pictures(8, [3, 2])
    shuffled = pictures.select(np.array([2, 0, 1, 4, 3]))
    assert similarity.match_prototypes(pictures, shuffled) == pytest.approx(1)
    assert abs(similarity.match_prototypes(pictures, some_pictures(9, [3, 2]))) < 0.4


@pytest.mark.parametrize("hidden", [[], [9], [12, 7]], ids=lambda h: f"{len(h)} hidden")
def test_margins_are_differences_of_exact_maps(make_network: Maker, images: ImageSet, hidden: list[int]) -> None:
    network, x = make_network(hidden), as_pixels(images.x_test[:30])
    answers, seconds = similarity.top_two(network.logits(x))
    maps, _ = exact_maps.exact_maps(network, x)
    rows = np.arange(30)
    expected = maps[rows, :, answers] - maps[rows, :, seconds]
    assert np.allclose(network.margins(x, answers, seconds), expected)


def test_run_ablations_measures_as_the_ladder(
    make_network: Maker, images: ImageSet, survey: Survey, evaluate_digits: Evaluate, tmp_path: Path
) -> None:
    network = make_network([12, 7])
    result = evaluate_digits(network)
    challengers = ablations.run_ablations(network, result.pictures, images, survey, FIT)
    rungs, families = ["composed", "linear_fit", "exact_maps.3", "fitted.3"], ["strokes.30", "strokes.20", "squares.30"]
    by_name = {c.name: c for c in challengers}
    assert set(by_name) == {*rungs, *families, "squares.20", "soft.3", *(f"{kind}.3" for kind in ablations.KINDS)}
    for name in rungs:
        rung = result.ladder[name]
        assert [getattr(by_name[name], m) for m in MEASURES] == [getattr(rung, m) for m in MEASURES]
    assert by_name["fitted.3"].likeness == 1
    assert by_name["composed"].accuracy == pytest.approx(result.pictures.accuracy, abs=1e-4)
    assert by_name["strokes.30"].pictures == 40, "as many strokes as there are clusters, and a picture per class"
    assert by_name["exact_maps.3"].pictures == 3 * 10 * 10, "a cluster has a picture of every class"
    save_ablations(tmp_path / "all.csv", challengers)
    assert load_ablations(tmp_path / "all.csv") == challengers


def test_committed_run_explains_with_fitted_pictures() -> None:
    ladder = {name: Ladder.load(ROOT / paths.ladder_file(name)) for name in ("few", "all")}
    value = {(n, r): ladder[n][r].explained.value or 0 for n in ladder for r in ("fitted.3", "fitted.10")}
    assert value["all", "fitted.3"] >= 0.88
    assert value["all", "fitted.10"] >= 0.93
    assert value["few", "fitted.3"] >= 0.98
    assert (ladder["all"]["fitted.10"].agreement.value or 0) >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("name", ["few", "some", "kept", "all"])
def test_committed_numbers_follow_from_arrays(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with np.load(paths.pictures_file(name)) as a, np.load(paths.network_file(name)) as w:
        arrays, weights = dict(a), dict(w)
    with np.load(paths.IMAGES) as data:
        x, labels = data["x_test"].reshape(10_000, -1) / 255, data["y_test"]
    z = x
    for layer in (1, 2, 3):
        z = z @ weights[f"W{layer}"].astype(float) + weights[f"b{layer}"]
        z = np.maximum(z, 0) if layer < 3 else z - z.mean(axis=1, keepdims=True)
    ladder, wrong = Ladder.load(paths.ladder_file(name)), z.argmax(axis=1) != labels
    errors = {}
    for number in load_params().fit.pictures:
        scores = np.full((10_000, 10), -np.inf)
        for picture, k in enumerate(arrays[f"fitted_classes_{number}"]):
            answers = x @ arrays[f"fitted_{number}"][:, picture] + arrays[f"fitted_biases_{number}"][picture]
            scores[:, k] = np.maximum(scores[:, k], answers)
        same = scores.argmax(axis=1) == z.argmax(axis=1)
        rung = ladder[f"fitted.{number}"]
        assert rung.agreement.value == pytest.approx(same.mean(), abs=1e-4)
        assert rung.agreement_on_errors.value == pytest.approx(same[wrong].mean(), abs=1e-4)
        p = scores - scores.mean(axis=1, keepdims=True)
        expected = r2_score(z, p, multioutput="variance_weighted")
        assert rung.explained.value == pytest.approx(expected, abs=1e-4)
        errors[number] = same[wrong]
    if name == "all":
        lead = Pictures.load(paths.pictures_file(name)).measured.contrast(
            "agreement_on_errors", "fitted.10", "cluster_means.10"
        )
        assert lead.excludes_zero
        assert (lead.value or 0) > 0
        means = arrays["cluster_logits_10"][np.load(paths.SURVEY)["nearest_10"]].argmax(axis=1)
        plain = errors[10].astype(float) - (means == z.argmax(axis=1))[wrong]
        assert plain.mean() - 1.96 * plain.std() / np.sqrt(len(plain)) > 0
