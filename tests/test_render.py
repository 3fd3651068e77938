"""Figures show what their captions say; every number in the report was computed in that run."""

import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from looking_for.core.arrays import pixels
from looking_for.core.files import IMAGES
from looking_for.figures import canvas, charts, film, hidden_units, palette
from looking_for.figures.canvas import GAP
from looking_for.figures.claims import region_words
from looking_for.core.imageset import Images
from looking_for.results.glossary import rung_words
from looking_for.results.run import most_within
from looking_for.core.text import count, decimal, listed, percent
from looking_for.surrogates.results import Pictures
from tests.conftest import ROOT, Project

NEVER = np.array([False, False, True, False])
WEIGHTS = np.array([[-1.0, 2.0], [0.0, 3.0], [9.0, 9.0], [1.0, 2.5]])


def colours(levels: np.ndarray) -> np.ndarray:
    return palette.palette()[levels].astype(int)


def test_signed_view_is_white_at_zero_red_for_and_blue_against() -> None:
    against, zero, never, pro = colours(palette.signed(WEIGHTS, NEVER, 1.0))[0]
    assert zero.tolist() == [255, 255, 255]
    assert pro[0] > pro[2] + 50
    assert against[2] > against[0] + 50
    assert never.tolist() == palette.palette()[palette.NEVER_INKED].tolist()


def test_signed_view_of_the_negative_picture_is_its_mirror() -> None:
    levels, mirrored = palette.signed(WEIGHTS, NEVER, 2.0), palette.signed(-WEIGHTS, NEVER, 2.0)
    inked = ~NEVER
    assert np.array_equal(levels[:, inked] + mirrored[:, inked], np.full((2, 3), palette.SIGNED_LEVELS - 1))


def test_article_view_stretches_each_unit_from_black_to_white() -> None:
    levels = palette.article(np.delete(WEIGHTS, 2, axis=0), np.zeros(3, bool))
    assert levels.min(axis=1).tolist() == [palette.BLACK] * 2
    assert levels.max(axis=1).tolist() == [palette.WHITE] * 2


def test_pixels_that_are_never_inked_do_not_set_the_scale() -> None:
    assert palette.half_range(WEIGHTS, NEVER) <= 3
    assert palette.half_range(np.zeros((4, 2)), NEVER) == 1
    assert palette.half_range(WEIGHTS, np.ones(4, bool)) == 1


def test_a_mosaic_holds_each_picture_at_its_place() -> None:
    levels = np.arange(5 * 6, dtype=np.uint8).reshape(5, 6)
    sheet = canvas.mosaic(levels, (2, 3), columns=2, scale=2, gap=1)
    assert sheet.shape == (3 * 5, 2 * 7)
    for n in range(5):
        top, left = n // 2 * 5, n % 2 * 7
        assert np.array_equal(sheet[top : top + 4 : 2, left : left + 6 : 2], levels[n].reshape(2, 3))


@pytest.mark.parametrize("number", [1, 10, 64, 512, 4096])
@pytest.mark.parametrize("shape", [(8, 8), (28, 28)])
def test_a_contact_sheet_has_every_unit_and_fits_the_page(number: int, shape: tuple[int, int]) -> None:
    columns, scale = hidden_units.arrange(number, shape, width=1000)
    assert columns * (shape[1] * scale + GAP) <= 1000
    weights = np.random.default_rng(0).normal(size=(shape[0] * shape[1], number))
    page = hidden_units.sheet(weights, np.zeros(len(weights), bool), shape, "units", "how true")
    assert page.levels.shape[1] == canvas.WIDTH


def test_words_stay_on_the_page_and_long_ones_are_broken() -> None:
    page = canvas.Canvas()
    page.text("left", 10, -10)
    page.text("right", 80, canvas.WIDTH - 10)
    assert (page.levels != palette.WHITE).any()
    lines = canvas.lines_of("one two three four five six seven", 200)
    assert len(lines) > 1
    assert all(canvas.words_width(line) <= 200 for line in lines)


