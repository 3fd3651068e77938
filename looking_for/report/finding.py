"""The lead: what this run found of networks and their pictures, whatever the run."""

from collections.abc import Sequence

from looking_for.figures.training_course import shown_class, with_pictures
from looking_for.report.blocks import Block, Figure, literal
from looking_for.report.verdicts import Course, course
from looking_for.results.run import Facts, Run
from looking_for.results.text import count, decimal, listed, percent
from looking_for.surrogates.ladder import Interval

LONGER = 2
KEPT = ("kept", "slipped")


def lead(run: Run) -> list[Block]:
    """The finding in a sentence, the other networks of the story, the figure, and what the finding is not."""
    courses = [c for n in run.story if (c := course(n, len(run.images.x_test)))]
    shown = exemplars(courses)
    blocks: list[Block] = [f"**{headline(run.story, courses)}** {accuracies(shown)}".rstrip()]
    rest = [n for n in run.story if n not in [c.network for c in shown]]
    if rest:
        blocks.append(" ".join(line(n, courses) for n in rest))
    if any(n.truth for n in run.story):
        blocks.append(figure(run))
    return [*blocks, *longer(run, courses)]


def exemplars(courses: Sequence[Course]) -> list[Course]:
    """Whom the headline speaks of: the last that outgrew its picture and the first that kept it; or all."""
    outgrew = [c for c in courses if c.status == "outgrew"]
    kept = [c for c in courses if c.status in KEPT]
    return [outgrew[-1], kept[0]] if outgrew and kept else outgrew or kept


def headline(story: Sequence[Facts], courses: Sequence[Course]) -> str:
    """The finding with its numbers; it is general only where the run shows both sides of it."""
    if shown := exemplars(courses):
        return of_pictures(shown)
    if courses:
        best = [f"`{c.network.name}` {interval(c.best_interval)}" for c in courses]
        return (
            f"No network compared here was nearly its picture at any moment that was measured: at best the composed "
            f"pictures gave the answers of {listed(best)} of the time."
        )
    if all(n.is_constant for n in story):
        return "There is nothing to picture: each network compared here gives all images one class."
    if all(n.is_flat for n in story):
        return "Without hidden layers the composed picture is the network itself."
    return "How true are composed pictures at the end of the training?"


def of_pictures(shown: Sequence[Course]) -> str:
    """Of networks that had a picture: who outgrew it and who kept it."""
    if {c.status == "outgrew" for c in shown} == {True, False}:
        gone, kept = shown
        fewer = kept.network.samples < gone.network.samples and kept.network.is_like(gone.network)
        condition = "if the data let it" if fewer else "or not"
        return (
            f"A network learns its picture first, then outgrows it, {condition}: {way(gone)}; those of "
            f"`{kept.network.name}` ({kept.network.training_words}) give {interval(kept.end)} at the end."
        )
    names, its = listed([f"`{c.network.name}`" for c in shown]), "its" if len(shown) == 1 else "their"
    if shown[0].status == "outgrew":
        return (
            f"{names} learned {its} picture first and then outgrew it: {listed([way(c) for c in shown])}."
        )
    ends = [f"those of `{c.network.name}` {interval(c.end)}" for c in shown]
    return (
        f"{names} learned {its} picture and kept it to the end: of the network's answers the composed "
        f"pictures then give, {listed(ends)}."
    )


def way(found: Course) -> str:
    """From its best to its end, in numbers."""
    return (
        f"after {count(found.best.updates, 'update')} the composed pictures of `{found.network.name}` "
        f"({found.network.training_words}) give {interval(found.best_interval)} of its answers, at the end, after "
        f"{found.network.updates:,}, {interval(found.end)}"
    )


def accuracies(shown: Sequence[Course]) -> str:
    """How right the networks are meanwhile."""
    words = []
    for found in shown:
        end = percent(found.network.metrics["accuracy"])
        if found.status == "outgrew":
            words.append(f"`{found.network.name}` went from {percent(found.best.accuracy)} right to {end}")
        else:
            words.append(f"`{found.network.name}` ends at {end}")
    return f"Meanwhile {listed(words)}." if words else ""


def line(network: Facts, courses: Sequence[Course]) -> str:
    """A network that the headline does not speak of, with its numbers."""
    name = f"`{network.name}` ({network.training_words})"
    right = f"it is right on {percent(network.metrics['accuracy'])}"
    if network.is_constant:
        return f"{name} gives every test image the same class: there is nothing to picture."
    if network.is_flat:
        return f"{name} has no hidden layer, so its picture is the network; {right}."
    found = next((c for c in courses if c.network is network), None)
    if found is None or found.best.updates == network.updates:
        return f"{name}: {interval(network.ladder['composed'].agreement)} at the end; {right}."
    best, end = interval(found.best_interval), interval(found.end)
    return f"{name}: {best} after {count(found.best.updates, 'update')}, {end} at the end; {right}."


def figure(run: Run) -> Figure:
    strips = [f"`{n.name}`" for n in with_pictures(run)]
    others = [f"`{n.name}`" for n in run.others]
    below = (
        f" Below, the composed picture of {literal(run.classes[shown_class(run.classes)])} of {listed(strips)}, with the "
        "agreement of all classes' pictures: ink on red speaks for the class, on blue against it, white is zero, sand is never inked; each has "
        "its own scale."
        if strips
        else ""
    )
    seeds = " ([± over seeds](#the-networks) beside the numbers below)" if run.spreads else ""
    rest = f" {listed(others)}: [in the chart of all networks](#along-the-training)." if others else ""
    return Figure(
        "overview/lead.png",
        "Accuracy and agreement against updates of the weights, with pictures on the way",
        f"Accuracy of the networks, and agreement: the share of test images for which the composed pictures "
        f"and the network give the same class (the literature's fidelity). In brackets, here and below, 95 % "
        f"intervals from resampling the test images; each network was trained once{seeds}.{below}{rest}",
    )


def longer(run: Run, courses: Sequence[Course]) -> list[Block]:
    """What keeping a picture is not: the same images for many more updates, where the run has that."""
    blocks: list[Block] = []
    for found in (c for c in courses if c.status in KEPT):
        short = found.network
        for other in run.others:
            same = other.samples == short.samples and other.is_like(short)
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
        words[-1] += (
            f"; how far the first layers moved, divided by the length of their first weights: {listed(moves)}"
        )
    return " ".join(words) + "."


def interval(found: Interval, digits: int = 1) -> str:
    """93.2 % (92.7–93.7)."""
    if found.value is None or found.low is None or found.high is None:
        return "–"
    low, high = (percent(v, digits).removesuffix(" %") for v in (found.low, found.high))
    return f"{percent(found.value, digits)} ({low}–{high})"


def shares(found: Interval) -> str:
    """0.760 (0.756–0.764)."""
    value, low, high = (decimal(v, 3) for v in found)
    return f"{value} ({low}–{high})"
