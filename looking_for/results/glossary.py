"""What each metric means and which way it is better; and the report's words, written once, used everywhere."""

from typing import Literal, NamedTuple


class Meaning(NamedTuple):
    """`better` is the direction of a better network or a truer picture."""

    words: str
    better: Literal["higher", "lower"]


METRICS = {
    "accuracy": Meaning("share of test images that the network gets right", "higher"),
    "loss": Meaning("the network's mean cross-entropy on test images, in nats", "lower"),
    "agreement": Meaning(
        "share of test images for which the composed pictures, as they are, give the network's class (fidelity)",
        "higher",
    ),
    "agreement_on_errors": Meaning("the same on the test images that the network gets wrong", "higher"),
    "explained": Meaning(
        "share of the variation of the network's centred logits over test images, beyond their mean, that the "
        "composed pictures predict after one gain for all classes and one bias for each: 1 all, 0 nothing",
        "higher",
    ),
    "linear_fit": Meaning("explained by the best linear map: the ceiling of one picture per class", "higher"),
    "exact_maps": Meaning(
        "explained by the mean exact map of the nearest cluster, ten per class or the most tried below", "higher"
    ),
    "fitted": Meaning(
        "explained by pictures fitted to the logits, the strongest of a class counting, ten per class or the most "
        "tried below",
        "higher",
    ),
    "explained_change": Meaning(
        "share of how the network's logits change with the image that the balanced composed pictures explain: mean "
        "over a stroke erased, a shift by one pixel, a tenth of the pixels flipped, and thickened strokes",
        "higher",
    ),
    "deletion": Meaning(
        "median share of the ink that is gone when the network answers otherwise, the ink that speaks most for the "
        "answer by its composed pictures taken away first",
        "lower",
    ),
}

METRIC_NAMES = {
    "accuracy": "accuracy",
    "loss": "loss",
    "agreement": "same answers by its pictures",
    "agreement_on_errors": "same mistakes",
    "explained": "explained by its pictures, balanced",
    "linear_fit": "explained by the best linear fit",
    "exact_maps": "explained by clusters' exact maps",
    "fitted": "explained by fitted pictures",
    "explained_change": "explained under change",
    "deletion": "ink gone when the answer falls",
}

RUNGS = {
    "constant": "constant: the mean logits",
    "composed": "composed, as they are",
    "composed_balanced": "composed, balanced",
    "mean_map_balanced": "mean exact map, balanced",
    "linear_fit": "best linear fit",
    "cluster_means": "cluster means, {}",
    "exact_maps": "exact maps, {}",
    "fitted": "fitted pictures, {}",
}

TERMS = {
    "composed picture": "a class's column of the product of all weight matrices, as if there were no ReLUs",
    "exact map": "the affine map that a ReLU network is around one image: its Jacobian, with a bias",
    "logits": "the network's scores of the classes, here less their mean over classes, which softmax ignores",
    "balanced": "after one gain for all classes and one bias for each, fitted to the logits on training images",
    "fitted pictures": "several pictures per class, of which the strongest counts, fitted to the logits",
    "cluster": "training images of one class that look alike, by k-means on pixels",
    "interval": "95 %, from resampling the test images; for one training: another seed may differ by more",
}


def describe_rung(rung: str) -> str:
    """Give a rung's name for people, as in "exact maps, 10 per class"."""
    name, _, number = rung.partition(".")
    return RUNGS[name].format(f"{number} per class")


ABLATIONS = {
    "free": "fitted from the exact maps, not held to them",
    "means": "fitted from the clusters' mean images",
    "random": "fitted from noise",
    "labels": "fitted to labels",
    "divergence": "fitted to probabilities (Kullback–Leibler)",
}


FAMILIES = {
    "strokes": "a linear map and {} shared strokes",
    "squares": "a linear map and {} shared squares",
    "soft": "fitted under a soft maximum, {} per class",
}


def describe_ablation(name: str) -> str:
    """Give the name for people of a surrogate among the ablations: the ladder's words for its rungs."""
    kind, _, number = name.partition(".")
    if kind in FAMILIES:
        return FAMILIES[kind].format(number)
    return f"{ABLATIONS[kind]}, {number} per class" if kind in ABLATIONS else describe_rung(name)


VERDICTS = {
    "control": "(a control)",
    "constant": "nothing to picture: one class for all",
    "flat": "the network itself",
    "nearly": "nearly the network",
    "sketch": "a sketch of the network",
    "fiction": "mostly fiction",
    "too_near_nearly": "too near 0.9 to say",
    "too_near_sketch": "too near 0.7 to say",
}
