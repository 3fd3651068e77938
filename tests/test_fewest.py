"""The fewest pictures: their fit against TensorFlow's gradients and plain loops, and their challengers."""

from collections.abc import Callable
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
from looking_for.core import files
from looking_for.core.arrays import Array, centred, on_grid, pixels
from looking_for.core.imageset import Images
from looking_for.networks import exact_maps, training_pass
from looking_for.networks.dense import Network
from looking_for.networks.dense_model import Dense
from looking_for.surrogates import ablations, challenge, entrants, fitted, prototypes, similarity
from looking_for.surrogates.evaluate import Evaluation, cluster_maps
from looking_for.surrogates.ladder import MEASURES, Interval, Ladder
from looking_for.surrogates.maps import MaxAffine
from looking_for.surrogates.prototypes import SQUARED, Loss
from looking_for.surrogates.results import Pictures
from stages import params
from tests.conftest import FIT, ROOT

Maker = Callable[..., Network]
Evaluate = Callable[[Network], Evaluation]


def some_pictures(seed: int, counts: list[int], inputs: int = 64) -> MaxAffine:
    chance = np.random.default_rng(seed)
    classes = np.repeat(np.arange(len(counts)), counts)
    return MaxAffine(chance.normal(size=(inputs, len(classes))), chance.normal(size=len(classes)), classes)


def rows_of(images: Images) -> Array:
    return images.x_train.reshape(len(images.x_train), -1)


def said_by_loop(pictures: MaxAffine, x: Array) -> Array:
    """Each class's strongest picture, one image, one picture at a time."""
    scores = np.full((len(x), int(pictures.classes.max()) + 1), -np.inf)
    for n, image in enumerate(x):
        for weights, bias, k in zip(pictures.weights.T, pictures.biases, pictures.classes, strict=True):
            scores[n, k] = max(scores[n, k], float(image @ weights + bias))
    return scores


def test_a_class_scores_what_its_strongest_picture_says(images: Images) -> None:
    pictures, x = some_pictures(0, [3, 1, 2]), pixels(images.x_test[:40])
    assert np.allclose(pictures(x), said_by_loop(pictures, x))


@pytest.mark.parametrize("loss", ["squared error", "divergence"])
@pytest.mark.parametrize("pull", [0.0, 0.7])
def test_the_fits_gradient_is_tensorflows(images: Images, loss: str, pull: float) -> None:
    from looking_for.core.keras_backend import tf

    chance = np.random.default_rng(1)
    start, rows = some_pictures(2, [3, 1, 2]), rows_of(images)[:50]
    targets = centred(chance.normal(size=(50, 3)))
    asked: Loss = SQUARED
    if loss == "divergence":
        targets, asked = np.exp(log_softmax(targets, axis=1)), entrants.DIVERGENCE
    batch = prototypes.Images(rows, targets)
    descent = prototypes._Descent(start, batch, FIT.model_copy(update={"pull": pull}), asked)
    descent.values += chance.normal(0, 0.1, descent.values.shape)

    values, variance = tf.Variable(descent.values), targets.var(axis=0).sum()
    with tf.GradientTape() as tape:
        said = pixels(rows) @ values[:-1] + values[-1]
        scores = tf.stack([tf.reduce_max(said[:, a:b], 1) for a, b in ((0, 3), (3, 4), (4, 6))], 1)
        scores -= tf.reduce_mean(scores, 1, keepdims=True)
        if loss == "divergence":
            missed = -tf.reduce_sum(targets * tf.nn.log_softmax(scores), 1)
        else:
            missed = tf.reduce_sum((scores - targets) ** 2, 1)
        moved = tf.reduce_mean(tf.reduce_sum((values[:-1] - descent.first[:-1]) ** 2, 0))
        spread = pixels(rows).var(axis=0).mean()
        total = tf.reduce_mean(missed) / variance + pull * 3 * spread * moved / variance
    assert np.allclose(descent._gradient(batch), tape.gradient(total, values).numpy(), atol=1e-10)


def test_pictures_that_made_the_logits_are_found_again(images: Images) -> None:
    """Logits that are a max-affine function, a start near it: the fit explains nearly all of them."""
    chance, rows = np.random.default_rng(3), rows_of(images)
    truth = some_pictures(4, [3] * 10)
    learned, judging = prototypes.apart(prototypes.Images(rows, centred(truth(pixels(rows)))), 0)
    near = truth.weights + chance.normal(0, 0.5, truth.weights.shape)
    start = prototypes.balanced(MaxAffine(near, truth.biases, truth.classes), learned)
    settings = FIT.model_copy(update={"pull": 0.0, "updates": 600})
    found = prototypes.fit(start, learned, judging, settings)
    before, after = (prototypes.explained(p, judging) for p in (start, found))
    assert after > 0.98
    assert 1 - after < (1 - before) / 2


