"""Run the page's pure modules in Node, as they are."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from looking_for.explorer.document import build_module

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(
    NODE is None, reason="Node is not installed: the modules run in the browser's tests alone"
)


def run_module(folder: Path, script: str, given: Any = None) -> Any:
    """Run a script with the module as `lf` and JSON as `given`; give what it returns."""
    (folder / "looking-for.mjs").write_text(build_module(), encoding="utf-8")
    (folder / "given.json").write_text(json.dumps(given, default=lambda a: np.asarray(a).tolist()), encoding="utf-8")
    (folder / "run.mjs").write_text(
        "import * as lf from './looking-for.mjs'; import { readFileSync } from 'node:fs';\n"
        f"const given = JSON.parse(readFileSync({json.dumps(str(folder / 'given.json'))}, 'utf-8'));\n"
        f"const result = await (async () => {{ {script} }})();\n"
        "process.stdout.write(JSON.stringify(result ?? null, (_, v) => (ArrayBuffer.isView(v) ? Array.from(v) : v)));",
        encoding="utf-8",
    )
    assert NODE
    done = subprocess.run([NODE, folder / "run.mjs"], check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)
