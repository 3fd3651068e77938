"""The explorer in a real browser: what it says is what numpy says, by mouse and by keyboard, and it asks no one."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from looking_for.core import paths
from looking_for.core.arrays import as_pixels
from looking_for.core.imageset import ImageSet
from looking_for.core.tables import load_rows
from looking_for.explorer import document, payload
from looking_for.explorer.quantise import Quantised
from looking_for.networks.dense import DenseNetwork
from looking_for.surrogates.course import SnapshotMeasures

pytestmark = pytest.mark.xdist_group("browser")
NAMES = ["few", "all", "flat"]


@pytest.fixture(scope="module")
def page(reproduced: Path, browser: Any) -> Any:
    """The page of the digits, opened from disk, with what goes wrong on it written down."""
    browser.execute_cdp_cmd("Network.enable", {})
    browser.get((reproduced / "reports/explorer.html").as_uri())
    return browser


@pytest.fixture(autouse=True)
def begun_anew(page: Any) -> None:
    page.execute_script("document.getElementById('clear').click()")
    choose(page, "all")


def choose(page: Any, name: str) -> None:
    page.execute_script(
        "const s = document.getElementById('network'); s.value = arguments[0]; s.dispatchEvent(new Event('change'))",
        name,
    )


def text(page: Any, name: str) -> str:
    return str(page.execute_script("return document.getElementById(arguments[0]).textContent", name))


def draw_a_one(page: Any) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By

    board = page.find_element(By.ID, "board")
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", board)
    chain = ActionChains(page, duration=20).move_to_element_with_offset(board, 0, -90).click_and_hold()
    for y in (-40, 10, 60, 90):
        chain = chain.move_to_element_with_offset(board, 0, y)
    chain.release().perform()


def test_page_gives_numpy_logits(page: Any, reproduced: Path, images: ImageSet) -> None:
    x = as_pixels(images.x_test[:50])
    assert page.execute_script("return lookingFor.networks") == NAMES
    for name in NAMES:
        logits = DenseNetwork.load(reproduced / paths.network_file(name)).logits(x)
        answers = np.array(
            [page.execute_script("return lookingFor.logits(...arguments)", name, row.tolist()) for row in x]
        )
        assert np.abs(answers - logits).max() < 1e-2 * np.abs(logits).max()
        assert np.array_equal(answers.argmax(axis=1), logits.argmax(axis=1))


def test_stroke_is_answered_and_undone(page: Any) -> None:
    assert text(page, "answer") == "Draw, or choose an image"
    draw_a_one(page)
    assert text(page, "answer") in {str(k) for k in range(10)}
    inked = page.execute_script(
        "const c = document.getElementById('prepared');"
        "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        "return [c.width, c.height, Array.from(d).filter((v, n) => n % 4 === 0 && v < 128).length]"
    )
    assert inked[:2] == [8, 8]
    assert 5 <= inked[2] <= 24, "a bar as high as the image, one or two pixels wide"
    page.execute_script("document.getElementById('undo').click()")
    assert text(page, "answer") == "Draw, or choose an image"


def test_contributions_add_up_to_the_logit(page: Any, reproduced: Path, images: ImageSet) -> None:
    strip = json.loads(page.execute_script("return document.getElementById('data').textContent"))["strip"]
    for name in NAMES:
        choose(page, name)
        for place in (0, 5):
            page.execute_script("document.querySelectorAll('#strip button')[arguments[0]].click()", place)
            shown = page.execute_script("return Array.from(document.querySelectorAll('.sum'), s => ({...s.dataset}))")
            assert len(shown) == 3
            x = as_pixels(images.x_test[[strip["numbers"][place]]])
            logits = DenseNetwork.load(reproduced / paths.network_file(name)).logits(x)[0]
            logits -= logits.mean()
            for row in shown:
                total = float(row["sum"]) + float(row["bias"])
                assert abs(total - float(row["logit"])) < 1e-4 * max(1, np.abs(logits).max())
                assert abs(total - logits[int(row["class"])]) < 1e-2 * max(1, np.abs(logits).max())


def test_page_names_disagreeing_surrogates(page: Any) -> None:
    answers = set()
    for place in range(page.execute_script("return document.querySelectorAll('#strip button').length")):
        page.execute_script("document.querySelectorAll('#strip button')[arguments[0]].click()", place)
        answers |= set(
            page.execute_script("return Array.from(document.querySelectorAll('#standins li'), li => li.className)")
        )
    assert answers == {"same", "differs"}
    choose(page, "flat")
    assert "composed" not in text(page, "standins"), "of a flat network the composed picture is the network"


def test_film_shows_measures_of_each_step(page: Any, reproduced: Path) -> None:

    moments = load_rows(reproduced / paths.truth_file("all"), SnapshotMeasures)
    for step, moment in enumerate(moments):
        page.execute_script(
            "const s = document.getElementById('step'); s.value = arguments[0]; s.dispatchEvent(new Event('input'))",
            step,
        )
        assert f"After {moment.updates} updates: right on {100 * moment.accuracy:.1f} %" in text(page, "facts")
    assert page.execute_script("return document.querySelectorAll('#pictures canvas').length") == 10


def test_page_works_by_keyboard(page: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    def active() -> Any:
        return page.switch_to.active_element

    page.refresh()
    reached = set()
    for _ in range(80):
        active().send_keys(Keys.TAB)
        reached.add(active().get_attribute("id") or active().tag_name)
        if active().get_attribute("id") == "board":
            active().send_keys(" ", *[Keys.ARROW_DOWN] * 6)
            active().send_keys(" ")
            assert text(page, "answer") in {str(k) for k in range(10)}
        if active().get_attribute("id") == "step":
            before = text(page, "facts")
            active().send_keys(Keys.ARROW_LEFT)
            assert text(page, "facts") != before
            break
    assert reached >= {"board", "undo", "clear", "network", "summary", "canvas", "play", "step"}


def test_page_makes_no_request_and_fits(page: Any) -> None:
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                         {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True})  # fmt: skip
    try:
        draw_a_one(page)
        assert page.execute_script("return document.documentElement.scrollWidth") <= 390
    finally:
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    requested = page.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [name for name in requested if not name.startswith("data:")] == []
    assert page.get_log("browser") == []


def test_page_is_accessible_by_axe(page: Any) -> None:
    from axe_core_python.selenium import Axe

    draw_a_one(page)
    result = Axe().run(page)["violations"]
    grave = [(v["id"], v["nodes"][0]["html"][:200]) for v in result if v["impact"] in ("serious", "critical")]
    assert grave == []


def test_page_escapes_names(reproduced: Path, browser: Any, tmp_path: Path) -> None:
    html = (reproduced / "reports/explorer.html").read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])  # type: ignore[index]
    data["classes"][3] = "</script><script>window.harm = 1</script><img src=x onerror='window.harm = 1'>"
    (tmp_path / "page.html").write_text(document.build_page(data), encoding="utf-8")
    browser.get((tmp_path / "page.html").as_uri())
    browser.execute_script("document.querySelectorAll('#strip button')[5].click()")
    assert browser.execute_script("return [window.harm, document.querySelectorAll('img').length]") == [None, 0]
    assert "<script>window.harm" in browser.execute_script("return document.getElementById('pictures').textContent")
    browser.get((reproduced / "reports/explorer.html").as_uri())


def test_quantise_layers_keeps_the_answers(images: ImageSet, make_network: Callable[..., DenseNetwork]) -> None:
    network, x = make_network([32, 16]), as_pixels(images.x_test, np.float32)
    answers = network.logits(x).argmax(axis=1)
    packed = payload.quantise_layers(network, x, answers)
    layers = [Quantised.from_weights(weights, packed[0]["bits"]) for weights in network.weights]
    assert payload.share_of_same_answers(network, layers, x, answers) >= 0.999 or packed[0]["bits"] == 16
    for layer, weights in zip(layers, network.weights, strict=True):
        assert np.abs(layer.weights - weights).max() <= layer.scales.max() * 0.51


def test_form_size_is_that_of_the_data(images: ImageSet) -> None:
    assert payload.form_size(images.x_train) == [1.0, 1.0], "scikit-learn's digits fill all of 8×8"
    small = np.zeros((50, 28, 28), np.uint8)
    small[:, 4:24, 9:18] = 255
    assert payload.form_size(small) == [0.714, 0.714], "MNIST's 20 of 28"


@pytest.mark.slow
def test_real_page_is_small_and_right() -> None:
    assert Path("reports/explorer.html").stat().st_size <= 6_000_000
    x = as_pixels(ImageSet.load().x_test, np.float32)
    for name in ("few", "some", "all", "few-long", "flat-few", "flat"):
        network = DenseNetwork.load(paths.network_file(name))
        answers = network.logits(x).argmax(axis=1)
        (bits,) = {layer["bits"] for layer in payload.quantise_layers(network, x, answers)}
        layers = [Quantised.from_weights(weights, bits) for weights in network.weights]
        assert payload.share_of_same_answers(network, layers, x, answers) >= 0.999
