"""The report reads true for every kind of run: real stages, then the text against the numbers."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from looking_for.core import paths
from looking_for.core.imageset import ImageSet
from looking_for.networks.dense import DenseNetwork
from looking_for.report.story import share_by_flat
from looking_for.results.glossary import VERDICTS
from looking_for.results.run import RunResults
from looking_for.results.verdicts import judge_measures
from stages.params.settings import load_params, run_settings
from tests.projects import PARAMS
from tests.report.story_run import StoryRun, Teller, is_whole

DEEP = PARAMS.replace("  flat: {samples: 1437, hidden: [], epochs: 2}\n", "")  # the two with hidden layers


def networks(*lines: str) -> str:
    """The tests' params with other networks, all of them compared, the last one challenged."""
    body = "".join(f"  {line}\n" for line in lines)
    text = re.sub(r"networks:\n(  .*\n)+", f"networks:\n{body}", PARAMS)
    last = lines[-1].partition(":")[0]
    text = text.replace("story: [few, all]", "story: []")
    return text.replace("challenge: [all]", f"challenge: [{last}]")


def test_write_story_of_digits(reproduced: Path) -> None:
    story = StoryRun(reproduced)
    is_whole(story)
    for name in ("few", "all"):
        best = max(moment.agreement for moment in story.truth(name)[1:])
        assert best < 0.9, "trained for three epochs no picture is nearly the network"
    assert "At no moment that was measured did the pictures give nine of ten answers." in story.report
    assert "outgrow" not in story.report + story.details
    assert "The article" not in story.report + story.details, "its claims are of other digits"
    assert "(MNIST)" not in story.report
    for label, name in {"100 images": "few", "1,437 images": "all", "1,437 images, no hidden layer": "flat"}.items():
        assert f"| [{label}](figures/{name}/) | `{name}` |" in story.section("The networks", story.details)


