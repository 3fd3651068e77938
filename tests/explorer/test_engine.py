"""The explorer's engine and preparation, apart from its screen, in a real browser."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from looking_for.core.arrays import as_pixels, centred
from looking_for.core.imageset import ImageSet
from looking_for.explorer import document
from looking_for.networks import exact_maps
from looking_for.networks.dense import DenseNetwork
from looking_for.networks.exact_maps import compose

pytestmark = pytest.mark.xdist_group("browser")


def module(name: str) -> str:
    return document.data_address((document.WEB / f"{name}.js").read_bytes())


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "linear", "tanh", "sigmoid", "gelu"])
def test_engine_equals_numpy(
    browser: Any, make_network: Callable[..., DenseNetwork], images: ImageSet, activation: str
) -> None:
    """Logits, exact maps with the biases' own way, and composed pictures, against those in numpy."""
    given = make_network([12, 8])
    network = DenseNetwork.from_arrays(given.weights, given.biases, np.float64, activation)
    x = as_pixels(images.x_test[:1])
    packed = [{"weights": w.ravel().tolist(), "bias": b.tolist(), "inputs": w.shape[0], "units": w.shape[1]}
              for w, b in zip(network.weights, network.biases, strict=True)]  # fmt: skip
    browser.get("about:blank")
    result = browser.execute_async_script(
        """const [address, layers, activation, x, done] = arguments;
        import(address).then(e => {
          const network = {activation, classes: 10, layers};
          const zs = e.forward(network, x);
          const list = ({map, bias}) => [Array.from(map), bias];
          done({logits: e.logits(network, x), exact: [...Array(10).keys()].map(k => list(e.exactMap(network, zs, k))),
                composed: list(e.composedPicture(network, 4)), unit: Array.from(e.unitPicture(network, 1, 3))});
        })""",
        module("engine"), packed, activation, x[0].tolist(),
    )  # fmt: skip
    maps, constants = exact_maps.exact_maps(network, x)
    assert np.abs(np.array(result["logits"]) - network.logits(x)[0]).max() < 1e-5
    assert np.abs(np.array([m for m, _ in result["exact"]]).T - centred(maps[0])).max() < 1e-5
    assert np.abs(np.array([b for _, b in result["exact"]]) - centred(constants)[0]).max() < 1e-5
    composed = compose(network)
    assert np.abs(np.array(result["composed"][0]) - composed[-1].centred().weights[:, 4]).max() < 1e-5
    assert abs(result["composed"][1] - composed[-1].centred().bias[4]) < 1e-5
    assert np.abs(np.array(result["unit"]) - composed[1].weights[:, 3]).max() < 1e-5
