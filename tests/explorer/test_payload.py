"""What the page brings with it, without a browser: what fits, what is packed, and that few bits answer alike."""

import base64
import re
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from looking_for.core import paths
from looking_for.core.arrays import as_pixels
from looking_for.core.imageset import ImageSet
from looking_for.explorer import document, payload
from looking_for.explorer.quantise import Quantised
from looking_for.networks.dense import DenseNetwork


def test_module_beside_the_page_runs_alone(reproduced: Path) -> None:
    assert (reproduced / "reports/looking-for.js").read_text(encoding="utf-8") == document.build_module()
    assert not re.search(r"^import ", document.build_module(), re.MULTILINE)


def test_within_budget_keeps_the_first_and_what_fits() -> None:
    described = [{"name": name, "layers": "x" * size} for name, size in (("a", 5_000_000), ("b", 10), ("c", 10))]
    assert [n["name"] for n in payload.within_budget(described)] == ["a"]
    assert [n["name"] for n in payload.within_budget(described[1:])] == ["b", "c"]


def test_pack_judged_is_nearly_the_images(images: ImageSet) -> None:
    packed = payload.pack_judged(images)
    raw = np.frombuffer(zlib.decompress(base64.b64decode(packed["images"]), -zlib.MAX_WBITS), np.uint8)
    assert raw.size == packed["bytes"]
    levels = np.stack([raw >> 4, raw & 15], axis=1).reshape(len(packed["labels"]), 64)
    assert np.abs(levels / 15 - as_pixels(images.x_test[: len(levels)])).max() <= 0.5 / 15 + 1e-9
    assert packed["labels"] == images.y_test[: len(levels)].tolist()


def test_quantise_layers_keeps_the_answers(images: ImageSet, make_network: Callable[..., DenseNetwork]) -> None:
    network, x = make_network([32, 16]), as_pixels(images.x_test, np.float32)
    answers = network.logits(x).argmax(axis=1)
    packed = payload.quantise_layers(network, x, answers)
    layers = [Quantised.from_weights(weights, packed[0]["bits"]) for weights in network.weights]
    assert payload.share_of_same_answers(network, layers, x, answers) >= 0.999 or packed[0]["bits"] == 16
    for layer, weights in zip(layers, network.weights, strict=True):
        assert np.abs(layer.weights - weights).max() <= layer.scales.max() * 0.51


def test_form_size_is_that_of_the_data(images: ImageSet) -> None:
    assert payload.form_size(images.x_train) == [1.0, 1.0], "scikit-learn's digits fill all of 8×8"
    small = np.zeros((50, 28, 28), np.uint8)
    small[:, 4:24, 9:18] = 255
    assert payload.form_size(small) == [0.714, 0.714], "MNIST's 20 of 28"


@pytest.mark.slow
def test_real_page_is_small_and_right() -> None:
    assert Path("reports/explorer.html").stat().st_size <= 4_500_000
    x = as_pixels(ImageSet.load().x_test, np.float32)
    for name in ("few", "some", "all", "few-long", "flat-few", "flat"):
        network = DenseNetwork.load(paths.network_file(name))
        answers = network.logits(x).argmax(axis=1)
        (bits,) = {layer["bits"] for layer in payload.quantise_layers(network, x, answers)}
        layers = [Quantised.from_weights(weights, bits) for weights in network.weights]
        assert payload.share_of_same_answers(network, layers, x, answers) >= 0.999
