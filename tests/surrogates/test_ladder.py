"""How true: every rung recounted on another path from its stored arrays; intervals that cover."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.metrics import accuracy_score, log_loss, r2_score

from looking_for.clusters.survey import Survey
from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.core.imageset import ImageSet
from looking_for.core.npz import load_arrays
from looking_for.core.tables import Interval, load_rows, save_rows
from looking_for.networks import training_pass
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.dense_weights import Snapshots
from looking_for.surrogates import course, fits, measures
from looking_for.surrogates.course import SnapshotMeasures
from looking_for.surrogates.evaluate import Evaluation, evaluate_network
from looking_for.surrogates.ladder import Ladder, headline_count
from looking_for.surrogates.measures import MEASURES
from looking_for.surrogates.pictures import Pictures
from tests.conftest import FIT

Maker = Callable[..., DenseNetwork]
Evaluate = Callable[[DenseNetwork], Evaluation]


def recounted(network: DenseNetwork, images: ImageSet, survey: Survey, arrays: dict[str, Array]) -> dict[str, Array]:
    """What each rung says of the test images, from the arrays in its file and other libraries' fits."""
    layers = len(network.weights)
    x, x_test = as_pixels(images.x_train), as_pixels(images.x_test)
    z = centred(network.logits(x))

    def balanced(p_train: Array, p_test: Array) -> Array:
        """One gain, one bias per class: a regression on p and a column of ones for each class."""
        k = p_train.shape[1]
        design = np.column_stack([p_train.ravel(), np.tile(np.eye(k), (len(p_train), 1))])
        fitted = LinearRegression(fit_intercept=False).fit(design, z.ravel())
        return np.asarray(fitted.coef_[0] * p_test + fitted.coef_[1:])

    composed, mean_map = centred(arrays[f"T{layers}"].astype(float)), arrays["mean_map"].astype(float)
    ridge = fits.RIDGE * x.var(axis=0).mean() * len(x)
    linear = Ridge(ridge).fit(x, z)
    answers = {
        "constant": np.tile(z.mean(axis=0), (len(x_test), 1)),
        "composed": x_test @ arrays[f"T{layers}"].astype(float) + arrays[f"beta{layers}"],
        "composed_balanced": balanced(x @ composed, x_test @ composed),
        "mean_map_balanced": balanced(x @ mean_map, x_test @ mean_map),
        "linear_fit": linear.predict(x_test),
    }
    for w, clusters in survey.clusters.items():
        rows = {f"cluster_means.{w}": [], f"exact_maps.{w}": []}  # type: dict[str, list[Array]]
        for image in x_test:
            g = int(np.argmin([np.linalg.norm(image - mean) for mean in clusters.means]))
            rows[f"cluster_means.{w}"].append(arrays[f"cluster_logits_{w}"][g])
            rows[f"exact_maps.{w}"].append(image @ arrays[f"maps_{w}"][g] + arrays[f"map_biases_{w}"][g])
        answers |= {name: np.array(values, float) for name, values in rows.items()}
    for w in FIT.pictures:
        scores = np.full((len(x_test), z.shape[1]), -np.inf)
        for picture, k in enumerate(arrays[f"fitted_classes_{w}"]):
            one = x_test @ arrays[f"fitted_{w}"][:, picture] + arrays[f"fitted_biases_{w}"][picture]
            scores[:, k] = np.maximum(scores[:, k], one)
        answers[f"fitted.{w}"] = scores
    return answers


