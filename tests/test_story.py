"""The report reads true for every kind of run: real stages, then the text against the numbers."""

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from looking_for.core import files
from looking_for.figures import charts
from looking_for.core.imageset import Images
from looking_for.networks.dense import Network, Snapshots
from looking_for.report.verdicts import by_measures
from looking_for.surrogates import truth
from looking_for.surrogates.ladder import Ladder
from stages.params import load
from tests.conftest import PARAMS, ROOT

DEEP = PARAMS.replace("  flat: {samples: 1437, hidden: [], epochs: 2}\n", "")  # the two with hidden layers


@dataclass(frozen=True)
class Told:
    """A run's report, and where its numbers are."""

    folder: Path
    report: str

    @property
    def lead(self) -> str:
        """All before the first heading: the first screen."""
        return self.report.split("\n## ")[0]

    def section(self, title: str) -> str:
        found = [part for part in self.report.split("\n## ") if part.startswith(title)]
        return found[0] if found else ""

    def ladder(self, network: str) -> Ladder:
        return Ladder.load(self.folder / files.ladder_file(network))

    def truth(self, network: str) -> list[truth.Moment]:
        return truth.load(self.folder / files.truth_file(network))


Teller = Callable[..., Told]


@pytest.fixture
def tell(tmp_path: Path, images: Images, monkeypatch: pytest.MonkeyPatch) -> Teller:
    """A function that runs every stage after fetch in this process and gives the report."""

    monkeypatch.setattr(charts, "save", lambda _, path: files.save_text(path, ""))  # looked at elsewhere

    def stage(name: str, *words: str) -> None:
        monkeypatch.setattr(sys, "argv", [name, *words])
        __import__(f"stages.{name}", fromlist=["main"]).main()

    def run(params: str, data: Images = images, made: dict[str, Network] | None = None) -> Told:
        monkeypatch.chdir(tmp_path)
        Path("params.yaml").write_text(params, encoding="utf-8")
        files.save_arrays(files.IMAGES, vars(data))
        stage("survey")
        loaded = load()
        networks = re.search(r"networks:\n((?:  .*\n)+)", params)
        assert networks
        for name in re.findall(r"^  ([\w-]+):", networks[1], re.MULTILINE):
            stage("train", "--network", name)
            if made and name in made:
                made[name].save(files.network_file(name))
                same = Snapshots(np.array([0, 5]), (made[name], made[name]))
                same.save(files.snapshots_file(name), like=made[name])
            stage("compose", "--network", name)
            stage("draw", "--network", name)
        for name in loaded.challenge:
            stage("challenge", "--network", name)
        stage("render")
        told = Told(tmp_path, files.REPORT.read_text(encoding="utf-8"))
        is_whole(told)
        return told

    return run


def is_whole(told: Told) -> None:
    """What every report must be: figures that are there, numbers that are numbers, right plurals."""
    assert not re.findall(r"\b(nan|None|inf|Undefined)\b|[{}]|%\(", told.report)
    assert not re.findall(
        r"\b1 (?:images|epochs|updates|clusters|classes|units|failures|pixels)\b", told.report
    )
    for figure in re.findall(r"\((figures/[^)]+\.png)\)", told.report):
        assert (told.folder / "reports" / figure).exists(), figure
    for block in re.findall(r"(?:^\|.*\n)+", told.report, re.MULTILINE):
        assert len({row.count("|") for row in block.splitlines()}) == 1, "every row has every column"


def networks(*lines: str) -> str:
    """The tests' params with other networks, all of them compared, the last one challenged."""
    body = "".join(f"  {line}\n" for line in lines)
    text = re.sub(r"networks:\n(  .*\n)+", f"networks:\n{body}", PARAMS)
    last = lines[-1].partition(":")[0]
    text = text.replace("story: [few, all]", "story: []")
    return text.replace("challenge: [all]", f"challenge: [{last}]")


