"""The report: the article's story in our own words, every number of it computed in this run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from stages.artifacts import Images
from stages.glossary import NUMBERS
from stages.params import Params
from stages.render import looking
from stages.render.facts import Cast, Facts

ENOUGH = 0.95
NEARLY, ROUGHLY = 0.9, 0.7


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
        "times": times,
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
    """0.4883 as 48.8 %."""
    return "–" if share is None else f"{share * 100:.{digits}f} %"


def times(gain: float) -> str:
    """How far the pictures' logits are off in size: a gain of 0.5 means "2.0 times too large"."""
    if gain <= 0:
        return "of no use at any size"
    return f"{1 / gain:.1f} times too large" if gain < 1 else f"{gain:.1f} times too small"


def favourite(network: Facts, classes: list[str]) -> str:
    """What the composed pictures answer most, and what never, in words."""
    shares = network.compose["answers_by_class"]
    most = max(range(len(shares)), key=shares.__getitem__)
    never = [classes[k] for k, share in enumerate(shares) if share == 0]
    words = f"answer {classes[most]} for {percent(shares[most])} of the images"
    return words + (f" and never {listed(never)}" if never else "")


def lead(network: Facts) -> dict[str, Any]:
    """How the exact pictures do against the choice of group alone: their best lead, and where they lose."""
    maps, choice = network.compose["agreement_by_ways"], network.compose["choice_by_ways"]
    leads = {w: round(maps[w] - choice[w], 4) for w in maps}
    best = max(leads, key=lambda w: leads[w])
    return {"best": best, "points": leads[best], "lost": [w for w, by in leads.items() if by <= 0]}


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


def listed(words: list[str]) -> str:
    """a; a and b; a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


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