@pytest.mark.parametrize("hidden", [[], [9], [12, 7], [10, 8, 6]], ids=lambda h: f"{len(h)} hidden")
def test_rungs_follow_from_stored_arrays(
    make_network: Maker, images: ImageSet, survey: Survey, hidden: list[int], tmp_path: Path
) -> None:
    network = make_network(hidden)
    result = evaluate_network(network, images, survey, 100, FIT)
    result.pictures.save(tmp_path / "pictures.npz")
    answers = recounted(network, images, survey, load_arrays(tmp_path / "pictures.npz"))
    z = centred(network.logits(as_pixels(images.x_test)))
    predicted = z.argmax(axis=1)
    wrong = predicted != images.y_test
    assert [rung.name for rung in result.ladder] == list(answers)
    for rung in result.ladder:
        p = centred(answers[rung.name])
        same = p.argmax(axis=1) == predicted
        assert rung.agreement.value == pytest.approx(accuracy_score(predicted, p.argmax(axis=1)), abs=1e-4)
        assert rung.agreement_on_errors.value == pytest.approx(same[wrong].mean(), abs=1e-4)
        total = np.square(z - z.mean(axis=0)).sum()
        assert rung.explained.value == pytest.approx(1 - np.square(z - p).sum() / total, abs=2e-4)
    metrics = result.metrics
    assert metrics["accuracy"] == round(accuracy_score(images.y_test, predicted), 4)
    probabilities = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    assert metrics["loss"] == pytest.approx(log_loss(images.y_test, probabilities), abs=1e-4)


def test_rungs_count_their_constants(make_network: Maker, evaluate_digits: Evaluate) -> None:
    result = evaluate_digits(make_network([12, 7]))
    constants = {rung.name: rung.constants for rung in result.ladder}
    assert constants.pop("fitted.3") == 65 * len(result.pictures.fitted[3].classes)
    assert constants == {
        "constant": 10,
        "composed": 0,
        "composed_balanced": 11,
        "mean_map_balanced": 11,
        "linear_fit": 64 * 10 + 10,
        "cluster_means.1": 100,
        "exact_maps.1": 100,
        "cluster_means.3": 300,
        "exact_maps.3": 300,
    }


def test_ladder_of_a_flat_network_is_exact(make_network: Maker, evaluate_digits: Evaluate) -> None:
    result = evaluate_digits(make_network([]))
    for rung in ("composed", "composed_balanced", "mean_map_balanced", "exact_maps.1", "exact_maps.3"):
        for measure in MEASURES:
            assert getattr(result.ladder[rung], measure) == Interval(1, 1, 1), (rung, measure)
    assert result.pictures.cosine == pytest.approx(1)


def test_measure_of_constant_logits_explains_nothing(images: ImageSet, survey: Survey) -> None:
    dead = DenseNetwork.from_arrays(
        [np.zeros((64, 3)), np.ones((3, 10))], [np.full(3, -1.0), np.arange(10.0)], np.float64
    )
    result = evaluate_network(dead, images, survey, 100, FIT)
    assert {rung.explained.value for rung in result.ladder} == {0}
    assert result.ladder["constant"].agreement.value == 1, "agreement alone would praise it"
    assert result.pictures.measured.answers.max() == 1


def test_measure_of_class_means_explains_nothing() -> None:
    logits = np.random.default_rng(0).normal([5, 0, -3, 1], size=(500, 4))
    answers = np.tile(logits.mean(axis=0), (500, 1))
    assert measures.estimate([answers], logits, np.zeros(500, int))[0, 2] == pytest.approx(0)


pairs = st.integers(2, 30).flatmap(
    lambda n: st.tuples(
        *(st.lists(st.lists(st.integers(-9, 9), min_size=4, max_size=4), min_size=n, max_size=n),) * 2,
        st.lists(st.integers(0, 3), min_size=n, max_size=n),
    )
)


@given(pairs)
def test_estimate_equals_scikit_learn(drawn: tuple[Any, Any, list[int]]) -> None:
    answers, logits, labels = np.array(drawn[0], float), np.array(drawn[1], float), np.array(drawn[2])
    (agreement, on_errors, explained), *_ = measures.estimate([answers], logits, labels)
    rows = list(zip(answers.tolist(), logits.tolist(), labels.tolist(), strict=True))
    same = [a.index(max(a)) == b.index(max(b)) for a, b, _ in rows]
    errors = [s for s, (_, b, label) in zip(same, rows, strict=True) if b.index(max(b)) != label]
    assert agreement == pytest.approx(sum(same) / len(same))
    assert np.isnan(on_errors) if not errors else on_errors == pytest.approx(sum(errors) / len(errors))
    z = centred(logits)
    if np.ptp(z, axis=0).max() > 0:
        expected = r2_score(z, centred(answers), multioutput="variance_weighted")
        weights = np.square(z - z.mean(axis=0)).sum(axis=0)
        missed = np.square(z - centred(answers)).sum(axis=0)
        if (weights[missed > 0] > 0).all():  # scikit-learn leaves out classes that never vary
            assert explained == pytest.approx(expected, abs=1e-9)


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.floats(0.1, 10))
def test_balance_undoes_gain_and_shift(seed: int, gain: float) -> None:
    chance = np.random.default_rng(seed)
    x, weights, shift = chance.random((60, 5)), centred(chance.normal(size=(5, 3))), chance.normal(size=3)
    moments = moments_of(x, centred(gain * (x @ weights) + shift))
    assert np.allclose(fits.balance(weights, moments)(x), centred(gain * (x @ weights) + shift))


