"""The story's verdicts by cases: what is said of courses and intervals, and what is not."""

from dataclasses import replace
from typing import Any

import pytest

from looking_for.core.tables import Interval
from looking_for.report.claims import Lead, choose_exemplars, choose_headline
from looking_for.report.fitted_claims import Nearness, judge_nearness
from looking_for.report.page import build_environment
from looking_for.results.glossary import VERDICTS
from looking_for.results.network import NetworkResults
from looking_for.results.verdicts import judge_measures, trace_course, wilson_interval
from looking_for.surrogates.ladder import Ladder
from tests.results.imagined import imagined, rung


@pytest.mark.parametrize(
    ("agreement", "explained", "linear", "verdict"),
    [
        ((0.95, 0.94, 0.96), (0.93, 0.92, 0.94), (0.7, 0.69, 0.71), Nearness.NEARLY_AGAIN),
        ((0.95, 0.94, 0.96), (0.93, 0.92, 0.94), (0.98, 0.97, 0.99), Nearness.NEARLY),
        ((0.95, 0.94, 0.96), (0.85, 0.84, 0.86), (0.7, 0.69, 0.71), Nearness.NOT_NEARLY),
        ((0.9, 0.89, 0.91), (0.93, 0.92, 0.94), (0.7, 0.69, 0.71), Nearness.TOO_NEAR),
    ],
)
def test_judge_nearness_inside_an_interval(
    agreement: tuple[float, float, float],
    explained: tuple[float, float, float],
    linear: tuple[float, float, float],
    verdict: str,
) -> None:
    nothing = Interval(None, None, None)
    facts = imagined("all", 60_000, [0.5])
    fitted = rung("fitted.3", 100, Interval(*agreement), nothing, Interval(*explained))
    one = rung("linear_fit", 100, nothing, nothing, Interval(*linear))
    assert judge_nearness(replace(facts, ladder=Ladder([fitted, one])), 3) == verdict


KEEPS, OUTGROWS = ("few", 500, [0.87, 0.93, 0.93]), ("all", 60_000, [0.82, 0.93, 0.51])


@pytest.mark.parametrize(
    ("story", "says", "says_not"),
    [
        ([KEEPS, OUTGROWS], ["With 500 training images, yes.** The pictures give 93 %",
                             "With 60,000, at first, then no.** After 10 steps of learning they give 93 %",
                             "at the end 51 %", "the network goes from 80 % to 90 % right",
                             "given enough images, outgrow it"], []),
        ([("few", 60_000, KEEPS[2]), OUTGROWS], ["some then outgrow it"], ["given enough images"]),
        ([OUTGROWS], ["This network first learns a picture and then outgrows it"], ["These networks"]),
        ([OUTGROWS, ("more", 9_000, [0.95, 0.7])], ["These networks first learn a picture and then outgrow it"], []),
        ([KEEPS], ["This network learns a picture and keeps it"], ["outgr"]),
        ([("few", 500, [0.95, 0.90])], ["This network learns a picture and keeps it"], ["outgr"]),
        ([("few", 500, [0.5, 0.7])], ["at no moment nearly", "At best its pictures give 70 %"], ["outgr", "keep"]),
        ([("few", 500, [0.85, 0.3])], ["at no moment nearly", "At best its pictures give 85 %"], ["outgr", "keep"]),
    ],
)  # fmt: skip
def test_choose_headline_of_courses(
    story: list[tuple[str, int, list[float]]], says: list[str], says_not: list[str]
) -> None:
    facts = [imagined(*network) for network in story]
    words = say_headline(facts)
    assert all(part in words for part in says), words
    assert not any(part in words for part in says_not), words


def say(claim: str, *values: Any) -> str:
    """Give one sentence of the story: a macro of story_sentences.md.j2, by its name."""
    return str(getattr(build_environment().get_template("story_sentences.md.j2").module, claim)(*values))


def say_headline(networks: list[NetworkResults]) -> str:
    """Give the sentences that the story has for these networks' courses."""
    courses = [c for n in networks if (c := trace_course(n, 10_000))]
    lead = Lead(choose_headline(networks, courses), choose_exemplars(courses), courses, [], [])
    return say(f"minute_{lead.headline}", lead) + say(f"course_{lead.headline}", lead)


def test_trace_course_of_a_constant_network() -> None:
    facts = imagined("dead", 500, [1.0, 1.0], constant=True)
    assert trace_course(facts, 10_000) is None
    assert "There is nothing to picture" in say_headline([facts])


@pytest.mark.parametrize(
    ("agreement", "explained", "words"),
    [
        ((0.93, 0.92, 0.94), (0.97, 0.96, 0.98), "nearly the network"),
        ((0.91, 0.89, 0.93), (0.97, 0.96, 0.98), "too near 0.9 to say"),
        ((0.95, 0.94, 0.96), (0.80, 0.79, 0.81), "a sketch of the network"),
        ((0.75, 0.74, 0.76), (0.84, 0.83, 0.85), "a sketch of the network"),
        ((0.70, 0.69, 0.71), (0.84, 0.83, 0.85), "too near 0.7 to say"),
        ((0.51, 0.50, 0.52), (0.51, 0.50, 0.52), "mostly fiction"),
        ((1.00, 1.00, 1.00), (0.10, 0.09, 0.11), "mostly fiction"),
    ],
)
def test_judge_measures_inside_an_interval(
    agreement: tuple[float, ...], explained: tuple[float, ...], words: str
) -> None:
    assert VERDICTS[judge_measures(Interval(*agreement), Interval(*explained))] == words


def test_wilson_interval_equals_the_textbook() -> None:
    """Brown, Cai and DasGupta 2001: 0.5 of 100 gives 0.4038 to 0.5962; all of 10 gives 0.7225 to 1."""
    assert wilson_interval(0.5, 100) == Interval(0.5, 0.4038, 0.5962)
    assert wilson_interval(1.0, 10) == Interval(1.0, 0.7225, 1.0)
