"""The page of the digits in a browser, for all tests of it."""

from pathlib import Path
from typing import Any

import pytest

from tests.explorer.browsing import open_page, settle


@pytest.fixture
def page(reproduced: Path, browser: Any) -> Any:
    """The page as it opens from disk."""
    browser.execute_cdp_cmd("Network.enable", {})
    browser.get("about:blank")
    open_page(browser, reproduced / "reports/explorer.html")
    settle(browser)
    return browser