def test_no_image_that_judges_a_fit_is_learned_and_each_has_its_part(images: Images) -> None:
    rows = rows_of(images)
    numbers = np.arange(len(rows))[:, None].astype(float)
    learned, judging = prototypes.apart(prototypes.Images(rows, numbers), 0)
    assert sorted([*learned.targets[:, 0], *judging.targets[:, 0]]) == numbers[:, 0].tolist()
    assert len(judging.rows) == len(rows) // prototypes.HELD_OUT
    assert np.array_equal(learned.rows, rows[learned.targets[:, 0].astype(int)])


def test_a_strong_pull_keeps_the_exact_maps(make_network: Maker, images: Images, survey: Survey) -> None:
    network = make_network([12, 7])
    found = training_pass.run(network, images, survey.clusters)
    pulled = {}
    maps = {3: cluster_maps(found.maps[3], found.logits[3], survey.clusters[3])}
    learned = prototypes.Images(rows_of(images), found.of_images)
    for pull in (0.0, 100.0):
        asked = FIT.model_copy(update={"pull": pull})
        pulled[pull] = fitted.find(learned, survey.clusters, maps, asked)[3].cosines.mean()
    assert pulled[100.0] > 0.99 > pulled[0.0]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(1, 4), min_size=2, max_size=5))
def test_the_gauge_changes_no_centred_score_and_leaves_no_common_picture(
    seed: int, counts: list[int]
) -> None:
    pictures, chance = some_pictures(seed, counts, inputs=6), np.random.default_rng(seed)
    weight = chance.integers(1, 9, len(pictures.classes)).astype(float)
    found, x = prototypes.in_gauge(pictures, weight), chance.random((20, 6))
    assert np.allclose(centred(found(x)), centred(pictures(x)))
    means = [
        np.average(found.weights[:, found.classes == k], axis=1, weights=weight[found.classes == k])
        for k in range(len(counts))
    ]
    assert np.allclose(np.mean(means, axis=0), 0)


def test_balancing_pictures_is_a_regression_on_one_gain_and_a_shift_a_class(images: Images) -> None:
    chance, rows, pictures = np.random.default_rng(5), rows_of(images)[:200], some_pictures(6, [2, 3, 1])
    p = centred(pictures(pixels(rows)))
    z = centred(2 * p + chance.normal(size=p.shape))
    design = np.column_stack([p.ravel(), np.tile(np.eye(3), (len(p), 1))])
    expected = LinearRegression(fit_intercept=False).fit(design, z.ravel()).predict(design)
    found = prototypes.balanced(pictures, prototypes.Images(rows, z))
    assert np.allclose(centred(found(pixels(rows))), expected.reshape(p.shape))


def test_pictures_that_never_count_are_dropped_and_shares_are_counts(images: Images) -> None:
    rows, pictures = rows_of(images), some_pictures(7, [2, 2, 2])
    idle = MaxAffine(pictures.weights, pictures.biases - np.array([0, 0, 0, 1e6, 0, 0]), pictures.classes)
    judging = prototypes.Images(rows[:100], centred(idle(pixels(rows[:100]))))
    found = fitted.tell(idle, pictures, rows, judging)
    said = said_by_loop(found.map, pixels(rows))
    assert np.array_equal(said.argmax(axis=1), idle(pixels(rows)).argmax(axis=1))
    assert found.map.classes.tolist().count(1) == 1, (
        "the other picture of this class is never the strongest"
    )
    by_picture = found.map.pictures(pixels(rows)).argmax(axis=1)
    counts = np.bincount(by_picture, minlength=len(found.map.classes))
    assert np.allclose(found.shares, counts / len(rows))
    for picture in np.flatnonzero(counts):
        assert np.allclose(
            found.means[picture], pixels(rows[by_picture == picture]).mean(axis=0), atol=1e-6
        )
    assert found.held_out == pytest.approx(1, abs=1e-4)


def test_fitted_pictures_are_the_same_on_one_core_and_on_all(
    make_network: Maker, evaluate_digits: Evaluate, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = evaluate_digits(make_network([12, 7])).pictures.fitted[3]
    monkeypatch.setattr("looking_for.core.parallel.cores", lambda: 1)
    alone = evaluate_digits(make_network([12, 7])).pictures.fitted[3]
    assert several.map.weights.tobytes() == alone.map.weights.tobytes()


def test_without_hidden_layers_the_one_picture_a_class_is_the_network(
    make_network: Maker, evaluate_digits: Evaluate
) -> None:
    found = evaluate_digits(make_network([]))
    assert found.pictures.fitted[3].map.classes.tolist() == list(range(10))
    assert {getattr(found.ladder["fitted.3"], m) for m in MEASURES} == {Interval(1, 1, 1)}


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=9))
def test_a_grid_is_finer_than_what_is_measured_and_coarser_than_a_last_digit(values: list[float]) -> None:
    array = np.array(values)
    largest = np.abs(array).max()
    assert np.abs(on_grid(array) - array).max() <= largest / 2**16
    assert np.array_equal(on_grid(on_grid(array)), on_grid(array))


