"""The report: the article's story in our own words, every number of it computed in this run."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from stages.artifacts.images import Images
from stages.glossary import NUMBERS
from stages.params import Params
from stages.render import looking
from stages.render.facts import Cast, Facts

ENOUGH = 0.95
NEARLY, ROUGHLY = 0.9, 0.7
HARDLY = 0.002  # a lead of twenty in 10,000 images is none


def write(cast: Cast, images: Images, claims: Mapping[str, Any], settings: Params) -> str:
    """reports/README.md as text."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "percent": percent,
        "verdict": verdict,
        "listed": listed,
        "number": number,
        "size": size,
        "favourite": favourite,
        "lead": lead,
    }
    return environment.get_template("report.md.j2").render(
        cast=cast,
        settings=settings,
        images=images,
        claims={region: _claim(found) for region, found in claims.items()},
        regions=region_words(claims),
        classes=[str(name) for name in images.classes],
        ways_shown=str(looking.shown_ways(settings.survey.ways, settings.render.ways_shown)),
        most_ways=str(max(settings.survey.ways)),
        enough=ENOUGH,
        numbers=NUMBERS,
    )


def percent(share: float | None, digits: int = 1) -> str:
    """0.4885 as 48.9 %: a half goes up, as readers round."""
    if share is None:
        return "–"
    return f"{(Decimal(str(share)) * 100).quantize(Decimal(10) ** -digits, ROUND_HALF_UP)} %"


def size(compose: Mapping[str, Any]) -> str:
    """How large the pictures' logits are, as in "4.2 times as large as the network's".

    Not 1 / gain: that is small for a bad fit, too. With the correlation r = √explained the gain is
    r · |z| / |p|, so |p| / |z| = r / gain.
    """
    if compose["gain"] <= 0:
        return "of no use at any size"
    return f"{compose['explained'] ** 0.5 / compose['gain']:.1f} times as large as the network's"


def favourite(network: Facts, classes: list[str]) -> str:
    """What the composed pictures answer most, and what never, in words."""
    shares = network.compose["answers_by_class"]
    most = max(range(len(shares)), key=shares.__getitem__)
    never = [classes[k] for k, share in enumerate(shares) if share == 0]
    words = f"answer {classes[most]} for {percent(shares[most])} of the images"
    return words + (f" and never {listed(never, 'or')}" if never else "")


def lead(network: Facts) -> dict[str, Any]:
    """How the exact pictures do against the choice of group alone: their best lead, and where they lose."""
    maps, choice = network.compose["agreement_by_ways"], network.compose["choice_by_ways"]
    leads = {w: round(maps[w] - choice[w], 4) for w in maps}
    best = max(leads, key=lambda w: leads[w])
    lost = [w for w, by in leads.items() if by <= HARDLY]
    return {"best": best, "points": leads[best], "lost": lost}


def number(value: float | None, digits: int = 2) -> str:
    """60000 as 60,000, 0.32889 as 0.33."""
    if value is None:
        return "none tried"
    return f"{value:,.{digits}f}" if isinstance(value, float) else f"{value:,}"


def verdict(network: Facts) -> str:
    """What may be read from composed pictures, in words, by their agreement with the network."""
    agreement = network.compose["agreement"]
    if agreement == 1:
        return "exactly the network"
    if agreement >= NEARLY:
        return "nearly the network"
    return "a rough sketch of the network" if agreement >= ROUGHLY else "mostly a fiction"


def listed(words: list[str], last: str = "and") -> str:
    """a; a and b; a, b and c."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def region_words(claims: Mapping[str, Any]) -> dict[str, str]:
    """Each region's name with its place, as in "bottom rows 26–27" or "bottom left 7×7"."""
    words = {}
    for name, found in claims.items():
        (top, bottom), (left, right) = found["rows"], found["columns"]
        rows = f"{top}–{bottom}" if bottom > top else f"{top}"
        place = f"{bottom - top + 1}×{right - left + 1}" if name.endswith(("left", "right")) else rows
        words[name] = f"{name.replace('_', ' ')} {place}"
    return words


def _claim(found: Mapping[str, Any]) -> dict[str, Any]:
    """A region's counts, with its classes ordered by their share of the images that ink it."""
    images = max(found["images"], 1)
    shares = {name: count / images for name, count in found["by_class"].items()}
    leading = sorted(shares, key=lambda name: -shares[name])
    return {**found, "shares": shares, "leading": leading, "none": [k for k in shares if not shares[k]]}
