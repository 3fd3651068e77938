"""Stages one after another in this process and a folder of their own: seconds less than by DVC."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ruamel.yaml import YAML

from looking_for.figures import charts


@contextmanager
def folder_of(text: dict[str, Any]) -> Iterator[None]:
    """A working folder that holds a params.yaml and nothing else; charts in it are small."""
    before, arguments, resolution = Path.cwd(), sys.argv, charts.DPI
    charts.DPI = 40  # they are looked at elsewhere
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            with Path("params.yaml").open("w") as file:
                YAML().dump(text, file)
            yield
        finally:
            os.chdir(before)
            sys.argv, charts.DPI = arguments, resolution


def run(stage: str, *words: str) -> None:
    sys.argv = [stage, *words]
    import_module(f"stages.{stage}").main()


def whole_pipeline(names: list[str], challenged: list[str]) -> None:
    run("fetch")
    run("survey")
    for name in names:
        run("train", "--network", name)
        run("compose", "--network", name)
        run("draw", "--network", name)
    for name in challenged:
        run("challenge", "--network", name)
    run("explore")
    run("render")
