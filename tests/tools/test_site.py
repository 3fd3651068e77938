"""The site opens from disk and from a server, whole, and asks no other host for anything."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from looking_for.core.errors import UserError
from tests.projects import ROOT
from tools.site import pages

PAGES = ("index.html", "reports/index.html", "reports/details.html", "study/reports/index.html",
         "docs/mathematics.html", "docs/pipeline.html", "reports/figures/all/index.html")  # fmt: skip
SIZES = {"desktop": (1280, 900, False), "phone": (390, 844, False), "dark": (1280, 900, True)}
BROKEN = """
const missing = [...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.src);
const wide = document.documentElement.scrollWidth > window.innerWidth;
const links = [...document.links].map(a => a.href);
return [missing, wide, links, performance.getEntriesByType("resource").map(r => r.name)];
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the committed report, with a page in the explorer's place where there is none."""
    if find_spec("mkdocs") is None:
        pytest.skip("MkDocs is not installed (make .venv/requirements-test.txt)")
    folder = tmp_path_factory.mktemp("site") / "project"
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in listed.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    (folder / "reports/explorer.html").write_text("<!doctype html><title>Explorer</title>", encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A", "-f"], cwd=folder, check=True)
    done = subprocess.run([sys.executable, "-m", "tools.site"], check=False, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "build/site"


@pytest.fixture(scope="module")
def server(site: Path) -> Iterator[str]:
    """The address of a local server of the site."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("page", PAGES)
def test_site_pages_are_whole_from_disk(site: Path, browser: Any, page: str, size: str) -> None:
    width, height, is_dark = SIZES[size]
    features = [{"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": size == "phone"}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.get((site / page).as_uri())
    missing, is_too_wide, links, resources = browser.execute_script(BROKEN)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert missing == []
    assert not is_too_wide
    assert all(resource.startswith("file:") for resource in resources)
    here = [urlsplit(link) for link in links if link.startswith("file:")]
    assert [link.path for link in here if not Path(unquote(link.path)).is_file()] == []


def test_site_opens_from_a_server(server: str, browser: Any) -> None:
    browser.get(f"{server}/reports/index.html")
    missing, _, _, resources = browser.execute_script(BROKEN)
    assert missing == []
    assert all(resource.startswith(server) for resource in resources)
    assert "handwritten digit" in browser.title or "handwritten digit" in browser.page_source


@pytest.mark.parametrize("page", ["index.html", "reports/index.html"])
def test_site_has_no_serious_accessibility_findings(site: Path, browser: Any, page: str) -> None:
    from axe_core_python.selenium import Axe

    browser.get((site / page).as_uri())
    findings = Axe().run(browser)["violations"]
    serious = [(f["id"], f["nodes"][0]["html"]) for f in findings if f["impact"] in ("serious", "critical")]
    assert serious == []


def test_site_has_no_dates(site: Path) -> None:
    assert not list(site.glob("sitemap*"))
    assert (site / "reports/explorer.html").exists()
    assert (site / "params.yaml.html").read_text(encoding="utf-8").count("keep_picture") > 1, "code is a page, too"


def test_resolve_link_rejects_what_leads_nowhere() -> None:
    assert pages.resolve_link(Path("docs/study.md"), "https://example.org/x") is None
    assert pages.resolve_link(Path("docs/study.md"), "#heading") is None
    assert pages.resolve_link(Path("docs/study.md"), "../README.md#two") == Path("README.md")
    with pytest.raises(UserError, match="leads nowhere"):
        pages.resolve_link(Path("docs/study.md"), "../gone.md")
