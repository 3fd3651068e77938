"""What tests do on the page: read it, click, draw."""

from pathlib import Path
from typing import Any


def open_page(browser: Any, file: Path) -> None:
    """Open the page from disk, and wait until its modules have begun, which takes long on a busy machine."""
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get(file.as_uri())
    WebDriverWait(browser, 30).until(lambda page: page.execute_script("return 'lookingFor' in window"))


def settle(page: Any) -> None:
    """Wait for the next frame, and for what follows a stroke's end."""
    page.execute_async_script("const done = arguments[0]; setTimeout(() => requestAnimationFrame(() => done()), 260);")


def text(page: Any, selector: str) -> str:
    return str(page.execute_script("return document.querySelector(arguments[0]).textContent", selector))


def texts(page: Any, selector: str) -> list[str]:
    contents: list[str] = page.execute_script(
        "return Array.from(document.querySelectorAll(arguments[0]), e => e.textContent)", selector
    )
    return contents


def click(page: Any, selector: str) -> None:
    page.execute_script("document.querySelector(arguments[0]).click()", selector)
    settle(page)


def draw_a_one(page: Any) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By

    page.execute_script("document.getElementById('clear').click()")
    board = page.find_element(By.ID, "board")
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", board)
    chain = ActionChains(page, duration=20).move_to_element_with_offset(board, 0, -90).click_and_hold()
    for y in (-40, 10, 60, 90):
        chain = chain.move_to_element_with_offset(board, 0, y)
    chain.release().perform()
    settle(page)
