"""What the data says: clusters that are k-means' own, ink and moments counted by plain loops."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

from looking_for.clusters import ink, kmeans, moments
from looking_for.core.arrays import pixels
from looking_for.core.imageset import Images


def test_clusters_lie_within_a_class_largest_first_with_exact_means(images: Images) -> None:
    found = kmeans.find(images, [3], seed=0)[3]
    for cluster, k in enumerate(found.classes):
        members = found.of_train == cluster
        assert set(images.y_train[members]) == {k}
        assert found.sizes[cluster] == members.sum() > 0
        assert np.allclose(found.means[cluster], pixels(images.x_train[members]).mean(axis=0))
    for k in range(10):
        sizes = found.sizes[found.classes == k].tolist()
        assert sizes == sorted(sizes, reverse=True)


def test_one_cluster_a_class_is_the_class_itself(images: Images) -> None:
    assert np.array_equal(kmeans.find(images, [1], seed=0)[1].of_train, images.y_train)


def test_a_test_images_nearest_cluster_is_that_of_a_plain_search(images: Images) -> None:
    found = kmeans.find(images, [3], seed=0)[3]
    for image, nearest in zip(pixels(images.x_test[:50]), found.nearest, strict=False):
        distances = [np.linalg.norm(image - mean) for mean in found.means]
        assert nearest == int(np.argmin(distances))


def test_moments_are_plain_sums_over_the_training_images(images: Images) -> None:
    sums, products = moments.find(images.x_train)
    x = pixels(images.x_train)
    assert np.allclose(sums, x.sum(axis=0), rtol=1e-12)
    assert np.allclose(products, sum(np.outer(row, row) for row in x), rtol=1e-12)


def test_every_image_is_in_its_nearest_cluster_along_the_directions(
    images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kmeans, "DIRECTIONS", 5)  # far fewer than the pixels: the choice must tell
    found = kmeans.find(images, [3], seed=0)[3]
    for k in range(10):
        of_class = images.y_train == k
        along = PCA(5).fit_transform(pixels(images.x_train[of_class]))
        cluster = found.of_train[of_class] - found.of_train[of_class].min()
        means = np.stack([along[cluster == g].mean(axis=0) for g in range(3)])
        distances = np.linalg.norm(along[:, None] - means, axis=2)
        assert np.allclose(distances.min(axis=1), distances[np.arange(len(along)), cluster])


def test_a_class_with_fewer_images_than_clusters_gives_as_many_as_it_can() -> None:
    x = np.array([[[0, 255]], [[255, 0]], [[9, 9]], [[9, 9]]], np.uint8)
    y = np.array([0, 0, 1, 1], np.uint8)
    found = kmeans.find(Images(x, y, x, y, np.array(["a", "b"])), [5], seed=0)[5]
    assert found.classes.tolist() == [0, 0, 1]


def test_clusters_are_the_same_on_one_core_and_on_all(
    images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = kmeans.find(images, [3, 10], seed=0)
    monkeypatch.setattr("looking_for.core.parallel.cores", lambda: 1)
    with threadpool_limits(1):
        alone = kmeans.find(images, [3, 10], seed=0)
    for number, found in several.items():
        for key, array in vars(found).items():
            assert array.tobytes() == getattr(alone[number], key).tobytes()


def test_ink_is_counted_pixel_by_pixel(images: Images) -> None:
    inked = ink.inked_by_class(images)
    for k in (0, 7):
        of_class = [
            image for image, label in zip(images.x_train, images.y_train, strict=True) if label == k
        ]
        for row, column in ((0, 2), (3, 4), (7, 5)):
            count = sum(image[row, column] > 0 for image in of_class)
            assert inked[k, row, column] == pytest.approx(count / len(of_class))


@pytest.mark.parametrize(
    ("ink_by_class", "exclusive"),
    [([0.2, 0.2], 0.0), ([0.7, 0.0], 1.0), ([0.0, 0.0], np.nan), ([0.3, 0.1], 0.1887)],
)
def test_exclusiveness_is_one_for_one_class_and_zero_for_all_alike(
    ink_by_class: list[float], exclusive: float
) -> None:
    found = ink.exclusiveness(np.array(ink_by_class)[:, None, None])
    assert np.allclose(found, exclusive, atol=1e-4, equal_nan=True)


def test_claims_count_the_images_that_ink_a_region_by_class(images: Images) -> None:
    for found in ink.claims(images).values():
        (top, bottom), (left, right) = found["rows"], found["columns"]
        counts = dict.fromkeys(map(str, images.classes), 0)
        for image, label in zip(images.x_train, images.y_train, strict=True):
            if image[top : bottom + 1, left : right + 1].max() > 0:
                counts[str(images.classes[label])] += 1
        assert found["by_class"] == counts
        assert found["images"] == sum(counts.values())


def test_on_28_by_28_pixels_the_regions_are_those_of_the_article() -> None:
    rows = {name: (r.start, r.stop, c.start, c.stop) for name, (r, c) in ink.regions(28, 28).items()}
    assert rows == {
        "bottom_rows": (26, 28, 0, 28),
        "bottom_edge_left": (26, 28, 0, 9),
        "bottom_edge_right": (26, 28, 19, 28),
        "last_row": (27, 28, 0, 28),
        "bottom_left": (21, 28, 0, 7),
        "bottom_right": (21, 28, 21, 28),
        "top_rows": (0, 4, 0, 28),
    }
