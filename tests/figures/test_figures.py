"""Figures show what their captions say; every number in the report was computed in that run."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sklearn.metrics.pairwise import cosine_similarity as cosine

from looking_for.core.arrays import as_pixels
from looking_for.core.imageset import ImageSet
from looking_for.core.paths import IMAGES
from looking_for.core.text import format_count, format_decimal, format_percent, join_words
from looking_for.figures import canvas, charts, film, hidden_units, palette
from looking_for.figures.canvas import GAP
from looking_for.figures.forms import mean_pairwise_cosine
from looking_for.figures.legible import legible_names
from looking_for.figures.line_labels import spread_heights
from looking_for.figures.planes import Planes
from looking_for.figures.regions import share_named
from looking_for.results.glossary import describe_rung
from looking_for.results.run import largest_at_most
from looking_for.surrogates.pictures import Pictures
from tests.projects import Project

NEVER = np.array([False, False, True, False])
WEIGHTS = np.array([[-1.0, 2.0], [0.0, 3.0], [9.0, 9.0], [1.0, 2.5]])


def colours(levels: np.ndarray) -> np.ndarray:
    return palette.build_palette()[levels].astype(int)


def test_signed_levels_white_red_blue() -> None:
    against, zero, never, pro = colours(palette.signed_levels(WEIGHTS, NEVER, 1.0))[0]
    assert zero.tolist() == [255, 255, 255]
    assert pro[0] > pro[2] + 50
    assert against[2] > against[0] + 50
    assert never.tolist() == palette.build_palette()[palette.NEVER_INKED].tolist()


def test_signed_levels_mirror_the_negative() -> None:
    levels, mirrored = (palette.signed_levels(WEIGHTS, NEVER, 2.0), palette.signed_levels(-WEIGHTS, NEVER, 2.0))
    inked = ~NEVER
    assert np.array_equal(levels[:, inked] + mirrored[:, inked], np.full((2, 3), palette.SIGNED_LEVELS - 1))


def test_article_levels_stretch_each_unit() -> None:
    levels = palette.article_levels(np.delete(WEIGHTS, 2, axis=0), np.zeros(3, bool))
    assert levels.min(axis=1).tolist() == [palette.BLACK] * 2
    assert levels.max(axis=1).tolist() == [palette.WHITE] * 2


def test_half_range_ignores_never_inked() -> None:
    assert palette.half_range(WEIGHTS, NEVER) <= 3
    assert palette.half_range(np.zeros((4, 2)), NEVER) == 1
    assert palette.half_range(WEIGHTS, np.ones(4, bool)) == 1


def test_mosaic_places_each_picture() -> None:
    levels = np.arange(5 * 6, dtype=np.uint8).reshape(5, 2, 3)
    sheet = canvas.mosaic(levels, columns=2, scale=2, gap=1)
    assert sheet.shape == (3 * 5, 2 * 7)
    for n in range(5):
        top, left = n // 2 * 5, n % 2 * 7
        assert np.array_equal(sheet[top : top + 4 : 2, left : left + 6 : 2], levels[n])


@pytest.mark.parametrize("number", [1, 10, 64, 512, 4096])
@pytest.mark.parametrize("shape", [(8, 8), (28, 28)])
def test_draw_sheet_fits_every_unit(number: int, shape: tuple[int, int]) -> None:
    columns, scale = hidden_units.arrange_units(number, Planes(shape), width=1000)
    assert columns * (shape[1] * scale + GAP) <= 1000
    weights = np.random.default_rng(0).normal(size=(shape[0] * shape[1], number))
    page = hidden_units.draw_sheet(weights, np.zeros(len(weights), bool), shape, "units", "how true")
    assert page.levels.shape[1] == canvas.WIDTH


def test_break_lines_fits_the_width() -> None:
    lines = canvas.break_lines("one two three four five six seven", 200)
    assert len(lines) > 1
    assert all(canvas.text_width(line) <= 200 for line in lines)


@pytest.mark.parametrize(("tried", "most", "shown"), [([1, 3, 10], 10, 10), ([1, 3, 10], 9, 3), ([5], 2, 5)])
def test_largest_at_most_or_the_least(tried: list[int], most: int, shown: int) -> None:
    assert largest_at_most(tried, most) == shown


def test_text_of_numbers_and_places() -> None:
    assert format_percent(0.48832) == "48.8 %"
    assert format_percent(0.48850) == "48.9 %", "a half goes up"
    assert format_percent(0.2835, 1) == "28.4 %"
    assert format_percent(None) == "–"
    assert format_decimal(0.125) == "0.13"
    assert format_decimal(-13.382, 1) == "−13.4"
    assert format_decimal(-0.0001) == "0.00"
    assert [format_count(n, "epoch") for n in (1, 2_814)] == ["1 epoch", "2,814 epochs"]
    assert format_count(2, "class", "classes") == "2 classes"
    assert describe_rung("exact_maps.10") == "exact maps, 10 per class"
    assert describe_rung("linear_fit") == "best linear fit"
    assert join_words(["a"]) == "a"
    assert join_words(["a", "b", "c"]) == "a, b and c"
    assert share_named({"1": 2, "7": 5, "9": 1}) == 0.75


def test_assign_colours_is_stable() -> None:
    few = charts.assign_colours(["few", "all", "flat"], ["few", "all"], [])
    more = charts.assign_colours(["new", "flat", "few", "all", "noise"], ["few", "all"], ["noise"])
    assert {name: more[name] for name in few} == few
    assert len(set(more.values())) == 5
    assert more["noise"] == charts.CONTROL


def test_report_leads_to_every_figure(project: Project) -> None:
    reports = project.folder / "reports"
    report = (reports / "README.md").read_text() + (reports / "details.md").read_text()
    shown = set(re.findall(r"\((figures/[^)]+)\)", report))
    places = {str(p.relative_to(reports)) for p in reports.glob("**/*.png")}
    folders = tuple(link for link in shown if link.endswith("/"))
    assert {link for link in shown if link.endswith(".png")} <= places
    assert {file for file in places if not file.startswith(folders)} <= shown
    assert set(folders) == {f"figures/{network}/" for network in ("few", "all", "flat")}
    for figure in places:
        with Image.open(reports / figure) as image:
            width = film.WIDTH if figure.endswith("film.png") else canvas.WIDTH
            assert image.width == width, "one width, so that figures line up in review"


def test_report_states_computed_shares(project: Project) -> None:
    reports = project.folder / "reports"
    computed, x = set(), as_pixels(ImageSet.load(project.folder / IMAGES).x_test)
    for path in [*reports.glob("*/*.json"), *reports.glob("*/*.csv")]:
        for text in re.findall(r"-?\d+\.\d+", path.read_text()):
            computed |= {format_percent(float(text), digits) for digits in (0, 1)}
    for name in ("few", "all", "flat"):
        pictures = Pictures.load(project.folder / f"data/pictures/{name}.npz")
        result = [layer.active_fraction.mean() for layer in pictures.units] + [pictures.never_inked.mean()]
        others = [Pictures.load(project.folder / f"data/pictures/{n}.npz") for n in ("few", "all")]
        if name != "flat":
            answers = pictures.fitted[3](x).argmax(axis=1)
            result += [(answers == other.logits.argmax(axis=1)).mean() for other in others]
        computed |= {format_percent(round(float(share), 4), digits) for share in result for digits in (0, 1)}
    pages = (reports / "README.md").read_text() + (reports / "details.md").read_text()
    pages = pages.replace("\N{NO-BREAK SPACE}", " ")
    stated = set(re.findall(r"\d+(?:\.\d+)? %", pages))
    assert len(stated) > 10
    assert stated - {"95 %"} <= computed


@pytest.mark.parametrize(
    ("names", "seen"),
    [(list("০১২"), ["0", "1", "2"]), (["汉字", "Größe"], ["0", "Größe"]), (["Ω", "ب", "a|b"], ["Ω", "ب", "a|b"])],
)
def test_legible_names_are_numbers_where_letters_lack(names: list[str], seen: list[str]) -> None:
    assert legible_names(names) == seen


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb by WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=9, unique=True), st.integers(0, 9), st.integers(0, 9))
def test_every_line_is_seen_on_white(names: list[str], n_compared: int, n_controls: int) -> None:
    shades = charts.assign_colours(names, names[:n_compared], names[len(names) - min(n_controls, len(names)) :])
    assert all(1.05 / (luminance(colour) + 0.05) >= 3 for colour in shades.values())


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.02, 0.1)), min_size=1, max_size=9))
def test_spread_heights_keeps_the_order_and_leaves_each_label_its_room(ends: list[tuple[float, float]]) -> None:
    values, needed = [value for value, _ in ends], [room for _, room in ends]
    heights = spread_heights(values, needed)
    order = sorted(range(len(ends)), key=lambda n: values[n])
    for low, high in itertools.pairwise(order):
        assert heights[high] - heights[low] >= 0.8 * (needed[low] + needed[high]) / 2
    assert all(height + room / 2 <= 1.0001 for height, room in zip(heights, needed, strict=True))
    alone = all(abs(a - b) > 0.2 for a, b in itertools.combinations(values, 2)) and max(values) < 0.9
    assert not alone or heights == pytest.approx(values, abs=1e-4)


@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_mean_pairwise_cosine_is_that_of_all_pairs(n_pictures: int, seed: int) -> None:
    weights = np.random.default_rng(seed).normal(size=(7, n_pictures))
    pairs = np.triu_indices(n_pictures, 1)
    assert mean_pairwise_cosine(weights) == pytest.approx(cosine(weights.T)[pairs].mean())
