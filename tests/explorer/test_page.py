"""The explorer in a real browser: what it says is what numpy says, by mouse and by keyboard, and it asks no one."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from looking_for.core import paths
from looking_for.core.arrays import as_pixels
from looking_for.core.imageset import ImageSet
from looking_for.core.tables import load_rows
from looking_for.explorer import document
from looking_for.networks.dense import DenseNetwork
from looking_for.surrogates.course import SnapshotMeasures
from tests.explorer.browsing import click, draw_a_one, open_page, settle, text, texts

pytestmark = pytest.mark.xdist_group("browser")
NAMES = ["few", "all", "flat"]
LABELS = ["100 images", "1,437 images"]


def data_of(page: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(page.execute_script("return document.getElementById('data').textContent"))
    return data


def test_page_gives_numpy_logits(page: Any, reproduced: Path, images: ImageSet) -> None:
    x = as_pixels(images.x_test[:50])
    assert sorted(page.execute_script("return lookingFor.networks")) == sorted(NAMES)
    for name in NAMES:
        logits = DenseNetwork.load(reproduced / paths.network_file(name)).logits(x)
        answers = np.array(
            [page.execute_script("return lookingFor.logits(...arguments)", name, row.tolist()) for row in x]
        )
        assert np.abs(answers - logits).max() < 1e-2 * np.abs(logits).max()
        assert np.array_equal(answers.argmax(axis=1), logits.argmax(axis=1))


def test_page_opens_with_an_example_and_its_rows(page: Any, reproduced: Path, images: ImageSet) -> None:
    """The rows say what numpy says of the first example; the class of the first network is in data-answer."""
    example = data_of(page)["examples"][0]
    x = as_pixels(images.x_test[[example["image"]]])
    assert texts(page, ".row .head b") == LABELS
    for n, name in enumerate(NAMES[:2]):
        network = DenseNetwork.load(reproduced / paths.network_file(name))
        says, one, used = texts(page, f"#rows .row:nth-child({n + 1}) .big")
        assert says == used == str(network.logits(x)[0].argmax())
        assert one == str(network.compose()[-1](x)[0].argmax())
        differs = page.execute_script(f"return !!document.querySelector('#rows .row:nth-child({n + 1}) .differs')")
        assert differs == (one != says)
    assert (
        page.execute_script("return document.querySelector('[data-answer]').dataset.answer") == texts(page, ".big")[0]
    )
    assert text(page, "#sentence").startswith("The network of")


def test_stroke_is_answered_undone_and_cleared(page: Any) -> None:
    draw_a_one(page)
    answer = texts(page, ".big")[0]
    assert answer in {str(k) for k in range(10)}
    inked = page.execute_script(
        "const c = document.getElementById('seen');"
        "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        "return [c.width, c.height, Array.from(d).filter((v, n) => n % 4 === 0 && v < 128).length]"
    )
    assert inked[:2] == [8, 8]
    assert 5 <= inked[2] <= 24, "a bar as high as the image, one or two pixels wide"
    click(page, "#clear")
    assert texts(page, ".big")[0] == ""
    click(page, "#undo")
    assert texts(page, ".big")[0] == answer, "Clear is not final"


def test_space_then_mouse_draws_lines(page: Any) -> None:
    """Ink by keyboard ends where the mouse begins."""
    from selenium.webdriver.common.by import By

    board = page.find_element(By.ID, "board")
    board.send_keys(" ")
    draw_a_one(page)
    strokes = page.execute_script("return location.hash").split("d=")[1].split("&")[0].split(".")
    assert max(map(len, strokes)) > 4, "a line, not dots"


def test_test_image_is_on_the_board_and_can_be_drawn_on(page: Any) -> None:
    click(page, "#thumbnails button:nth-child(3)")
    assert page.execute_script("return document.querySelector('#thumbnails button:nth-child(3)').ariaPressed") == "true"
    dark = (
        "const c = document.getElementById('board');"
        "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        "return Array.from(d).filter((v, n) => n % 4 === 0 && v < 128).length"
    )
    before = page.execute_script(dark)
    assert before > 1_000, "the image is painted on the board"
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By

    board = page.find_element(By.ID, "board")
    chain = ActionChains(page, duration=20).move_to_element_with_offset(board, -100, -100).click_and_hold()
    chain.move_by_offset(60, 0).release().perform()
    settle(page)
    assert page.execute_script(dark) > before, "a stroke adds to it"
    assert "t=" in page.execute_script("return location.hash")
    assert "d=" in page.execute_script("return location.hash")
    click(page, "#undo")
    assert page.execute_script(dark) == before


def test_thumbnails_have_every_class_that_is_ever_right(page: Any, reproduced: Path, images: ImageSet) -> None:
    network = DenseNetwork.load(reproduced / paths.network_file("all"))
    right = network.logits(as_pixels(images.x_test)).argmax(axis=1) == images.y_test
    labels = set(data_of(page)["strip"]["labels"][:16])
    assert labels == set(images.y_test[right].tolist()), "also of a class that the pictures never answer"


def test_moments_show_what_the_pictures_said(page: Any, reproduced: Path) -> None:
    moments = load_rows(reproduced / paths.truth_file("all"), SnapshotMeasures)
    heads = texts(page, "#chips thead th")
    assert heads == ["steps", *(f"{moment.updates:,}" for moment in moments)]
    cells = texts(page, "#chips tbody tr:last-child td")
    assert len(cells) == len(moments)
    assert set(cells) <= {str(k) for k in range(10)}
    assert cells[-1] == texts(page, "#rows .row:nth-child(2) .big")[1], "the last moment is the picture's answer"
    click(page, "#chips tbody tr:last-child td:nth-child(3) button")
    assert texts(page, "#rows .row:nth-child(2) .big")[1] == cells[1], "the picture above becomes that of then"
    assert f"m={moments[1].updates}" in page.execute_script("return location.hash")
    assert f"after {moments[1].updates} steps" in text(page, "#when")
    click(page, "#try button")
    assert text(page, "#when") == "its weights multiplied; shown, the strongest of 10", "an example begins at the end"


def test_moment_after_a_short_training_shows_its_end(page: Any, reproduced: Path) -> None:
    """A moment of the longer training: the shorter one has been over for long, and shows its last picture."""
    ends = [load_rows(reproduced / paths.truth_file(name), SnapshotMeasures)[-1].updates for name in NAMES[:2]]
    at_the_end = texts(page, "#rows .row:first-child .big")
    heads = [int(head.replace(",", "")) for head in texts(page, "#chips thead th")[1:]]
    place = next(n for n, updates in enumerate(heads) if ends[0] < updates < ends[1])
    click(page, f"#chips tbody tr:last-child td:nth-child({place + 2}) button")
    assert texts(page, "#rows .row:first-child .big") == at_the_end
    pressed = (
        "return Array.from(document.querySelectorAll('#chips tr:first-child [aria-pressed=true]'), b => b.textContent)"
    )
    assert page.execute_script(pressed) == [at_the_end[1]]


def test_film_keeps_its_end_across_networks(page: Any) -> None:
    """A row is taken away and comes back: the end is still the end."""
    before = texts(page, "#chips tbody tr:last-child td")
    click(page, "#rows .row:nth-child(2) .remove")
    assert texts(page, ".row .head b") == LABELS[:1]
    page.execute_script(
        "const s = document.getElementById('add'); s.value = 'all'; s.dispatchEvent(new Event('change'))"
    )
    settle(page)
    assert texts(page, "#chips tbody tr:last-child td") == before


def test_address_opens_the_same_state(page: Any) -> None:
    draw_a_one(page)
    click(page, "#chips tbody tr:last-child td:nth-child(4) button")
    answers, link = texts(page, ".big"), page.execute_script("return location.href")
    page.get("about:blank")
    page.get(link)
    settle(page)
    assert texts(page, ".big") == answers
    assert page.execute_script("return location.href") == link


def test_sums_that_are_printed_add_up(page: Any) -> None:
    page.execute_script("document.getElementById('more-scores').open = true")
    for place in (1, 5, 9):
        click(page, f"#thumbnails button:nth-child({place})")
        numbers = [float(n.replace("−", "-")) for n in re.findall(r"[+−]\d+\.\d", text(page, "#scores .sum"))]
        assert len(numbers) == 4
        assert round(sum(numbers[:3]), 1) == numbers[3]


def test_hidden_units_begin_with_the_one_that_adds_most(page: Any) -> None:
    page.execute_script("document.getElementById('more-units').open = true")
    for place in (1, 5, 9):
        click(page, f"#thumbnails button:nth-child({place})")
        (added,) = re.findall(r"adds ([+−]\d+\.\d)", text(page, "#units figcaption"))
        assert added.startswith("+")


def test_take_away_says_three_shares(page: Any) -> None:
    shares = re.findall(
        r"(\d+ %|never)(?: of the ink is removed)? (?:in the order|in that|at random)", text(page, "#falls")
    )
    assert len(shares) == 3
    assert page.execute_script("return document.querySelectorAll('#curves polyline').length") == 3


def test_drawing_makes_no_elements(page: Any) -> None:
    """What is painted is added once: no node is added while one draws."""
    page.execute_script(
        "window.added = 0;"
        "const count = r => { for (const m of r) for (const n of m.addedNodes) added += n.nodeType === 1; };"
        "new MutationObserver(count).observe(document.body, {childList: true, subtree: true})"
    )
    draw_a_one(page)
    assert page.execute_script("return window.added") == 0


def test_page_makes_no_request(page: Any) -> None:
    draw_a_one(page)
    requested = page.execute_script("return performance.getEntriesByType('resource').map(e => e.name)")
    assert [name for name in requested if not name.startswith("data:")] == []
    assert [entry for entry in page.get_log("browser") if "readback" not in entry["message"]] == [], (
        "tests read canvases"
    )


def test_dropped_network_is_a_row(page: Any, tmp_path: Path, images: ImageSet) -> None:
    """A linear fit behind a layer that passes pixels on: read, judged, and shown as the others are."""
    from selenium.webdriver.common.by import By

    x, targets = as_pixels(images.x_train), np.eye(10)[images.y_train]
    fit = np.linalg.lstsq(np.c_[x, np.ones(len(x))], targets, rcond=None)[0]
    arrays = {"fc1.weight": np.eye(64), "fc1.bias": np.zeros(64), "fc2.weight": fit[:-1].T, "fc2.bias": fit[-1]}
    save_file({n: np.ascontiguousarray(a.astype(np.float32)) for n, a in arrays.items()}, tmp_path / "mine.safetensors")
    page.find_element(By.ID, "file").send_keys(str(tmp_path / "mine.safetensors"))
    for _ in range(20):
        settle(page)
        if "gets" in text(page, "#dropped"):
            break
    assert texts(page, ".row .head b") == [*LABELS, "mine"]
    coarse = np.rint(images.x_test.reshape(len(images.x_test), -1) / 17) / 15  # as the page has them, in 4 bits
    right = ((coarse @ fit[:-1] + fit[-1]).argmax(axis=1) == images.y_test).mean()
    (shown,) = re.findall(r"gets (\d+) % right", text(page, "#dropped"))
    assert abs(float(shown) - 100 * right) <= 1
    assert "64-64-10, read as relu on pixels from 0 to 1" in text(page, "#dropped")
    assert "its one picture gives 100 % of its answers" in text(page, "#dropped"), "nothing is ever off"
    (tmp_path / "broken.npz").write_bytes(b"PK" + bytes(100))
    page.find_element(By.ID, "file").send_keys(str(tmp_path / "broken.npz"))
    settle(page)
    assert text(page, "#dropped").startswith("broken.npz: its zip directory is missing")


def test_page_escapes_names(reproduced: Path, browser: Any, tmp_path: Path) -> None:
    html = (reproduced / "reports/explorer.html").read_text(encoding="utf-8")
    data = json.loads(re.search(r'id="data">(.*?)</script>', html, re.DOTALL)[1])  # type: ignore[index]
    harm = "</script><script>window.harm = 1</script><img src=x onerror='window.harm = 1'>"
    data["classes"] = [harm] * len(data["classes"])
    data["networks"][0]["label"] = harm
    (tmp_path / "page.html").write_text(document.build_page(data), encoding="utf-8")
    open_page(browser, tmp_path / "page.html")
    settle(browser)
    assert browser.execute_script("return [window.harm, document.querySelectorAll('img').length]") == [None, 0]
    assert "<script>window.harm" in text(browser, ".big")
    open_page(browser, reproduced / "reports/explorer.html")