def test_the_committed_reports_headline_has_the_committed_numbers() -> None:
    told = Told(ROOT, (ROOT / files.REPORT).read_text(encoding="utf-8"))
    is_whole(told)
    assert told.lead.count("A network learns its picture first, then outgrows it, if the data let it") == 1
    best = max(told.truth("all")[1:], key=lambda moment: moment.agreement)
    for share in (best.agreement, told.ladder("all")["composed"].agreement.value):
        assert f"{100 * (share or 0):.1f} % (" in told.lead
    assert f"after {best.updates} updates" in told.lead
    assert 20 <= best.updates <= 80
    assert best.agreement >= 0.9


def test_the_committed_reports_second_finding_has_its_numbers_and_its_doubts() -> None:
    told = Told(ROOT, (ROOT / files.REPORT).read_text(encoding="utf-8"))
    rung = told.ladder("all")["fitted.10"]
    assert "**Ten pictures a class are nearly the network again:" in told.lead
    for value in (f"{rung.explained.value:.3f} (", f"{100 * (rung.agreement.value or 0):.1f} % ("):
        assert value in told.lead.split("**Ten pictures")[1]
    section = told.section("The fewest pictures")
    for doubt in ("Agreement alone is no proof", "not the only ones", "learnt nothing is imitated, too"):
        assert doubt in section


def test_the_digits(reproduced: Path) -> None:
    told = Told(reproduced, (reproduced / files.REPORT).read_text(encoding="utf-8"))
    is_whole(told)
    for name in ("few", "all"):
        best = max(moment.agreement for moment in told.truth(name)[1:])
        assert best < 0.9, "trained for three epochs no picture is nearly the network"
    assert "No network compared here was nearly its picture" in told.lead
    assert "outgrow" not in told.report
    assert "The article's story" not in told.report, "its claims are of other digits"
    assert "(MNIST)" not in told.report
    for name in ("few", "all", "flat"):
        assert f"[{name}](figures/{name}/)" in told.section("The networks")


def test_one_network_alone(tell: Teller) -> None:
    told = tell(networks("one: {samples: 300, hidden: [12, 8], epochs: 4}"))
    assert "`one`" in told.lead
    assert "Not the number of updates" not in told.report
    assert told.report.count("| [one]") == 1
    assert "\n## Controls" not in told.report


def test_no_network_with_hidden_layers(tell: Teller) -> None:
    told = tell(
        networks(
            "flat: {samples: 500, hidden: [], epochs: 2}", "more: {samples: 900, hidden: [], epochs: 1}"
        )
    )
    assert "Without hidden layers the composed picture is the network itself." in told.lead
    assert not told.section("The ladder"), "there is nothing to climb"
    assert not told.section("Seeing it work")
    assert told.report.count("| the network itself |") == 2


def test_a_single_hidden_unit_is_not_exactly_the_network(tell: Teller) -> None:
    told = tell(
        networks(
            "one: {samples: 1437, hidden: [1], epochs: 6}", "wide: {samples: 1437, hidden: [16], epochs: 6}"
        )
    )
    row = next(line for line in told.report.splitlines() if line.startswith("| [one]"))
    ladder = told.ladder("one")
    expected = by_measures(ladder["composed"].agreement, ladder["composed_balanced"].explained)
    assert row.endswith(f"| {expected} |") or "one class for all" in row
    assert "the network itself" not in row
    if "kept it to the end" in told.lead and "`one` learned" in told.lead:
        floor, end = ladder["constant"].agreement, ladder["composed"].agreement
        assert (end.low or 0) > (floor.high or 1), "no better than a constant is no picture"
    assert "exactly the network" not in told.report


def test_a_dead_network_has_nothing_to_picture(tell: Teller) -> None:
    dead = Network.of(
        [np.ones((64, 1)), np.ones((1, 1)), np.ones((1, 10))],
        [np.full(1, -100.0), np.full(1, -1.0), np.arange(10.0)],
        np.float32,
    )
    told = tell(
        networks(
            "dead: {samples: 200, hidden: [1, 1], epochs: 1}",
            "live: {samples: 500, hidden: [12], epochs: 4}",
        ),
        made={"dead": dead},
    )
    assert "gives every test image the same class: there is nothing to picture" in told.lead
    row = next(line for line in told.report.splitlines() if line.startswith("| [dead]"))
    assert "nothing to picture: one class for all" in row
    assert "`dead`" not in told.section("Seeing it work")
    alone = tell(networks("dead: {samples: 200, hidden: [1, 1], epochs: 1}"), made={"dead": dead})
    assert "There is nothing to picture" in alone.lead
    assert not alone.section("Seeing it work")


