"""Surrogates under change and by deletion: what is changed, and the measures by plain loops."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy.ndimage import maximum_filter

from looking_for.clusters.survey import Survey
from looking_for.core.arrays import Array, as_pixels, centred
from looking_for.core.imageset import ImageSet
from looking_for.networks.dense import DenseNetwork
from looking_for.surrogates import changes, robustness
from looking_for.surrogates.evaluate import Evaluation
from looking_for.surrogates.surrogate import affine_surrogate

Maker = Callable[..., DenseNetwork]
Evaluate = Callable[[DenseNetwork], Evaluation]


@pytest.fixture(params=["grey", "colour"])
def some(request: pytest.FixtureRequest, images: ImageSet) -> Array:
    """Twenty images of 8×8, one of them blank."""
    taken = images.x_test[:20].copy()
    taken[3] = 0
    return taken if request.param == "grey" else np.stack([taken, taken // 2, 0 * taken], axis=3)


@pytest.mark.parametrize("name", changes.CHANGES)
def test_a_change_is_the_same_for_a_seed_and_keeps_shape_and_bytes(some: Array, name: str) -> None:
    before = some.copy()
    changed, again = (changes.CHANGES[name](some, np.random.default_rng(0)) for _ in range(2))
    assert np.array_equal(changed, again)
    assert changed.shape == some.shape
    assert changed.dtype == np.uint8
    assert np.array_equal(some, before), "the images themselves stay"
    assert not np.array_equal(changed, some)


def test_erase_stroke_rubs_out_a_square_around_ink(some: Array) -> None:
    erased = changes.erase_stroke(some, np.random.default_rng(0))
    for before, after in zip(some, erased, strict=True):
        differs = (before != after).reshape(8, 8, -1).any(axis=2)
        assert not after[differs].any()
        assert differs.any() == before.any()
        if differs.any():
            rows, columns = np.nonzero(differs)
            assert max(np.ptp(rows), np.ptp(columns)) <= 2 * changes.ERASED_RADIUS


def test_shift_image_moves_by_one_pixel_in_all_directions(some: Array) -> None:
    moved = changes.shift_image(some, np.random.default_rng(0))
    seen = set()
    for before, after in zip(some, moved, strict=True):
        steps = []
        for step in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            rolled = np.roll(before, step, axis=(0, 1))
            axis = 0 if step[0] else 1
            edge: list[int | slice] = [slice(None)] * before.ndim
            edge[axis] = -1 if sum(step) < 0 else 0
            rolled[tuple(edge)] = 0
            steps += [step] if np.array_equal(rolled, after) else []
        assert steps
        seen |= set(steps) if before.any() else set()
    assert len(seen) == 4


def test_flip_pixels_flips_about_a_tenth(images: ImageSet) -> None:
    flipped = changes.flip_pixels(images.x_train, np.random.default_rng(0))
    differs = flipped != images.x_train
    assert np.array_equal(flipped[differs], 255 - images.x_train[differs])
    assert differs.mean() == pytest.approx(changes.FLIPPED_SHARE, abs=0.005)


def test_thicken_strokes_is_scipys_maximum_filter(some: Array) -> None:
    size = (1, 3, 3) + (1,) * (some.ndim - 3)
    thick = changes.thicken_strokes(some, np.random.default_rng(0))
    assert np.array_equal(thick, maximum_filter(some, size, mode="constant"))


def test_explain_change_by_a_plain_loop() -> None:
    rng = np.random.default_rng(0)
    logits, predictions = rng.normal(size=(50, 3)), rng.normal(size=(2, 50, 3))
    for prediction, sampled in zip(predictions, robustness.explain_change(logits, predictions), strict=True):
        missed = total = 0.0
        for z, p in zip(logits, prediction, strict=True):
            missed += sum((a - b) ** 2 for a, b in zip(z, p, strict=True))
            total += sum(a**2 for a in z)
        assert sampled.value == pytest.approx(1 - missed / total)
        low, high = np.quantile(sampled.resampled, [0.025, 0.975])
        assert low < sampled.value < high
    perfect, constant = robustness.explain_change(logits, np.stack([logits, 0 * logits]))
    assert (perfect.value, constant.value) == (1.0, 0.0)
    assert np.isnan(robustness.explain_change(0 * logits, predictions)[0].value), "nothing changes: nothing to explain"


def test_remove_ink_by_a_plain_loop() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((6, 30)) * (rng.random((6, 30)) < 0.5)
    speaks = rng.normal(size=x.shape)
    less = robustness.remove_ink(x, speaks)
    for image, spoken, steps in zip(x, speaks, less, strict=True):
        for number, left in enumerate(steps, start=1):
            expected, gone = image.copy(), 0.0
            for pixel in sorted(np.flatnonzero(image), key=lambda p: -spoken[p]):
                if gone >= number / robustness.N_DELETIONS * image.sum() - 1e-9:
                    break
                gone += image[pixel]
                expected[pixel] = 0
            assert np.array_equal(left, expected)
        assert not steps[-1].any()


def test_of_a_flat_network_pictures_are_as_true_under_change(
    make_network: Maker, images: ImageSet, survey: Survey
) -> None:
    network = make_network([])
    composed = affine_surrogate("composed", 0, network.compose()[-1])
    measured = robustness.measure_robustness(network, [composed], images, survey.clusters)
    assert [s.value for s in measured.explained_change] == pytest.approx([1.0])
    assert measured.deletion[0] is not None
    assert measured.deletion[0].value == measured.deletion_exact.value < measured.deletion_random.value


def test_measures_of_the_composed_pictures_are_tensorflows(
    make_network: Maker, images: ImageSet, evaluate_digits: Evaluate
) -> None:
    """Counted again with TensorFlow's forward pass and products: agreement, explained, and change by change."""
    from looking_for.core.keras_backend import tf
    from looking_for.training.model import to_keras

    network = make_network([12, 7])
    model, rung = to_keras(network), evaluate_digits(network).ladder["composed"]
    first, second, third = (tf.constant(w) for w in model.get_weights()[::2])
    biases = [tf.constant(b[None]) for b in model.get_weights()[1::2]]
    pictures, bias = first @ second @ third, (biases[0] @ second + biases[1]) @ third + biases[2]
    chosen = robustness.choose_images(len(images.x_test), robustness.N_CHANGED_IMAGES)

    def scores(x: Array) -> tuple[Array, Array]:
        rows = tf.constant(as_pixels(x), tf.float32)
        logits = model.predict(as_pixels(x).astype(np.float32), verbose=0)
        return centred(logits.astype(float)), centred(np.asarray(rows @ pictures + bias, float))

    z, p = scores(images.x_test)
    assert rung.agreement.value == pytest.approx((z.argmax(axis=1) == p.argmax(axis=1)).mean(), abs=2e-4)
    variation = np.square(z - z.mean(axis=0)).sum()
    assert rung.explained.value == pytest.approx(1 - np.square(z - p).sum() / variation, abs=2e-4)
    z, p = scores(images.x_test[chosen])
    for n, (name, change) in enumerate(changes.CHANGES.items()):
        after, predicted = scores(change(images.x_test[chosen], np.random.default_rng([0, n])))
        missed = np.square((after - z) - (predicted - p)).sum()
        value = getattr(rung, f"explained_{name}").value
        assert value == pytest.approx(1 - missed / np.square(after - z).sum(), abs=2e-4)
