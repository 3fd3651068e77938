"""The lead: what this run found of networks and their pictures, whatever the run."""

from collections.abc import Sequence

from stages.artifacts.ladder import Interval
from stages.render.charts.along import shown_class, with_pictures
from stages.render.facts import Facts, Run
from stages.render.story.blocks import Block, Figure
from stages.render.story.verdicts import NEARLY, OUTGROWN, Course, course
from stages.words import count, decimal, listed, percent

LONGER = 2


def lead(run: Run) -> list[Block]:
    """The finding in a sentence, a line a network, the figure, and what the finding is not."""
    courses = [c for n in run.story if (c := course(n, len(run.images.x_test)))]
    blocks: list[Block] = [f"**{headline(courses, run.story)}**"]
    blocks.append("\n".join(f"- {line(n, courses)}" for n in run.story))
    if any(n.truth for n in run.story):
        blocks.append(figure(run))
    return [*blocks, *longer(run, courses)]


def headline(courses: Sequence[Course], story: Sequence[Facts]) -> str:
    """The finding; it is general only where the run shows both sides of it."""
    outgrew = [c for c in courses if c.status == "outgrew"]
    kept = [c for c in courses if c.status in ("kept", "slipped")]
    if outgrew and kept:
        fewer = max(c.network.samples for c in kept) < min(c.network.samples for c in outgrew)
        tail = "if the data let it" if fewer else "and some do and some do not"
        return f"A network learns its picture first, then outgrows it, {tail}."
    if outgrew:
        return f"{_subject(outgrew)} learned {_its(outgrew)} picture first and then outgrew it."
    if kept:
        return f"{_subject(kept)} learned {_its(kept)} picture and kept it to the end of the training."
    if courses:
        return (
            f"{_subject(courses)} never was nearly its picture."
            if len(courses) == 1
            else (
                "None of the networks compared here was nearly its picture at any moment that was measured."
            )
        )
    if all(n.is_flat for n in story):
        return "Without hidden layers the composed picture is the network itself."
    return "How true composed pictures are, at the end of the training."


def line(network: Facts, courses: Sequence[Course]) -> str:
    """One network's numbers, with intervals, and what became of its picture."""
    name = f"`{network.name}` ({network.training_words})"
    if network.is_constant:
        return f"{name} gives every test image the same class: there is nothing to picture."
    if network.is_flat:
        return f"{name} has no hidden layer: its picture is the network, right on {percent(network.metrics['accuracy'])}."
    found = next((c for c in courses if c.network is network), None)
    end = network.ladder["composed"].agreement
    if found is None:
        return f"{name}: its composed pictures give {interval(end)} of its answers."
    best = f"{interval(found.best_interval)} after {count(found.best.updates, 'update')}"
    last = f"{interval(found.end)} at the end, after {count(network.updates, 'update')}"
    right = f"It is right on {percent(network.metrics['accuracy'])} of the test images"
    if found.best.updates == network.updates:
        return (
            f"{name}: the composed pictures give the network's answer for {interval(found.end)} of the images "
            f"at the end, after {count(network.updates, 'update')}; they were never truer. {right}."
        )
    words = {
        "outgrew": f"It has outgrown its picture while its accuracy went from {percent(found.best.accuracy)} to "
        f"{percent(network.metrics['accuracy'])}.",
        "slipped": f"That is less, but not by {percent(OUTGROWN, 0)}. {right}.",
        "kept": f"It keeps its picture. {right}.",
        "never": f"At its best it is below {percent(NEARLY, 0)}: never nearly the network. {right}.",
    }
    return f"{name}: the composed pictures give the network's answer for {best}, and for {last}. {words[found.status]}"


def figure(run: Run) -> Figure:
    strips = [f"`{n.name}`" for n in with_pictures(run)]
    others = [f"`{n.name}`" for n in run.others]
    below = (
        f" Below, the composed picture of class {run.classes[shown_class(run.classes)]} of {listed(strips)} on "
        "the way: red speaks for the class, blue against it, white is zero, sand is never inked; each picture "
        "has its own scale."
        if strips
        else ""
    )
    rest = f" {listed(others)}: [in the chart of all networks](#along-the-training)." if others else ""
    return Figure(
        "lead.png",
        "Accuracy and agreement against updates of the weights, with pictures on the way",
        f"Accuracy of the networks, and *agreement*: the share of test images for which the composed pictures "
        f"and the network give the same class (the literature's fidelity).{below}{rest}",
    )


def longer(run: Run, courses: Sequence[Course]) -> list[Block]:
    """What the finding is not: the same few images for many more updates, where the run has that."""
    blocks: list[Block] = []
    for found in courses:
        short = found.network
        for other in run.others:
            same = (other.samples, other.params.hidden) == (short.samples, short.params.hidden)
            if same and not other.control and other.updates >= LONGER * short.updates:
                blocks.append(_longer(short, other, courses))
    return blocks


def _longer(short: Facts, other: Facts, courses: Sequence[Course]) -> str:
    ends = [n.ladder["composed"].agreement for n in (short, other)]
    lower = ends[1].high is not None and ends[0].low is not None and ends[1].high < ends[0].low
    words = [
        f"**Not the number of updates alone.** `{other.name}` sees the same {count(short.samples, 'image')} as "
        f"`{short.name}` in {count(other.updates, 'update')} instead of {short.updates:,}; its pictures agree on "
        f"{interval(ends[1])}."
        if not lower
        else f"**The number of updates matters as well.** `{other.name}` sees the same {count(short.samples, 'image')} "
        f"as `{short.name}` in {count(other.updates, 'update')} instead of {short.updates:,}, and its pictures agree "
        f"on {interval(ends[1])} only."
    ]
    loss = other.history["train_loss"][-1]
    words.append(f"Its loss on its own images ends at {decimal(loss, 4)}")
    travelled = [n for n in (other, *(c.network for c in courses)) if n.truth]
    if len(travelled) > 1:
        moves = [f"`{n.name}` {decimal(n.truth[-1].travel)}" for n in travelled]
        words[-1] += f"; how far the first layers have moved, in their first lengths: {listed(moves)}"
    return " ".join(words) + "."


def interval(found: Interval, digits: int = 1) -> str:
    """93.2 % (92.7–93.7)."""
    if found.value is None or found.low is None or found.high is None:
        return "–"
    low, high = (percent(v, digits).removesuffix(" %") for v in (found.low, found.high))
    return f"{percent(found.value, digits)} ({low}–{high})"


def _subject(courses: Sequence[Course]) -> str:
    return listed([f"`{c.network.name}`" for c in courses])


def _its(courses: Sequence[Course]) -> str:
    return "its" if len(courses) == 1 else "their"
