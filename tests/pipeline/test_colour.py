"""Images in colour through the whole pipeline: measured as ever, drawn in three planes, on the page as they are."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from looking_for.clusters.survey import Survey
from looking_for.core import paths
from looking_for.core.arrays import Array, as_pixels
from looking_for.core.files import load_json
from looking_for.core.imageset import ImageSet
from looking_for.core.keras_backend import keras
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.stored import load_stored_network
from looking_for.surrogates.pictures import Pictures
from tests.explorer.browsing import open_page
from tests.pipeline.in_process import folder_of, run, whole_pipeline
from tests.projects import merge_params

pytestmark = pytest.mark.xdist_group("browser")
PARAMS = merge_params(
    data={"dataset": "path", "path": "mine.npz"},
    survey={"clusters": [1, 2]},
    networks={"few": {"samples": 200, "hidden": [12], "epochs": 20}},
    models={"conv": {"path": "conv.keras"}},
    fit={"pictures": [2], "updates": 20},
    challenge=[],
    render={"samples_per_class": 3, "clusters_shown": 2, "story": []},
)


def tinted_digits() -> tuple[Array, Array]:
    """Digits, each of a bright colour on a dark one."""
    rng, digits = np.random.default_rng(0), load_digits()
    ink = digits.images[:, :, :, None] / 16
    bright, dark = rng.uniform(0.5, 1, (len(ink), 1, 1, 3)), rng.uniform(0, 0.4, (len(ink), 1, 1, 3))
    return np.rint(255 * (ink * bright + (1 - ink) * dark)).astype(np.uint8), digits.target.astype(np.uint8)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder in which all stages ran."""
    x, y = tinted_digits()
    keras.utils.set_random_seed(0)
    layers = [keras.layers.Conv2D(3, 3, activation="relu"), keras.layers.Flatten(), keras.layers.Dense(10)]
    with folder_of(PARAMS):
        np.savez("mine.npz", x_train=x[:400], y_train=y[:400], x_test=x[400:600], y_test=y[400:600])
        keras.Sequential([keras.Input((8, 8, 3)), *layers]).save("conv.keras")
        run("fetch")
        run("survey")
        run("adopt", "--network", "conv")
        run("compose", "--network", "conv")
        run("draw", "--network", "conv")
        whole_pipeline(["few"], [])
        yield Path.cwd()


@pytest.mark.usefixtures("folder")
def test_measures_are_those_of_the_network_on_all_numbers() -> None:
    images, pictures = ImageSet.load(), Pictures.load(paths.pictures_file("few"))
    network, x = DenseNetwork.load(paths.network_file("few")), as_pixels(images.x_test)
    weights, biases = ([np.asarray(a, float) for a in arrays] for arrays in (network.weights, network.biases))
    logits = np.maximum(x @ weights[0] + biases[0], 0) @ weights[1] + biases[1]
    composed = weights[0] @ weights[1]
    scores = x @ composed + biases[0] @ weights[1] + biases[1]
    metrics = load_json(paths.metrics_file("few"))
    assert metrics["accuracy"] == round(float((logits.argmax(1) == images.y_test).mean()), 4)
    assert metrics["agreement"] == round(float((logits.argmax(1) == scores.argmax(1)).mean()), 4)
    assert np.allclose(pictures.composed.output.weights, composed - composed.mean(axis=1, keepdims=True), atol=1e-5)
    survey = Survey.load()
    assert survey.ink.shape == (10, 8, 8, 3)
    assert np.allclose(survey.ink[3], (images.x_train[images.y_train == 3] > 0).mean(axis=0))


@pytest.mark.usefixtures("folder")
def test_exact_maps_of_a_convolution_are_its_gradients() -> None:
    x = as_pixels(ImageSet.load().x_test[:3])
    network = load_stored_network(paths.network_file("conv"))
    maps, constants = network.exact_maps(x)
    assert np.allclose(np.einsum("ni,nik->nk", x, maps) + constants, network.logits(x), atol=1e-4)
    step = np.zeros_like(x[0])
    step[77] = 1e-3
    slope = (network.logits(x[:1] + step) - network.logits(x[:1] - step)) / 2e-3
    assert np.allclose(slope[0], maps[0, 77], atol=1e-2)


def test_figures_show_planes_side_by_side_and_images_in_colour(folder: Path) -> None:
    story, details = ((folder / f"reports/{page}.md").read_text(encoding="utf-8") for page in ("README", "details"))
    assert "8×8 pixels in colour" in details
    assert "a plane each for red, green and blue" in story
    assert "a plane each for red, green and blue" in details
    samples = np.asarray(Image.open(folder / "reports/figures/overview/samples.png").convert("RGB")).astype(int)
    assert np.abs(samples - samples.mean(axis=2, keepdims=True)).max() > 40
    for name in ("few/layer-1.png", "few/output.png", "conv/output.png", "conv/clusters.png"):
        assert (folder / "reports/figures" / name).exists()


def test_page_shows_images_in_colour_and_answers_them(folder: Path, browser: Any) -> None:
    images, network = ImageSet.load(), DenseNetwork.load(paths.network_file("few"))
    open_page(browser, folder / "reports/explorer.html")
    x = as_pixels(images.x_test[:20])
    answers = np.array([browser.execute_script("return lookingFor.logits('few', arguments[0])", r.tolist()) for r in x])
    assert np.abs(answers - network.logits(x)).max() < 2e-2 * np.abs(answers).max()  # layers have 8 bits there
    number, size, colours = browser.execute_async_script("""
        const done = arguments[0], button = document.querySelector('#thumbnails button');
        button.click();
        setTimeout(() => {
            const canvas = document.getElementById('seen');
            const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            done([button.ariaLabel, [canvas.width, canvas.height], Array.from(data)]);
        }, 300);
    """)
    shown = np.array(colours).reshape(*size[::-1], 4)[..., :3]
    assert np.array_equal(shown, images.x_test[int(number.split()[2].strip(","))])
    assert browser.execute_script("return document.querySelector('#rows .one canvas').width") == 3 * 8 + 2


def test_page_takes_drawings_as_grey(folder: Path, browser: Any) -> None:
    open_page(browser, folder / "reports/explorer.html")
    browser.execute_script("""
        const board = document.getElementById('board');
        const key = key => board.dispatchEvent(new KeyboardEvent('keydown', { key }));
        document.getElementById('clear').click();
        key(' '); for (let n = 0; n < 6; n++) key('ArrowDown');
    """)
    colours = browser.execute_async_script("""
        const done = arguments[0], canvas = document.getElementById('seen');
        const read = () => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        setTimeout(() => done(Array.from(read())), 300);
    """)
    shown = np.array(colours).reshape(64, 4)[:, :3]
    assert (shown == shown[:, :1]).all()
    assert len(np.unique(shown)) > 1
