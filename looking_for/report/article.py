"""What the article says of its digits, held against this run: only for the data that it is about."""

from collections.abc import Sequence

from looking_for.report.blocks import Block, Figure, Section
from looking_for.report.verdicts import still_learning
from looking_for.results.run import Facts, Run
from looking_for.results.text import count, listed, percent


def section(run: Run) -> Section | None:
    """The article's three stories, where the run has what they need."""
    if not run.is_articles:
        return None
    blocks: list[Block] = [
        "Two things differ here. The article's notebook adds a unit's bias to each of its weights, where the "
        "normalisation of each picture erases it again, and composes pictures already rounded to whole numbers; here "
        "the bias is a number beside the picture and the weights themselves are composed. Its view, each picture "
        "stretched from black to white, is beside the signed one on every sheet; what it hides is where zero lies."
    ]
    return Section("The article's story", [*blocks, *few_or_many(run), *hidden_layers(run), *edges(run)])


def trained(networks: Sequence[Facts]) -> list[Facts]:
    """Those that learnt from so many images here, as the article's did."""
    return [n for n in networks if n.recipe and not n.control]


def few_or_many(run: Run) -> list[Block]:
    """Is the clearer picture the truer one? The story's networks with the fewest and the most images."""
    deep = sorted((n for n in trained(run.story) if not n.is_flat), key=lambda n: n.samples)
    if len(deep) < 2 or deep[0].samples == deep[-1].samples or not deep[0].is_like(deep[-1]):
        return []
    few, many = deep[0], deep[-1]
    ends = [n.ladder["composed"].agreement for n in (few, many)]
    truer = ends[0].low is not None and ends[1].high is not None and ends[0].low > ends[1].high
    words = (
        f"**Few images or many.** The article found the pictures after {count(few.samples, 'image')} clearer. "
        if few.samples == 500
        else f"**Few images or many.** The article compares 500 images with 60,000; here {few.samples:,} with {many.samples:,}. "
    )
    whose = f"The pictures after {count(few.samples, 'image')}"
    words += f"{whose} are the truer ones" if truer else f"{whose} are not clearly truer"
    words += (
        f": {percent(ends[0].value)} agreement against {percent(ends[1].value)} (`{few.name}`, `{many.name}`), while "
        f"the networks are right on {percent(few.metrics['accuracy'])} and {percent(many.metrics['accuracy'])}."
    )
    caption = "the composed pictures in both views, and the mean exact map of each class's images."
    sheets = [
        Figure(f"{n.name}/output.png", f"Output pictures of {n.name}", f"`{n.name}`: {caption}")
        for n in (few, many)
    ]
    return [words, *sheets]


def hidden_layers(run: Run) -> list[Block]:
    """Are hidden layers needed? Said of networks with as many images, and of a flat one that is done."""
    flat = [n for n in trained(run.networks) if n.is_flat]
    if not flat:
        return []
    words = "**No hidden layer.** Then there are no ReLUs and the picture is the network. "
    words += " ".join(_against(n, run) for n in flat)
    caption = "Composed pictures with hidden layers and without. Each row has its own scale."
    return [words, Figure("overview/deep-and-flat.png", "With hidden layers and without", caption)]


def _against(flat: Facts, run: Run) -> str:
    same = [n for n in trained(run.story) if n.samples == flat.samples and not n.is_flat]
    words = f"`{flat.name}` ({flat.training_words}) is right on {percent(flat.metrics['accuracy'])}"
    words += "".join(f", `{n.name}` on {percent(n.metrics['accuracy'])}" for n in same)
    if still_learning(flat):
        words += f" (`{flat.name}` was still getting better when its training ended)"
    return words + "."


def edges(run: Run) -> list[Block]:
    """The article's claim on who writes near the bottom, counted."""
    edge, left, right = (run.claims[name] for name in ("bottom_rows", "bottom_left", "bottom_right"))
    top = run.claims["top_rows"]
    both = percent(_share(edge, "7") + _share(edge, "9"))
    corners = [
        f"in the bottom {side} corner 7 and 9 are {percent(_share(found, '7') + _share(found, '9'))} and {_leading(found)} "
        f"leads with {percent(_share(found, _leading(found)))}"
        for side, found in (("left", left), ("right", right))
    ]
    words = (
        "**Places where few classes have ink.** The article says that few digits but 9 reach the very bottom right, and few but 7 and 9 "
        f"the bottom left. Counted: of the {count(edge['images'], 'training image')} that ink the last rows {both} are a 7 or a 9. "
        f"So it holds for the bottom *edge*, not for the corners: {listed(corners)}. "
        f"Of the {count(top['images'], 'image')} that ink the top rows {percent(_share(top, '6'))} are sixes, and {percent(_share(top, '7'), 0)} sevens."
    )
    caption = "Training images of each class that ink each region, each panel on a scale of its own."
    return [words, Figure("overview/claims.png", "Who inks which region", caption)]


def _share(found: dict[str, object], name: str) -> float:
    by_class = found["by_class"]
    assert isinstance(by_class, dict)
    return round(by_class[name] / max(sum(by_class.values()), 1), 6)


def _leading(found: dict[str, object]) -> str:
    by_class = found["by_class"]
    assert isinstance(by_class, dict)
    return str(max(by_class, key=by_class.__getitem__))
