"""Images with nothing to see in them, networks with nothing in them, names that are not only names."""

import re
import warnings
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from markdown_it import MarkdownIt

from looking_for.core.npz import save_arrays
from looking_for.report.story import N_CLASSES_NAMED
from tests.conftest import slow_except
from tests.pipeline.in_process import folder_of, whole_pipeline
from tests.projects import merge_params

pytestmark = pytest.mark.xdist_group("strange")  # one process: two tests read one report
PARAMS = merge_params(
    data={"dataset": "path", "path": "mine.npz"},
    survey={"clusters": [1, 2]},
    train={"batch_size": 8, "snapshots": 3},
    networks={"few": {"samples": 20, "hidden": [4, 3], "epochs": 2}},
    fit={"pictures": [1, 2], "updates": 10},
    challenge=["few"],
    render={"samples_per_class": 2, "clusters_shown": 2, "story": []},
)
ATTACKS = ["<img src=x onerror=alert(1)>", "a|b", "$^$ $x", "`c` [d](javascript:alert(1))", "</script><b>e*f*"]
# one pixel of ink, whatever the class; one grey per class beside a black column; a single pixel that varies
STRANGE = {
    "nearly black": lambda n, _: np.eye(30)[np.arange(n) % 4].reshape(n, 6, 5),
    "one grey per class": lambda n, y: np.full((n, 6, 5), y[:, None, None] * 60) * (np.arange(5) < 4),
    "one pixel": lambda _, y: np.pad((y[:, None, None] * 60), ((0, 0), (0, 5), (0, 4))),
}


def images(make: Any, classes: list[str]) -> dict[str, np.ndarray]:
    result: dict[str, np.ndarray] = {}
    for part, n in (("train", 40), ("test", 20)):
        labels = np.arange(n) % len(classes)
        result |= {f"x_{part}": np.asarray(make(n, labels), np.uint8), f"y_{part}": labels.astype(np.uint8)}
    return result | {"classes": np.array(classes)}


def report(params: dict[str, Any], arrays: dict[str, np.ndarray]) -> str:
    """The pages of a whole run in which nothing warns."""
    with folder_of(params), warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        save_arrays(Path("mine.npz"), arrays)
        whole_pipeline(list(params["networks"]), params["challenge"])
        pages = (Path("reports") / page for page in ("README.md", "details.md", "explorer.html"))
        return "".join(page.read_text(encoding="utf-8") for page in pages)


@cache
def strange_report(kind: str) -> str:
    return report(PARAMS, images(STRANGE[kind], ["a", "b", "c", "d"]))


@pytest.mark.parametrize("kind", slow_except(["nearly black"], STRANGE))
def test_pipeline_on_images_without_content(kind: str) -> None:
    assert "# " in strange_report(kind)


def test_pipeline_reports_chance() -> None:
    text = strange_report("nearly black")
    (share,) = re.findall(
        r"\*\*No better than chance:\*\* .* \((.*)\) of the test images right, where (.*)\. Pictures", text
    )
    assert share == ("25.0\N{NO-BREAK SPACE}%", "always answering one class gets 25.0\N{NO-BREAK SPACE}%")


@pytest.mark.long
@pytest.mark.parametrize("recipe", [{"initial_scale": 1e-6}, {"initial_scale": 100.0, "activation": "tanh"}], ids=str)
def test_pipeline_on_dead_networks(recipe: dict[str, Any]) -> None:
    networks = {"few": {"samples": 20, "hidden": [4, 3], "epochs": 0} | recipe}
    assert "# " in report(PARAMS | {"networks": networks}, images(STRANGE["one grey per class"], ["a", "b"]))


def test_pipeline_escapes_class_names() -> None:
    text = report(PARAMS, images(STRANGE["one grey per class"], ATTACKS))
    words, page = text[: text.index("<!")], text[text.index("<!") :]
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(words)
    assert not re.findall(r"<(script|img src=x|b)\b|href=.javascript", html)
    for name in ATTACKS[:N_CLASSES_NAMED]:
        assert escape(name) in html
    assert "<img src=x" not in page
    assert page.count("</script>") == page.count("<script")


def test_validate_images_rejects_unprintable_names() -> None:
    from looking_for.core.errors import UserError

    with pytest.raises(UserError, match=r"the class name 'a\\u202eb' has characters that cannot be shown"):
        report(PARAMS, images(STRANGE["nearly black"], ["a\u202eb", "c"]))
