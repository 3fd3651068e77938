"""The article's pictures: weight matrices multiplied together, as if there were no ReLUs."""

from looking_for.networks.dense import Network
from looking_for.surrogates.maps import AffineMap


def compose(network: Network) -> list[AffineMap]:
    """Tₗ = W₁W₂…Wₗ (inputs × units) and βₗ = βₗ₋₁Wₗ + bₗ (units) for each layer, the output last.

    Column k of Tₗ, reshaped, is the picture of unit k. The bias is a number beside it.
    """
    layers = [AffineMap(network.weights[0], network.biases[0])]
    for weight, bias in zip(network.weights[1:], network.biases[1:], strict=True):
        layers.append(AffineMap(layers[-1].weights @ weight, layers[-1].bias @ weight + bias))
    return layers
