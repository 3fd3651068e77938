"""The report as Markdown: the story's sections, printed by a template that knows nothing of them."""

from looking_for.images.catalog import DATASETS
from looking_for.report import article, fewest, networks, sections
from looking_for.report.blocks import Block, Section, Table, literal
from looking_for.report.finding import lead
from looking_for.report.page import markdown
from looking_for.results.glossary import TERMS
from looking_for.results.run import Run
from looking_for.results.text import count, listed

SOME = 3
TITLE = "What the networks are looking for, and how true each picture is"


def write(run: Run) -> str:
    """reports/README.md as text."""
    return markdown(TITLE, story(run))


def story(run: Run) -> list[Section]:
    """All sections that this run has something to say in; the first has no heading of its own."""
    found = [
        Section("", [*opening(run), *lead(run), *fewest.sentence(run)]),
        networks.section(run),
        sections.ladder(run),
        fewest.section(run),
        sections.at_work(run),
        sections.looks_for(run),
        sections.along(run),
        sections.controls(run),
        sections.data(run),
        article.section(run),
        glossary(),
    ]
    return [section for section in found if section]


def opening(run: Run) -> list[Block]:
    height, width = run.images.shape
    left_out = "ReLUs" if all(n.architecture.activation == "relu" for n in run.networks) else "activations"
    kind = DATASETS[run.settings.data.dataset].words or _own(run.classes)
    words = (
        f"Networks that read {kind}, {height}×{width} pixels. Multiply a network's weight matrices together, leaving out its "
        f"{left_out}, and each output becomes a picture: the *composed picture*. Read as one, ink on red raises the class's score against the others, ink on blue "
        "lowers it. But is it what the network does?"
    )
    missing = f"`render.story` names {listed(run.missing)}, which params.yaml has no network of."
    return [words, missing] if run.missing else [words]


def _own(classes: list[str]) -> str:
    """What images of no known data set show, by the names of some classes."""
    some = ", such as" if len(classes) > SOME else ":"
    return f"images of {count(len(classes), 'class', 'classes')}{some} {listed([literal(name) for name in classes[:SOME]])}"


def glossary() -> Section:
    rows = [[name, meaning] for name, meaning in TERMS.items()]
    end = "The mathematics, with its sources, is in [docs/mathematics.md](../docs/mathematics.md)."
    return Section("The words", [Table(["word", "is"], rows), end])
