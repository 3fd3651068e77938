"""What the data says: clusters that are k-means' own, ink and moments counted by plain loops."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from looking_for.clusters import ink, kmeans
from looking_for.clusters import survey as survey_module
from looking_for.clusters.memory import check_image_memory, estimate_bytes
from looking_for.clusters.survey import Survey, sample_images, sum_pixels, survey_images
from looking_for.core import memory
from looking_for.core.arrays import as_pixels, centred
from looking_for.core.errors import UserError
from looking_for.core.imageset import ImageSet
from looking_for.networks.training_pass import LogitSums
from looking_for.surrogates.fits import Covariances, balance, least_squares


def test_cluster_images_largest_first(images: ImageSet) -> None:
    result = kmeans.cluster_images(images, [3], seed=0)[3]
    for cluster, k in enumerate(result.classes):
        members = result.of_train == cluster
        assert set(images.y_train[members]) == {k}
        assert result.sizes[cluster] == members.sum() > 0
        assert np.allclose(result.means[cluster], as_pixels(images.x_train[members]).mean(axis=0))
    for k in range(10):
        sizes = result.sizes[result.classes == k].tolist()
        assert sizes == sorted(sizes, reverse=True)


def test_cluster_images_one_per_class(images: ImageSet) -> None:
    assert np.array_equal(kmeans.cluster_images(images, [1], seed=0)[1].of_train, images.y_train)


def test_merge_clusterings_finds_nearest(images: ImageSet) -> None:
    result = kmeans.cluster_images(images, [3], seed=0)[3]
    for image, nearest in zip(as_pixels(images.x_test[:50]), result.nearest, strict=False):
        distances = [np.linalg.norm(image - mean) for mean in result.means]
        assert nearest == int(np.argmin(distances))


@pytest.mark.parametrize("sampled", [20_000, 500])
@pytest.mark.parametrize("has_basis", [False, True])
def test_sum_pixels_equals_plain_sums(
    images: ImageSet, monkeypatch: pytest.MonkeyPatch, sampled: int, has_basis: bool
) -> None:
    monkeypatch.setattr(survey_module, "N_SAMPLED_IMAGES", sampled)
    x = as_pixels(images.x_train)
    basis = np.linalg.qr(np.random.default_rng(0).normal(size=(64, 9)))[0] if has_basis else None
    total, sample = sum_pixels(images.x_train, basis)
    for sums, rows in ((total, x), (sample, x[sample_images(len(x))])):
        if sums is None:
            assert sampled > len(x)
            continue
        y = rows if basis is None else rows @ basis
        assert np.allclose(sums.x, rows.sum(axis=0), rtol=1e-12)
        assert np.allclose(sums.products, sum(np.outer(row, row) for row in y), rtol=1e-9)
    assert (sample is None) is (sampled > len(x))


def test_cluster_class_converged_on_components(images: ImageSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kmeans, "N_COMPONENTS", 5)  # far fewer than the pixels: the choice must tell
    result = kmeans.cluster_images(images, [3], seed=0)[3]
    for k in range(10):
        of_class = images.y_train == k
        course = PCA(5).fit_transform(as_pixels(images.x_train[of_class]))
        cluster = result.of_train[of_class] - result.of_train[of_class].min()
        means = np.stack([course[cluster == g].mean(axis=0) for g in range(3)])
        distances = np.linalg.norm(course[:, None] - means, axis=2)
        assert np.allclose(distances.min(axis=1), distances[np.arange(len(course)), cluster])


def test_cluster_class_with_few_images() -> None:
    x = np.array([[[0, 255]], [[255, 0]], [[9, 9]], [[9, 9]]], np.uint8)
    y = np.array([0, 0, 1, 1], np.uint8)
    result = kmeans.cluster_images(ImageSet(x, y, x, y, np.array(["a", "b"])), [5], seed=0)[5]
    assert result.classes.tolist() == [0, 0, 1]


def test_cluster_images_on_any_cores(images: ImageSet, monkeypatch: pytest.MonkeyPatch) -> None:
    several = kmeans.cluster_images(images, [3, 10], seed=0)
    monkeypatch.setattr("looking_for.core.parallel.n_cores", lambda: 1)
    with threadpool_limits(1):
        alone = kmeans.cluster_images(images, [3, 10], seed=0)
    for number, result in several.items():
        for key, array in vars(result).items():
            assert array.tobytes() == getattr(alone[number], key).tobytes()


def test_measure_ink_counts_pixels(images: ImageSet) -> None:
    inked = ink.measure_ink(images)
    for k in (0, 7):
        of_class = [image for image, label in zip(images.x_train, images.y_train, strict=True) if label == k]
        for row, column in ((0, 2), (3, 4), (7, 5)):
            format_count = sum(image[row, column] > 0 for image in of_class)
            assert inked[k, row, column] == pytest.approx(format_count / len(of_class))


@pytest.mark.parametrize(
    ("ink_by_class", "exclusive"), [([0.2, 0.2], 0.0), ([0.7, 0.0], 1.0), ([0.0, 0.0], np.nan), ([0.3, 0.1], 0.1887)]
)
def test_measure_exclusiveness_from_zero_to_one(ink_by_class: list[float], exclusive: float) -> None:
    result = ink.measure_exclusiveness(np.array(ink_by_class)[:, None, None])
    assert np.allclose(result, exclusive, atol=1e-4, equal_nan=True)


def test_count_claims_by_class(images: ImageSet) -> None:
    for result in ink.count_claims(images).values():
        (top, bottom), (left, right) = result["rows"], result["columns"]
        counts = dict.fromkeys(map(str, images.classes), 0)
        for image, label in zip(images.x_train, images.y_train, strict=True):
            if image[top : bottom + 1, left : right + 1].max() > 0:
                counts[str(images.classes[label])] += 1
        assert result["by_class"] == counts
        assert result["images"] == sum(counts.values())


def test_article_regions_on_28_by_28() -> None:
    rows = {name: (r.start, r.stop, c.start, c.stop) for name, (r, c) in ink.article_regions(28, 28).items()}
    assert rows == {
        "bottom_rows": (26, 28, 0, 28),
        "bottom_edge_left": (26, 28, 0, 9),
        "bottom_edge_right": (26, 28, 19, 28),
        "last_row": (27, 28, 0, 28),
        "bottom_left": (21, 28, 0, 7),
        "bottom_right": (21, 28, 21, 28),
        "top_rows": (0, 4, 0, 28),
    }


def noisy(side: int, number: int = 120) -> ImageSet:
    rng, y = np.random.default_rng(0), (np.arange(number) % 4).astype(np.uint8)
    x = np.clip(rng.normal(90, 40, (number, side, side)) + 20 * y[:, None, None], 0, 255).astype(np.uint8)
    return ImageSet(x[20:], y[20:], x[:20], y[:20], np.array(list("abcd")))


@pytest.mark.parametrize("side", [64, 96])
def test_survey_images_holds_nothing_pixels_squared(side: int) -> None:
    images = noisy(side)
    survey_images(images, [1], seed=0)  # what is imported late is no part of it
    tracemalloc.start()
    survey = survey_images(images, [1, 3], seed=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < side**4 * 8 / 2
    assert survey.pixel_products.shape == (99, 99)


def test_least_squares_along_directions_equals_that_of_pixels() -> None:
    images = noisy(50)
    x = as_pixels(images.x_train)
    z = centred(x @ np.random.default_rng(1).normal(size=(2500, 4)))
    sums = LogitSums.from_logits(x, z)
    survey = survey_images(images, [1], seed=0)
    assert survey.pixel_basis is not None
    plain, _ = sum_pixels(images.x_train, None)
    both = Covariances.from_sums(survey.pixels, sums, survey.pixel_basis), Covariances.from_sums(plain, sums)
    for fit in (least_squares, lambda c: balance(np.ones((2500, 4)) * np.arange(4), c)):
        ours, theirs = (fit(covariances)(x) for covariances in both)
        assert np.abs(ours - theirs).max() < 1e-3 * np.abs(theirs).max()


def test_survey_of_large_images_round_trip(tmp_path: Path) -> None:
    survey = survey_images(noisy(50), [1, 2], seed=0)
    survey.save(tmp_path / "survey.npz")
    again = Survey.load(tmp_path / "survey.npz")
    assert np.array_equal(again.pixel_basis, survey.pixel_basis)  # type: ignore[arg-type]
    assert np.array_equal(again.clusters[2].of_train, survey.clusters[2].of_train)


def test_principal_directions_equal_scikit_learns() -> None:
    rows = noisy(50).x_train.reshape(100, -1)
    directions, variances = kmeans.principal_directions(rows, 5)
    theirs = PCA(5, svd_solver="full").fit(as_pixels(rows))
    assert np.allclose(np.abs(directions.T @ theirs.components_.T), np.eye(5), atol=1e-6)
    assert np.allclose(variances * 100 / 99, theirs.explained_variance_)


def test_check_image_memory_names_a_size_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    images = noisy(100)
    needed = estimate_bytes(images, [1, 30])
    monkeypatch.setattr(memory, "available_bytes", lambda: needed)
    check_image_memory(images, [1, 30])
    monkeypatch.setattr(memory, "available_bytes", lambda: needed // 4)
    with pytest.raises(UserError, match=r"100×100 pixels.* set data\.size: \[50, 50\] or take fewer clusters"):
        check_image_memory(images, [1, 30])