@pytest.mark.parametrize(
    ("tried", "most", "shown"), [([1, 3, 10], 10, 10), ([1, 3, 10], 9, 3), ([5], 2, 5)]
)
def test_the_clusters_figure_shows_the_most_clusters_that_fit(
    tried: list[int], most: int, shown: int
) -> None:
    assert most_within(tried, most) == shown


def test_words_of_numbers_and_places() -> None:
    assert percent(0.48832) == "48.8 %"
    assert percent(0.48850) == "48.9 %", "a half goes up"
    assert percent(0.2835, 1) == "28.4 %"
    assert percent(None) == "–"
    assert decimal(0.125) == "0.13"
    assert decimal(-13.382, 1) == "−13.4"
    assert decimal(-0.0001) == "0.00"
    assert [count(n, "epoch") for n in (1, 2_814)] == ["1 epoch", "2,814 epochs"]
    assert count(2, "class", "classes") == "2 classes"
    assert rung_words("exact_maps.10") == "exact maps, 10 a class"
    assert rung_words("linear_fit") == "best linear fit"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    place = {"rows": [21, 27], "columns": [0, 6]}
    assert region_words({"bottom_left": place, "top_rows": place}) == {
        "bottom_left": "bottom left 7×7",
        "top_rows": "top rows 21–27",
    }


def test_a_network_keeps_its_colour_whatever_is_added() -> None:
    few = charts.colours(["few", "all", "flat"], ["few", "all"], [])
    more = charts.colours(["new", "flat", "few", "all", "noise"], ["few", "all"], ["noise"])
    assert {name: more[name] for name in few} == few
    assert len(set(more.values())) == 5
    assert more["noise"] == charts.CONTROL


def test_the_report_shows_or_leads_to_every_figure_there_is(project: Project) -> None:
    reports = project.folder / "reports"
    report = (reports / "README.md").read_text()
    shown = set(re.findall(r"\((figures/[^)]+)\)", report))
    there = {str(p.relative_to(reports)) for p in reports.glob("**/*.png")}
    folders = tuple(link for link in shown if link.endswith("/"))
    assert {link for link in shown if link.endswith(".png")} <= there
    assert {file for file in there if not file.startswith(folders)} <= shown
    assert set(folders) == {f"figures/{network}/" for network in ("few", "all", "flat")}
    for figure in there:
        with Image.open(reports / figure) as image:
            width = film.WIDTH if figure.endswith("film.png") else canvas.WIDTH
            assert image.width == width, "one width, so that figures line up in review"


def test_every_share_that_the_report_states_is_one_that_was_computed(project: Project) -> None:
    reports = project.folder / "reports"
    computed, x = set(), pixels(Images.load(project.folder / IMAGES).x_test)
    for path in [*reports.glob("*/*.json"), *reports.glob("*/*.csv")]:
        for text in re.findall(r"-?\d+\.\d+", path.read_text()):
            computed |= {percent(float(text), digits) for digits in (0, 1)}
    for name in ("few", "all", "flat"):
        pictures = Pictures.load(project.folder / f"data/pictures/{name}.npz")
        found = [layer.on.mean() for layer in pictures.units] + [pictures.never_inked.mean()]
        others = [Pictures.load(project.folder / f"data/pictures/{n}.npz") for n in ("few", "all")]
        if name != "flat":
            said = pictures.fitted[3].map(x).argmax(axis=1)
            found += [(said == other.logits.argmax(axis=1)).mean() for other in others]
        computed |= {percent(round(float(share), 4), digits) for share in found for digits in (0, 1)}
    stated = set(re.findall(r"\d+(?:\.\d+)? %", (reports / "README.md").read_text()))
    assert len(stated) > 10
    assert stated - {"95 %"} <= computed


def test_only_train_imports_tensorflow() -> None:
    for stage, needs in (
        ("fetch", "pooch"),
        ("survey", "sklearn"),
        ("compose", "scipy"),
        ("challenge", "scipy"),
        ("render", "matplotlib"),
    ):
        command = [sys.executable, "-X", "importtime", "-c", f"import stages.{stage}"]
        times = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True).stderr
        imported = {line.split("|")[-1].strip().split(".")[0] for line in times.splitlines()}
        assert needs in imported
        assert not imported & {"tensorflow", "keras"}
