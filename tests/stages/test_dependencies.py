"""Every stage depends on all that it imports, and on nothing that it does not: dvc.yaml against the imports."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.projects import ROOT

# What every module of a package runs through, and holds nothing that a stage's outputs come from.
INFRASTRUCTURE = {"stages/__init__.py", "stages/_cli.py", "stages/_venv.py", "looking_for/__init__.py"}
CODE = ("stages/", "looking_for/", "looking_for")
TRAINED = ("train", "adopt", "compose", "compose-model", "train-variant", "compose-variant")


def stages_of(file: str) -> dict[str, dict[str, Any]]:
    """Give the definitions of a dvc.yaml by name, those of `foreach` without it."""
    text = YAML(typ="safe").load((ROOT / file).read_text(encoding="utf-8"))
    return {name: stage.get("do", stage) for name, stage in text["stages"].items()}


def code_of(stage: dict[str, Any]) -> list[str]:
    """Give the dependencies of a stage that are code, from the project's folder on."""
    return [dep for name in stage["deps"] if (dep := re.sub(r"^(\.\./)+", "", name)).startswith(CODE)]


def file_of(module: str) -> Path | None:
    path = ROOT / module.replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


@cache
def imports(file: Path) -> list[str]:
    """Give the project's modules that a file imports when it runs, not those for type checkers alone."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return [name for name in run_time_imports(tree) if name.split(".")[0] in ("stages", "looking_for")]


def run_time_imports(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.ImportFrom) and node.module:
        yield from (node.module, *(f"{node.module}.{name.name}" for name in node.names))
    elif isinstance(node, ast.Import):
        yield from (name.name for name in node.names)
    for child in ast.iter_child_nodes(node):
        yield from run_time_imports(child)


def closure(module: str) -> set[str]:
    """Give every file that runs when a module is imported, infrastructure apart."""
    seen: set[Path] = set()
    waiting = [module]
    while waiting:
        file = file_of(waiting.pop())
        if file and file not in seen:
            seen.add(file)
            waiting += imports(file)
    return {path for file in seen if not is_infrastructure(path := file.relative_to(ROOT).as_posix())}


def is_infrastructure(path: str) -> bool:
    empty = path.endswith("__init__.py") and not imports(ROOT / path) and "stages/params" not in path
    return path in INFRASTRUCTURE or empty


def is_in(path: str, dependency: str) -> bool:
    return path == dependency or path.startswith(f"{dependency}/")


def missing(files: Iterable[str], dependencies: list[str]) -> list[str]:
    return sorted(file for file in files if not any(is_in(file, dep) for dep in dependencies))


def unused(files: Iterable[str], dependencies: list[str]) -> list[str]:
    return [dep for dep in dependencies if not any(is_in(file, dep) for file in files)]


def needs(file: str, name: str) -> set[str]:
    """Give the files that a stage's outputs come from: its imports, and in the study the rules of the networks."""
    module = PIPELINES[file, name]["cmd"].split("python -m ")[1].split()[0]
    rules = {"stages/params/study.py"} if file.startswith("study/") and module == "stages.train" else set()
    return closure(module) | rules


FILES = ("dvc.yaml", "study/dvc.yaml", "study/fashion-mnist/dvc.yaml")
PIPELINES = {(file, name): stage for file in FILES for name, stage in stages_of(file).items()}


@pytest.mark.parametrize(("file", "name"), PIPELINES)
def test_dependencies_are_the_imports(file: str, name: str) -> None:
    stage = PIPELINES[file, name]
    files, dependencies = needs(file, name), code_of(stage)
    assert missing(files, dependencies) == []
    assert unused(files, dependencies) == []
    assert len(stage["deps"]) <= 12


@pytest.mark.parametrize(("file", "name"), PIPELINES)
def test_each_missing_dependency_is_noticed(file: str, name: str) -> None:
    stage = PIPELINES[file, name]
    files, dependencies = needs(file, name), code_of(stage)
    for dep in dependencies:
        assert missing(files, [other for other in dependencies if other != dep])
    assert unused(files, [*dependencies, "looking_for/nothing"]) == ["looking_for/nothing"]


@pytest.mark.parametrize(("file", "name"), [key for key in PIPELINES if key[1] in TRAINED])
def test_networks_do_not_depend_on_the_report(file: str, name: str) -> None:
    late = ("looking_for/report", "looking_for/figures", "looking_for/explorer", "stages/params/reporting.py")
    assert [dep for dep in code_of(PIPELINES[file, name]) if any(is_in(path, dep) for path in late)] == []
