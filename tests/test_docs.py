"""The pages say what is: links lead somewhere, and the drawn graph is that of dvc.yaml."""

import re
from itertools import product
from pathlib import Path

import networkx as nx
import pytest
from ruamel.yaml import YAML

from tests.projects import ROOT

PAGES = [Path(page) for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
PAGES += [Path(page) for page in ("reports/README.md", "reports/details.md")]
PAGES += [Path(folder) / "reports/README.md" for folder in ("study", "study/fashion-mnist")]
PAGES += sorted(page.relative_to(ROOT) for page in (ROOT / "docs").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith("http"):
            continue
        path, _, heading = link.partition("#")
        target = ROOT / page.parent / path if path else ROOT / page
        assert target.exists(), link
        if heading:
            titles = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert heading in {re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles}, link


def graph_of_stages() -> "nx.DiGraph[str]":
    """Which stage reads what another writes; foreach stages as one, of models as of networks."""
    stages = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]
    parts = {name: stage.get("do", stage) for name, stage in stages.items()}

    def written(part: dict[str, list[object]]) -> set[str]:
        entries = [e for key in ("outs", "metrics", "plots") for e in part.get(key, [])]
        return {next(iter(e)) if isinstance(e, dict) else str(e) for e in entries}

    graph: nx.DiGraph[str] = nx.DiGraph()
    named = [(name.removesuffix("-model"), part) for name, part in parts.items()]
    for (writer, one), (reader, other) in product(named, named):
        places = {path.partition("${")[0].rstrip("/") for path in written(one)}
        needs = {str(path).partition("${")[0].rstrip("/") for path in other["deps"]}
        if writer != reader and places & needs:
            graph.add_edge(writer, reader)
    return graph


def test_documented_graph_is_dvc_yaml() -> None:
    drawn = re.findall(r"^  (\w+)(?:\[.*?\])? --> (\w+)", (ROOT / "docs/pipeline.md").read_text(), re.MULTILINE)
    assert set(drawn) == set(nx.transitive_reduction(graph_of_stages()).edges)
