"""The article's pictures: weight matrices multiplied together, as if there were no ReLUs."""

from dataclasses import dataclass

from stages.artifacts import Array, single
from stages.network import Network


@dataclass(frozen=True)
class Composed:
    """Tₗ = W₁W₂…Wₗ (inputs × units) and βₗ = βₗ₋₁Wₗ + bₗ (units) for each layer, the output last.

    Column k of Tₗ, reshaped, is the picture of unit k. The bias is a number beside it.
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]

    def logits(self, x: Array) -> Array:
        """What the output pictures answer for rows of pixels (n × inputs): xT_L + β_L."""
        return x @ self.weights[-1] + self.biases[-1]

    def arrays(self) -> dict[str, Array]:
        found: dict[str, Array] = {}
        for n, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True), start=1):
            found |= {f"T{n}": single(weight), f"beta{n}": single(bias)}
        return found


def compose(network: Network) -> Composed:
    """Multiply the layers together, from the first to each."""
    weights, biases = [network.weights[0]], [network.biases[0]]
    for weight, bias in zip(network.weights[1:], network.biases[1:], strict=True):
        weights.append(weights[-1] @ weight)
        biases.append(biases[-1] @ weight + bias)
    return Composed(tuple(weights), tuple(biases))