def moments_of(x: Array, z: Array) -> fits.Covariances:
    survey = Survey(np.empty(0), np.empty(0), x.sum(axis=0), x.T @ x, {})
    return fits.Covariances.from_sums(survey.pixels, training_pass.LogitSums.from_logits(x, z))


def test_least_squares_of_constant_pixels() -> None:
    x, z = np.full((9, 4), 0.5), centred(np.random.default_rng(0).normal(size=(9, 3)))
    for fit in (fits.least_squares(moments_of(x, z)), fits.balance(np.ones((4, 3)), moments_of(x, z))):
        assert np.allclose(fit(x), z.mean(axis=0))


def test_measure_intervals_cover_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    """200 samples of 400 images from a population whose measures are known: 95 % of intervals hold them."""
    monkeypatch.setattr(measures, "N_RESAMPLES", 300)
    chance = np.random.default_rng(0)
    logits = chance.normal(size=(100_000, 3))
    answers = logits + chance.normal(size=logits.shape)
    labels = np.where(chance.random(len(logits)) < 0.7, logits.argmax(axis=1), 0)
    known = measures.estimate([answers], logits, labels)[0]
    held = np.zeros(3)
    for _ in range(200):
        drawn = chance.integers(0, len(logits), 400)
        values, resampled = measures.measure([answers[drawn]], logits[drawn], labels[drawn])
        intervals = [Interval.from_samples(*pair) for pair in zip(values[0], resampled[0], strict=True)]
        held += [i.low <= value <= i.high for i, value in zip(intervals, known, strict=True)]  # type: ignore[operator]
    assert ((held / 200 > 0.9) & (held / 200 < 0.99)).all(), held / 200


def test_contrast_is_paired(make_network: Maker, evaluate_digits: Evaluate) -> None:
    pictures = evaluate_digits(make_network([12, 7])).pictures
    ladder = evaluate_digits(make_network([12, 7])).ladder
    lead = pictures.measured.contrast("explained", "exact_maps.3", "cluster_means.3")
    one, other = ladder["exact_maps.3"].explained, ladder["cluster_means.3"].explained
    assert lead.value == pytest.approx((one.value or 0) - (other.value or 0), abs=0.01)
    assert lead.high - lead.low < (one.high - one.low) + (other.high - other.low)  # type: ignore[operator]
    assert pictures.measured.contrast("explained", "composed", "composed") == Interval(0, 0, 0)
    assert pictures.measured.contrast("explained", "constant", "composed_balanced").excludes_zero


def test_measure_on_any_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(0)
    logits, answers, labels = (chance.normal(size=(300, 4)), chance.normal(size=(300, 4)), chance.integers(0, 4, 300))
    several = measures.measure([answers], logits, labels).resampled
    monkeypatch.setattr("looking_for.core.parallel.n_cores", lambda: 1)
    assert several.tobytes() == measures.measure([answers], logits, labels).resampled.tobytes()


def test_ladder_and_pictures_round_trip(make_network: Maker, evaluate_digits: Evaluate, tmp_path: Path) -> None:
    result = evaluate_digits(make_network([12, 7]))
    result.ladder.save(tmp_path / "ladder.csv")
    assert list(Ladder.load(tmp_path / "ladder.csv")) == list(result.ladder)
    result.pictures.save(tmp_path / "pictures.npz")
    loaded = Pictures.load(tmp_path / "pictures.npz")
    loaded.save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "pictures.npz").read_bytes()
    assert loaded.measured.contrast("agreement", "composed", "constant") == result.pictures.measured.contrast(
        "agreement", "composed", "constant"
    )


