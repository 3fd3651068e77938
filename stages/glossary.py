"""What each number in reports/metrics means, and which way it is better: said once, used everywhere."""

from typing import Literal, NamedTuple


class Meaning(NamedTuple):
    """`better` is the direction of a better network or a truer picture; none for a plain fact."""

    words: str
    better: Literal["higher", "lower", "–"]


NUMBERS = {
    "accuracy": Meaning("share of right answers of the network", "higher"),
    "loss": Meaning("the network's mean cross-entropy, in nats", "lower"),
    "train_accuracy": Meaning("accuracy on its own training images", "–"),
    "train_loss": Meaning("loss on its own training images", "–"),
    "updates": Meaning("how often its weights were updated: batches × epochs", "–"),
    "agreement": Meaning(
        "share of images for which the composed pictures and the network give the same answer", "higher"
    ),
    "agreement_anchored": Meaning(
        "the same with other biases: each composed picture made right at its class's mean image, "
        "as the exact ones are",
        "higher",
    ),
    "picture_accuracy": Meaning("share of right answers of the composed pictures", "–"),
    "explained": Meaning(
        "R² of the network's logits, classes centred, from the pictures' after one fitted gain: "
        "1 is all, 0 nothing",
        "higher",
    ),
    "explained_anchored": Meaning("explained with those other biases", "higher"),
    "explained_raw": Meaning(
        "explained without the gain; below 0, worse than telling no class from another, "
        "when the pictures' logits are far too large",
        "higher",
    ),
    "gain": Meaning("what the composed pictures' logits must be multiplied by to fit best", "–"),
    "cosine": Meaning(
        "cosine of the composed pictures and the mean exact maps of all training images, mean over classes",
        "higher",
    ),
    "cosine_own": Meaning(
        "cosine of each composed picture and the mean exact map of its class's images, mean over classes",
        "higher",
    ),
    "agreement_by_class": Meaning("agreement among the images that the network gives each class", "higher"),
    "answers_by_class": Meaning("share of images that the composed pictures give each class", "–"),
    "dead_units": Meaning("units of each hidden layer that no training image turns on", "–"),
    "activation_rate": Meaning(
        "share of all training images that turn a unit on, mean over each hidden layer", "–"
    ),
    "agreement_by_ways": Meaning("agreement of exact pictures, by how many a class", "higher"),
    "explained_by_ways": Meaning("explained by exact pictures, by how many a class", "higher"),
    "choice_by_ways": Meaning(
        "share of images whose nearest group is of the class that the network answers: the line to beat",
        "–",
    ),
    "ways_for_95": Meaning(
        "the least number of exact pictures a class, of those tried, with agreement of 0.95", "lower"
    ),
    "units_explained": Meaning(
        "R² of what drives a hidden unit, its sum before the ReLU, from its composed picture after one "
        "fitted gain and bias; mean over each layer's units",
        "higher",
    ),
    "never_inked": Meaning(
        "pixels that none of the network's own training images inks, so that their weights never moved", "–"
    ),
}
