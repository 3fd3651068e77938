"""The page on every screen and for everyone: sizes, projector, keyboard, print, dark and forced colours."""

import base64
import re
from typing import Any

import pytest

from tests.explorer.browsing import click, draw_a_one, settle, text, texts

pytestmark = pytest.mark.xdist_group("browser")


def test_page_works_by_keyboard(page: Any) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    def active() -> Any:
        return page.switch_to.active_element

    reached: list[str] = []
    for _ in range(25):
        ActionChains(page).send_keys(Keys.TAB).perform()
        reached.append(active().get_attribute("id") or active().get_attribute("class") or active().tag_name)
        if active().get_attribute("id") == "board":
            page.execute_script("document.getElementById('clear').click()")
            active().send_keys(" ", *[Keys.ARROW_DOWN] * 6)
            active().send_keys(" ")
            settle(page)
            assert texts(page, ".big")[0] in {str(k) for k in range(10)}
        if "chip" in reached[-1]:
            break
    assert "chip" in reached[-1], reached
    assert len(reached) <= 17, "few stops from the top to the moments"
    assert {"copy", "present", "board", "undo", "clear", "erase"} <= set(reached)


SIZES = {
    "phone": (390, 800),
    "low": (740, 360),
    "zoomed": (640, 400),
    "desktop": (1280, 800),
    "projector": (1920, 1080),
}


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest, page: Any) -> Any:
    width, height = SIZES[request.param]
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    settle(page)
    yield request.param
    page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_page_fits_every_size(page: Any, size: str) -> None:
    width, height = SIZES[size]
    measured = page.execute_script(
        "const box = document.getElementById('board').getBoundingClientRect();"
        "return [document.documentElement.scrollWidth, document.documentElement.scrollHeight, box.width, box.height]"
    )
    assert measured[0] <= width, "no scrolling sideways"
    cut = "return [...document.querySelectorAll('.cell')].filter(c => c.scrollHeight > c.clientHeight + 1).length"
    assert page.execute_script(cut) == 0, "no card is cut off"
    if size == "desktop":
        assert measured[1] <= height, "all on one screen"
    if size == "phone":
        assert measured[1] <= 3 * height
        page.execute_script("document.getElementById('board').scrollIntoView({block: 'center'})")
        bar, board = page.execute_script(
            "return ['bar', 'board'].map(id => document.getElementById(id).getBoundingClientRect().toJSON())"
        )
        assert board["bottom"] <= bar["top"] + 1
        assert bar["bottom"] <= height + 1, "the answer is in sight while a finger draws"
        assert "its picture" in text(page, "#bar")
        small = page.execute_script(
            "const all = [...document.querySelectorAll('button, select, summary')].filter(e => e.offsetParent);"
            "return all.filter(e => e.getBoundingClientRect().height < 43).map(e => e.outerHTML.slice(0, 80))"
        )
        assert small == []
    if size in ("low", "zoomed"):
        assert measured[3] <= 0.61 * height
        assert measured[2] <= 0.75 * width, "a swipe beside the board scrolls"


def test_present_fills_a_projector(page: Any) -> None:
    width, height = SIZES["projector"]
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    try:
        click(page, "#present")
        answers, used, bottom = page.execute_script(
            "const px = e => parseFloat(getComputedStyle(e).fontSize);"
            "const main = document.querySelector('main').getBoundingClientRect();"
            "const moments = document.getElementById('moments').getBoundingClientRect();"
            "return [px(document.querySelector('.big')), main.width / innerWidth, moments.bottom]"
        )
        assert answers >= 96
        assert used >= 0.9
        assert bottom <= height
        assert "present" in page.execute_script("return location.hash")
        page.execute_script("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'g', bubbles: true}))")
        hidden = "return getComputedStyle(document.querySelector('.one .words')).visibility"
        assert page.execute_script(hidden) == "hidden", "guess first"
        page.execute_script("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: ' ', bubbles: true}))")
        assert page.execute_script(hidden) == "visible"
    finally:
        page.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


MEDIA = [{"prefers-color-scheme": "light"}, {"prefers-color-scheme": "dark"}, {"forced-colors": "active"}]


@pytest.mark.parametrize("media", MEDIA, ids=str)
def test_page_is_accessible_by_axe(page: Any, media: dict[str, str]) -> None:
    from axe_core_python.selenium import Axe

    features = [{"name": name, "value": value} for name, value in media.items()]
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    try:
        draw_a_one(page)
        result = Axe().run(page)["violations"]
    finally:
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    grave = [(v["id"], v["nodes"][0]["html"][:200]) for v in result if v["impact"] in ("serious", "critical")]
    assert grave == []


def test_page_prints_on_one_sheet(page: Any) -> None:
    sheet = {"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": False}
    printed = page.execute_cdp_cmd("Page.printToPDF", sheet)
    pdf = base64.b64decode(printed["data"])
    assert len(re.findall(rb"/Type\s*/Page[^s]", pdf)) == 1