def test_measure_without_errors_has_none_on_them(
    make_network: Maker, images: ImageSet, survey: Survey, tmp_path: Path
) -> None:
    network = make_network([9])
    right = network.logits(as_pixels(images.x_test)).argmax(axis=1).astype(np.uint8)
    result = evaluate_network(network, replace(images, y_test=right), survey, 100, FIT)
    assert result.metrics["accuracy"] == 1
    assert result.metrics["agreement_on_errors"] is None
    result.ladder.save(tmp_path / "ladder.csv")
    assert Ladder.load(tmp_path / "ladder.csv")["composed"].agreement_on_errors == Interval(None, None, None)


@pytest.mark.parametrize(("numbers", "shown"), [([1, 3, 10, 30], 10), ([1, 3], 3), ([1], 1), ([1, 12], 1), ([30], 30)])
def test_headline_count_is_ten_or_below(numbers: list[int], shown: int) -> None:
    assert headline_count(numbers) == shown


def agreements(network: DenseNetwork, images: ImageSet) -> Array:
    """Where the composed pictures give the network's answer (n_tests,)."""
    x = as_pixels(images.x_test)
    return np.asarray(network.compose()[-1](x).argmax(axis=1) == network.logits(x).argmax(axis=1))


def test_measure_course_equals_evaluation(
    make_network: Maker, images: ImageSet, survey: Survey, evaluate_digits: Evaluate, tmp_path: Path
) -> None:
    networks = [make_network([12, 7], seed=seed) for seed in range(3)]
    stored = dict(zip([0, 5, 9], [n.astype(np.float32) for n in networks], strict=True))
    snapshots = Snapshots.from_networks(stored, like=networks[0])
    final = evaluate_digits(networks[-1])
    accuracy = final.metrics["accuracy"] or 0
    agrees = agreements(networks[-1], images)
    rows = course.measure_course(snapshots, images, survey, final.ladder, accuracy, agrees)
    assert [row.updates for row in rows] == [0, 5, 9]
    for row, network in zip(rows, networks, strict=True):
        result, agrees = evaluate_digits(network), agreements(network, images)
        first, second = row.agreement_half_1, row.agreement_half_2
        assert (first + second) / 2 == pytest.approx(row.agreement, abs=2e-4), "two halves of 360 images"
        order = np.random.default_rng(0).permutation(len(agrees))
        assert second == pytest.approx(agrees[order[len(agrees) // 2 :]].mean(), abs=0.006)
        assert row.accuracy == pytest.approx(result.metrics["accuracy"], abs=1e-4)
        assert row.agreement == pytest.approx(result.metrics["agreement"], abs=0.003)
        assert row.agreement_balanced == pytest.approx(result.ladder["composed_balanced"].agreement.value, abs=0.003)
        assert row.explained == pytest.approx(result.metrics["explained"], abs=2e-4)
        assert row.linear_fit == pytest.approx(result.metrics["linear_fit"], abs=2e-4)
        on = [z > 0 for z in network.preactivations(as_pixels(images.x_test))[:-1]]
        assert row.active_fraction == pytest.approx(np.hstack(on).mean(), abs=1e-4)
        moved = network.weights[0] - networks[0].weights[0]
        assert row.distance_from_init == pytest.approx(
            np.linalg.norm(moved) / np.linalg.norm(networks[0].weights[0]), abs=1e-4
        )
    last, metrics = rows[-1], evaluate_digits(networks[-1]).metrics
    assert [last.accuracy, last.agreement, last.explained, last.linear_fit] == [
        metrics[key] for key in ("accuracy", "agreement", "explained", "linear_fit")
    ]
    save_rows(tmp_path / "truth.csv", SnapshotMeasures, rows)
    assert load_rows(tmp_path / "truth.csv", SnapshotMeasures) == rows