def test_share_by_flat_is_counted_from_the_arrays(reproduced: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(reproduced)
    settings = run_settings(load_params())
    run = RunResults.load(settings, settings.names)
    network = next(n for n in run.networks if n.name == "all")
    flat, deep = (np.load(paths.pictures_file(name))["logits"].argmax(axis=1) for name in ("flat", "all"))
    share = (flat == deep).mean()
    expected = pytest.approx(share) if share > network.metrics["agreement"] else None
    assert share_by_flat(run, network) == expected


def test_write_story_of_one_network(run_story: Teller) -> None:
    story = run_story(networks("one: {samples: 300, hidden: [12, 8], epochs: 4}"))
    assert "**The 300-image network:" in story.lead
    assert "More steps" not in story.report
    assert story.details.count("| [300 images]") == 1
    assert "\n## Controls" not in story.details


def test_write_story_of_labels_that_people_chose(run_story: Teller) -> None:
    story = run_story(
        networks(
            "one: {samples: 300, hidden: [12, 8], epochs: 2, label: my *first* net}",
            "two: {samples: 300, hidden: [12, 8], epochs: 2, seed: 1}",
        )
    )
    assert "The network my \\*first\\* net" in story.lead
    assert "| [my \\*first\\* net](figures/one/) | `one` |" in story.details
    assert "| [300 images, seed 1](figures/two/) | `two` |" in story.details


def test_write_story_of_flat_networks(run_story: Teller) -> None:
    story = run_story(
        networks("flat: {samples: 500, hidden: [], epochs: 2}", "more: {samples: 900, hidden: [], epochs: 1}")
    )
    assert "without hidden layers the picture is the network itself." in story.lead
    assert not story.section("The ladder", story.details), "there is nothing to climb"
    assert not story.section("Why it stops")
    assert story.details.count("| the network itself |") == 2


def test_write_story_of_a_single_unit(run_story: Teller) -> None:
    story = run_story(
        networks("one: {samples: 1437, hidden: [1], epochs: 6}", "wide: {samples: 1437, hidden: [16], epochs: 6}")
    )
    row = next(line for line in story.details.splitlines() if "| `one` |" in line)
    ladder = story.ladder("one")
    expected = VERDICTS[judge_measures(ladder["composed"].agreement, ladder["composed_balanced"].explained)]
    assert row.endswith(f"| {expected} |") or "one class for all" in row
    assert "the network itself" not in row


def test_write_story_of_a_dead_network(run_story: Teller) -> None:
    dead = DenseNetwork.from_arrays(
        [np.ones((64, 1)), np.ones((1, 1)), np.ones((1, 10))],
        [np.full(1, -100.0), np.full(1, -1.0), np.arange(10.0)],
        np.float32,
    )
    story = run_story(
        networks("dead: {samples: 200, hidden: [1, 1], epochs: 1}", "live: {samples: 500, hidden: [12], epochs: 4}"),
        given={"dead": dead},
    )
    assert "gives every test image the same class: there is nothing to picture" in story.report
    row = next(line for line in story.details.splitlines() if "| `dead` |" in line)
    assert "nothing to picture: one class for all" in row
    alone = run_story(networks("dead: {samples: 200, hidden: [1, 1], epochs: 1}"), given={"dead": dead})
    assert "There is nothing to picture" in alone.lead
    assert not alone.section("Why it stops")


@pytest.mark.long
def test_write_story_of_one_cluster_per_class(run_story: Teller) -> None:
    story = run_story(
        DEEP.replace("clusters: [1, 3]", "clusters: [1]")
        .replace("pictures: [3]", "pictures: [1]")
        .replace("all: {samples: 1437", "all: {samples: 1400")
    )
    assert "exact maps of 1 cluster per class" in story.details
    assert "the 1 cluster of a class's" in story.details
    assert "**One picture per class does not imitate the 1,400-image network well.** Trained to copy" in story.report
    assert "the best single picture" not in story.section("How many pictures"), "one is what was fitted"


@pytest.mark.long
def test_write_story_of_an_added_network(run_story: Teller) -> None:
    more = DEEP.replace("render:", "  wide: {samples: 1437, hidden: [20], epochs: 2}\nrender:")
    story = run_story(more.replace("story: [few, all]", "story: [gone, few, all]"))
    assert "`render.story` names gone, which params.yaml has no network of." in story.lead
    assert "1,437 images (20)" in story.section("The ladder", story.details), "a word why it is not in the chart"
    assert "| [1,437 images, 20](figures/wide/) | `wide` |" in story.details
    assert "| 1,437 images, 20 | 20 |" in story.section("Hidden units", story.details)


@pytest.mark.long
def test_write_story_of_more_samples(run_story: Teller) -> None:
    """Few images for longer trained are not in the story: who is compared is in params.yaml."""
    longer = "  few-long: {samples: 1000, hidden: [12, 8], epochs: 12}\nrender:"
    story = run_story(DEEP.replace("few: {samples: 100", "few: {samples: 1000").replace("render:", longer))
    assert "The 1,000-image network" in story.lead
    assert "More steps" not in story.report, "few never had a picture to keep"
    assert "figures/all/fitted-3.png" in story.report
    assert "figures/few-long/" not in story.report


@pytest.mark.long
def test_write_story_of_smooth_activations(run_story: Teller) -> None:
    story = run_story(
        networks(
            "bent: {samples: 1437, hidden: [12, 8], epochs: 8, activation: tanh, optimizer: adam, dropout: 0.1}",
            "leaky: {samples: 1437, hidden: [12, 8], epochs: 8, activation: leaky_relu, batch_normalisation: true}",
            "smooth: {samples: 1437, hidden: [12], epochs: 8, activation: gelu, initial_scale: 0.5, seed: 7}",
        )
    )
    assert re.search(
        r"\(tanh\) and .*\(gelu\): with such an activation a network is affine around no image", story.details
    )
    assert "bends numbers (its activation)" in story.report
    assert "8 epochs, tanh, adam, dropout 0.1" in story.details
    assert "8 epochs, leaky relu, batch normalisation" in story.details
    assert "8 epochs, gelu, initial scale 0.5, seed 7" in story.details
    assert "bends at every image" in story.section("Why it stops")
    assert "it is exact" not in story.report


@pytest.mark.long
def test_write_story_of_another_recipe(run_story: Teller) -> None:
    story = run_story(
        networks(
            "few: {samples: 100, hidden: [12, 8], epochs: 60}",
            "all: {samples: 1437, hidden: [12, 8], epochs: 60, activation: leaky_relu}",
        ).replace("dataset: digits", "dataset: mnist")
    )
    assert "An article" in story.report
    assert "given enough images" not in story.report
    assert "The article's claims" not in story.report, "two recipes do not show what images do"


@pytest.mark.long
def test_write_story_of_an_undertrained_flat_one(run_story: Teller) -> None:
    longer = PARAMS.replace("epochs: 2}\nrender", "epochs: 6}\nrender")
    story = run_story(longer.replace("dataset: digits", "dataset: mnist"))
    section = story.section("The article's story", story.details)
    assert "The 1,437-image network (no hidden layer, 6 epochs) gets" in section
    assert "still getting better when its training ended" in section
    claims = story.section("The article's claims")
    assert "| hidden layers are not always needed | in part |" in claims
    assert len(re.findall(r"^\| .* \| (?:yes|no|in part) \| .* \|$", claims, re.MULTILINE)) >= 10


@pytest.mark.long
def test_write_story_without_snapshots(run_story: Teller) -> None:
    story = run_story(DEEP.replace("snapshots: 6", "snapshots: 0"))
    assert "No moments on the way were kept" in story.report
    assert "course.png" not in story.report
    assert "hero.png" not in story.report
    assert "along.png" not in story.details
    agreement = story.ladder("few")["composed"].agreement.value or 0
    assert f"its pictures give {100 * agreement:.0f} % of its answers" in story.lead


def letters() -> ImageSet:
    """26 made classes of 20×36 pixels: a stroke pattern each, shifted and dimmed."""
    chance = np.random.default_rng(0)
    forms = chance.random((26, 5, 9)).repeat(4, axis=1).repeat(4, axis=2) > 0.6

    def some(n: int) -> tuple[np.ndarray, np.ndarray]:
        labels = np.arange(26 * n) % 26
        shifts = chance.integers(-2, 3, len(labels))
        x = np.stack([np.roll(forms[k], s, axis=1) for k, s in zip(labels, shifts, strict=True)])
        return (x * chance.integers(120, 256, (len(labels), 1, 1))).astype(np.uint8), labels.astype(np.uint8)

    names = np.array([chr(ord("A") + k) for k in range(26)])
    return ImageSet(*some(20), *some(6), names)


def arrows() -> ImageSet:
    """Two made classes of 5×7 pixels with long names: a bar to the left or to the right, and noise."""
    chance = np.random.default_rng(0)

    def some(n: int) -> tuple[np.ndarray, np.ndarray]:
        labels = np.arange(n) % 2
        x = chance.integers(0, 120, (n, 5, 7))
        x[labels == 0, 1:4, :3] += 110
        x[labels == 1, 1:4, 4:] += 110
        return x.astype(np.uint8), labels.astype(np.uint8)

    names = np.array(["Ankle boot of the left foot, worn", "Unabbreviatedwellingtonsoftherightfoot"])
    return ImageSet(*some(120), *some(60), names)


def test_write_story_of_a_penalty_on_leaving_the_picture(run_story: Teller) -> None:
    """Its numbers are those of the ladders, counted again from arrays, beside a network without hidden layers."""
    story = run_story(
        networks(
            "penalised: {samples: 1437, hidden: [12, 8], epochs: 8, keep_picture: 0.3}",
            "dead: {samples: 1437, hidden: [12, 8], epochs: 0, keep_picture: 0.3}",
            "free: {samples: 1437, hidden: [12, 8], epochs: 8}",
            "linear: {samples: 1437, hidden: [], epochs: 8}",
            "other: {samples: 1437, hidden: [], epochs: 3}",
        )
    )
    sentence = story.section("A penalty for leaving the picture", story.details)
    assert sentence.count("was trained as") == 1, "dead learned nothing, and nothing is said of it"
    assert "(kept to its picture" in sentence
    arrays, weights = (np.load(story.folder / f"data/{place}/penalised.npz") for place in ("pictures", "networks"))
    with np.load(story.folder / "data/images.npz") as data:
        x, y = data["x_test"].reshape(-1, 64) / 255, data["y_test"]
    answers = arrays["logits"].argmax(axis=1)
    pictures = weights["W1"].astype(float) @ weights["W2"] @ weights["W3"]
    bias = (weights["b1"].astype(float) @ weights["W2"] + weights["b2"]) @ weights["W3"] + weights["b3"]
    by_picture = (x @ pictures + bias).argmax(axis=1)
    overruled = by_picture != answers
    assert f"On {overruled.sum()} images the network answers otherwise" in sentence
    assert f"{(answers == y)[overruled].sum()} of these answers are right" in sentence
    assert f"alone is {100 * (by_picture == y).mean():.1f} %" in sentence
    flat = np.load(story.folder / "data/pictures/linear.npz")["logits"].argmax(axis=1)
    share = f"{100 * (flat == answers).mean():.1f} %"
    assert f"(no hidden layer), trained separately, gives {share} of the same answers" in sentence
    assert "keep picture 0.3" in story.section("The networks", story.details)


def test_write_story_of_two_classes(run_story: Teller) -> None:
    params = networks("few: {samples: 120, hidden: [6, 4], epochs: 40}")
    story = run_story(params.replace("dataset: digits", "dataset: path"), arrows())
    assert "5×7 pixels, 2 classes" in story.section("The data", story.details)
    assert "Ankle boot of the left foot, worn and Unabbreviated" in story.lead
    assert json.loads((story.folder / "reports/metrics/few.json").read_text())["accuracy"] > 0.9


@pytest.mark.long
def test_write_story_of_26_classes(run_story: Teller) -> None:
    params = networks("few: {samples: 520, hidden: [12, 8], epochs: 3}")
    story = run_story(params.replace("dataset: digits", "dataset: path"), letters())
    assert "26 classes" in story.lead
    assert "20×36 pixels" in story.details
    assert "The article" not in story.report + story.details
    assert json.loads((story.folder / "reports/metrics/few.json").read_text())["accuracy"] > 0
