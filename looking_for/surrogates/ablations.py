"""All challengers of one network's fitted pictures, measured on the test images."""

import numpy as np

from looking_for.clusters.survey import Survey
from looking_for.core.arrays import Array, centred, pixels
from looking_for.core.parallel import spread
from looking_for.images.imageset import Images
from looking_for.networks.base import Model
from looking_for.surrogates import entrants, similarity
from looking_for.surrogates.challenge import Challenger
from looking_for.surrogates.ladder import Interval, numbered
from looking_for.surrogates.measures import measure
from looking_for.surrogates.results import Pictures
from stages.params import Fit

IMAGES_AT_ONCE = 2_000
POINTED = 2_000  # test images whose exact maps are compared: each is a picture of its own


def hold(
    model: Model, pictures: Pictures, images: Images, survey: Survey, settings: Fit
) -> list[Challenger]:
    """Fit the challengers on training images and measure all on test images."""
    rows = images.x_train.reshape(len(images.x_train), -1)
    starts = range(0, len(rows), IMAGES_AT_ONCE)
    parts = spread(lambda n: centred(model.logits(pixels(rows[n : n + IMAGES_AT_ONCE]))), starts)
    logits = np.concatenate(parts)
    known = {
        w: entrants.Known(rows, logits, images.y_train, survey.clusters[w], pictures.clusters[w])
        for w in pictures.fitted
    }
    sets = {numbered("fitted", w): entrants.Entrant(f.map, f.map) for w, f in pictures.fitted.items()}
    return measured(model, pictures, images, survey, sets | entrants.find(known, settings))


def measured(
    model: Model, pictures: Pictures, images: Images, survey: Survey, sets: dict[str, entrants.Entrant]
) -> list[Challenger]:
    """The rungs to compare with, then each set of pictures."""
    x = pixels(images.x_test)
    logits = model.logits(x)
    looked_at = x[:POINTED], logits[:POINTED]
    own = model.margins(looked_at[0], *similarity.top_two(looked_at[1]))
    classes = logits.shape[1]
    said = {"composed": pictures.composed[-1](x), "linear_fit": pictures.linear(x)}
    margins = {
        "composed": similarity.of_affine(pictures.composed[-1]),
        "linear_fit": similarity.of_affine(pictures.linear),
    }
    counts = {"composed": classes, "linear_fit": classes}
    for w in pictures.fitted:
        name, nearest = numbered("exact_maps", w), survey.clusters[w].nearest
        said[name] = pictures.clusters[w].predictions(x, nearest)
        margins[name] = similarity.of_clusters(pictures.clusters[w], nearest[:POINTED])
        counts[name] = len(survey.clusters[w].classes)
    for name, (found, _) in sets.items():
        said[name], margins[name], counts[name] = (
            found(x),
            similarity.of_pictures(found),
            len(found.classes),
        )
    intervals = _intervals(list(said.values()), logits, images.y_test)
    scaled = _intervals([entrant.scaled(x) for entrant in sets.values()], logits, images.y_test)
    explained = [row[-1] for row in intervals[: -len(sets)] + scaled]
    return [
        Challenger(
            name,
            counts[name],
            _likeness(name, sets) if name in sets else None,
            intervals[n][0],
            intervals[n][1],
            explained[n],
            similarity.agreement_of_margins(margins[name], own, *looked_at),
        )
        for n, name in enumerate(said)
    ]


def _intervals(said: list[Array], logits: Array, labels: Array) -> list[list[Interval]]:
    """Agreement, agreement on errors and explained of each stand-in."""
    rows = zip(*measure(said, logits, labels), strict=True)
    return [list(map(Interval.of, *row)) for row in rows]


def _likeness(name: str, sets: dict[str, entrants.Entrant]) -> float:
    """How alike the pictures are to the fitted ones of the same number a class."""
    fitted = numbered("fitted", int(name.split(".")[1]))
    return similarity.matched(sets[name].pictures, sets[fitted].pictures)