@pytest.mark.long
def test_one_cluster_a_class_claims_no_lead_that_is_none(tell: Teller) -> None:
    told = tell(
        DEEP.replace("clusters: [1, 3]", "clusters: [1]")
        .replace("pictures: [3]", "pictures: [1]")
        .replace("all: {samples: 1437", "all: {samples: 1400")
    )
    assert "exact maps of 1 cluster a class" in told.report
    assert "the 1 cluster of each class's" in told.report
    assert "**One picture a class is not nearly the network: 10 pictures" in told.lead
    assert "−" not in told.section("The ladder").split("*Several pictures a class:*")[1].split("\n")[0]


@pytest.mark.long
def test_an_added_network_is_in_every_table_and_changes_no_story(tell: Teller) -> None:
    more = DEEP.replace("render:", "  wide: {samples: 1437, hidden: [20], epochs: 2}\nrender:")
    told = tell(more.replace("story: [few, all]", "story: [gone, few, all]"))
    assert "`render.story` names gone, which params.yaml has no network of." in told.lead
    assert "`wide`" in told.section("The ladder"), "a word why it is not in the chart"
    assert "| [wide]" in told.section("The networks")
    assert "| wide | 20 |" in told.section("What each network looks for")
    assert "`few` and `all`" in told.section("The ladder")


@pytest.mark.long
def test_few_with_more_images_is_still_compared_with_all(tell: Teller) -> None:
    """Few images for longer trained are no hero: who is compared is said in params.yaml."""
    longer = "  few-long: {samples: 1000, hidden: [12, 8], epochs: 12}\nrender:"
    told = tell(DEEP.replace("few: {samples: 100", "few: {samples: 1000").replace("render:", longer))
    assert "`few` (1,000 images, 3 epochs)" in told.lead
    assert "`few-long`" in told.lead, "a word where it is"
    assert "number of updates" not in told.lead, "few never had a picture to keep"
    assert "figures/all/clusters.png" in told.report
    assert "figures/few-long/clusters.png" not in told.report


@pytest.mark.long
def test_smooth_activations_are_said_to_have_jacobians_and_no_affine_pieces(tell: Teller) -> None:
    told = tell(
        networks(
            "bent: {samples: 1437, hidden: [12, 8], epochs: 8, activation: tanh, optimizer: adam, dropout: 0.1}",
            "leaky: {samples: 1437, hidden: [12, 8], epochs: 8, activation: leaky_relu, batch_normalisation: true}",
            "smooth: {samples: 1437, hidden: [12], epochs: 8, activation: gelu, initial_scale: 0.5, seed: 7}",
        )
    )
    assert "`bent` (tanh) and `smooth` (gelu): with such an activation no network is affine" in told.report
    assert "leaving out its activations" in told.lead
    assert "8 epochs, tanh, adam, dropout 0.1" in told.report
    assert "8 epochs, leaky relu, batch normalisation" in told.report
    assert "8 epochs, gelu, initial scale 0.5, seed 7" in told.report
    assert "At each image a gelu network has a Jacobian" in told.section("Seeing it work")
    assert "is one affine map, exactly" not in told.report


@pytest.mark.long
def test_another_recipe_is_not_taken_for_the_data(tell: Teller) -> None:
    told = tell(
        networks(
            "few: {samples: 100, hidden: [12, 8], epochs: 60}",
            "all: {samples: 1437, hidden: [12, 8], epochs: 60, activation: leaky_relu}",
        ).replace("dataset: digits", "dataset: mnist")
    )
    assert "The article" in told.report
    assert "if the data let it" not in told.lead
    assert "Few images or many" not in told.report


