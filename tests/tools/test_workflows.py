"""The code host's workflows are well-formed, pinned, and give no token to a fork's code."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.projects import ROOT


def test_workflows_pass_actionlint() -> None:
    actionlint = Path(sys.executable).with_name("actionlint")
    if not actionlint.exists():
        pytest.skip("actionlint is not installed: its wheels do not fit this platform")
    files = list((ROOT / ".github/workflows").glob("*.yml"))
    linted = subprocess.run([actionlint, *files], check=False, capture_output=True, text=True)
    assert linted.returncode == 0, linted.stdout


def test_actions_are_pinned() -> None:
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        text = path.read_text()
        for used in re.findall(r"uses: (\S+)", text):
            assert re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", used), used
        workflow = YAML(typ="safe").load(text)
        assert workflow["permissions"] in ({}, {"contents": "read"})
        assert "pull_request_target" not in text, "a fork's code must never run with our token"