def test_the_divergence_is_scipys_up_to_the_targets_own_entropy() -> None:
    chance = np.random.default_rng(0)
    scores, q = chance.normal(size=(30, 4)), chance.dirichlet(np.ones(4), 30)
    expected = entropy(q, np.exp(log_softmax(scores, axis=1)), axis=1) + entropy(q, axis=1)
    assert np.allclose(entrants.DIVERGENCE.value(scores, q), expected)


def test_sets_of_pictures_are_alike_whatever_their_order() -> None:
    pictures = some_pictures(8, [3, 2])
    shuffled = pictures.only(np.array([2, 0, 1, 4, 3]))
    assert similarity.matched(pictures, shuffled) == pytest.approx(1)
    assert abs(similarity.matched(pictures, some_pictures(9, [3, 2]))) < 0.4


@pytest.mark.parametrize("hidden", [[], [9], [12, 7]], ids=lambda h: f"{len(h)} hidden")
def test_margins_of_a_network_are_differences_of_its_whole_exact_maps(
    make_network: Maker, images: Images, hidden: list[int]
) -> None:
    network, x = make_network(hidden), pixels(images.x_test[:30])
    answers, seconds = similarity.top_two(network.logits(x))
    maps, _ = exact_maps.maps(network, x)
    rows = np.arange(30)
    expected = maps[rows, :, answers] - maps[rows, :, seconds]
    assert np.allclose(Dense(network).margins(x, answers, seconds), expected)


def test_challengers_are_measured_as_rungs_are(
    make_network: Maker, images: Images, survey: Survey, evaluate_digits: Evaluate, tmp_path: Path
) -> None:
    network = make_network([12, 7])
    found = evaluate_digits(network)
    challengers = ablations.hold(Dense(network), found.pictures, images, survey, FIT)
    names = [c.name for c in challengers]
    assert names[:4] == ["composed", "linear_fit", "exact_maps.3", "fitted.3"]
    assert names[4:] == [f"{kind}.3" for kind in entrants.KINDS]
    for challenger in challengers[:4]:
        rung = found.ladder[challenger.name]
        assert [getattr(challenger, m) for m in MEASURES] == [getattr(rung, m) for m in MEASURES]
    assert challengers[3].likeness == 1
    challenge.save(tmp_path / "all.csv", challengers)
    assert challenge.load(tmp_path / "all.csv") == challengers


def test_the_committed_run_keeps_the_second_findings_promise() -> None:
    ladder = {name: Ladder.load(ROOT / files.ladder_file(name)) for name in ("few", "all")}
    value = {(n, r): ladder[n][r].explained.value or 0 for n in ladder for r in ("fitted.3", "fitted.10")}
    assert value["all", "fitted.3"] >= 0.88
    assert value["all", "fitted.10"] >= 0.93
    assert value["few", "fitted.3"] >= 0.98
    assert (ladder["all"]["fitted.10"].agreement.value or 0) >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("name", ["few", "some", "all"])
def test_the_committed_numbers_follow_from_the_arrays_on_another_path(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    with np.load(files.pictures_file(name)) as a, np.load(files.network_file(name)) as w:
        arrays, weights = dict(a), dict(w)
    with np.load(files.IMAGES) as data:
        x, labels = data["x_test"].reshape(10_000, -1) / 255, data["y_test"]
    z = x
    for layer in (1, 2, 3):
        z = z @ weights[f"W{layer}"].astype(float) + weights[f"b{layer}"]
        z = np.maximum(z, 0) if layer < 3 else z - z.mean(axis=1, keepdims=True)
    ladder, wrong = Ladder.load(files.ladder_file(name)), z.argmax(axis=1) != labels
    errors = {}
    for number in params.load().fit.pictures:
        scores = np.full((10_000, 10), -np.inf)
        for picture, k in enumerate(arrays[f"fitted_classes_{number}"]):
            said = x @ arrays[f"fitted_{number}"][:, picture] + arrays[f"fitted_biases_{number}"][picture]
            scores[:, k] = np.maximum(scores[:, k], said)
        same = scores.argmax(axis=1) == z.argmax(axis=1)
        rung = ladder[f"fitted.{number}"]
        assert rung.agreement.value == pytest.approx(same.mean(), abs=1e-4)
        assert rung.agreement_on_errors.value == pytest.approx(same[wrong].mean(), abs=1e-4)
        p = scores - scores.mean(axis=1, keepdims=True)
        expected = r2_score(z, p, multioutput="variance_weighted")
        assert rung.explained.value == pytest.approx(expected, abs=1e-4)
        errors[number] = same[wrong]
    if name == "all":
        lead = Pictures.load(files.pictures_file(name)).contrast(
            "agreement_on_errors", "fitted.10", "cluster_means.10"
        )
        assert lead.excludes_zero
        assert (lead.value or 0) > 0
        means = arrays["cluster_logits_10"][np.load(files.SURVEY)["nearest_10"]].argmax(axis=1)
        plain = errors[10].astype(float) - (means == z.argmax(axis=1))[wrong]
        assert plain.mean() - 1.96 * plain.std() / np.sqrt(len(plain)) > 0