@pytest.mark.long
def test_another_seed(tell: Teller) -> None:
    longer = DEEP.replace("epochs: 2", "epochs: 40")
    told = tell(longer.replace("  seed: 0\n  snapshots", "  seed: 1\n  snapshots"))
    course = {name: [m.agreement for m in told.truth(name)[1:]] for name in ("few", "all")}
    fell = {name: max(a) - a[-1] for name, a in course.items()}
    if "then outgrows it" in told.lead:
        assert max(fell.values()) >= 0.1
    if "kept it to the end" in told.lead:
        assert max(fell.values()) < 0.1


@pytest.mark.long
def test_an_undertrained_flat_network_is_not_said_to_understand_less(tell: Teller) -> None:
    longer = PARAMS.replace("epochs: 2}\nrender", "epochs: 6}\nrender")
    told = tell(longer.replace("dataset: digits", "dataset: mnist"))
    story = told.section("The article's story")
    assert "`flat` (1,437 images, 6 epochs) is right on" in story
    assert "still getting better when its training ended" in story
    assert "understand" not in story
    assert "compares 500 images with 60,000; here 100 with 1,437" in story


@pytest.mark.long
def test_without_snapshots_nothing_is_said_of_the_way(tell: Teller) -> None:
    told = tell(DEEP.replace("snapshots: 6", "snapshots: 0"))
    assert "How true are composed pictures at the end of the training?" in told.lead
    assert "lead.png" not in told.report
    assert "along.png" not in told.report
    assert f"{(told.ladder('few')['composed'].agreement.value or 0) * 100:.1f} %" in told.lead


def letters() -> Images:
    """26 made classes of 20×36 pixels: a stroke pattern each, shifted and dimmed."""
    chance = np.random.default_rng(0)
    forms = chance.random((26, 5, 9)).repeat(4, axis=1).repeat(4, axis=2) > 0.6

    def some(n: int) -> tuple[np.ndarray, np.ndarray]:
        labels = np.arange(26 * n) % 26
        shifts = chance.integers(-2, 3, len(labels))
        x = np.stack([np.roll(forms[k], s, axis=1) for k, s in zip(labels, shifts, strict=True)])
        return (x * chance.integers(120, 256, (len(labels), 1, 1))).astype(np.uint8), labels.astype(
            np.uint8
        )

    names = np.array([chr(ord("A") + k) for k in range(26)])
    return Images(*some(20), *some(6), names)


def arrows() -> Images:
    """Two made classes of 5×7 pixels with long names: a bar to the left or to the right, and noise."""
    chance = np.random.default_rng(0)

    def some(n: int) -> tuple[np.ndarray, np.ndarray]:
        labels = np.arange(n) % 2
        x = chance.integers(0, 120, (n, 5, 7))
        x[labels == 0, 1:4, :3] += 110
        x[labels == 1, 1:4, 4:] += 110
        return x.astype(np.uint8), labels.astype(np.uint8)

    names = np.array(["Ankle boot of the left foot, worn", "Unabbreviatedwellingtonsoftherightfoot"])
    return Images(*some(120), *some(60), names)


def test_two_classes_of_5_by_7_pixels_with_long_names(tell: Teller) -> None:
    params = networks("few: {samples: 120, hidden: [6, 4], epochs: 40}")
    told = tell(params.replace("dataset: digits", "dataset: path"), arrows())
    assert "5×7 pixels, 2 classes" in told.section("The data")
    assert "Ankle boot of the left foot, worn and Unabbreviated" in told.lead
    assert json.loads((told.folder / "reports/metrics/few.json").read_text())["accuracy"] > 0.9


@pytest.mark.long
def test_26_classes_of_20_by_36_pixels(tell: Teller) -> None:
    told = tell(networks("few: {samples: 520, hidden: [12, 8], epochs: 3}"), letters())
    assert "20×36 pixels" in told.lead
    assert "26 classes" in told.report
    assert "The article's story" not in told.report
    assert json.loads((told.folder / "reports/metrics/few.json").read_text())["accuracy"] > 0
