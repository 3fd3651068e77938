"""What each trick of `stages.backend` is worth: whole processes that import TensorFlow."""

import subprocess
import sys
from functools import partial

from tools.bench import timing

ROUNDS = 5
LIBRARIES = "import keras, tensorflow"
ABSENT = "import sys; sys.modules |= dict.fromkeys(('sklearn', 'matplotlib', 'pandas', 'IPython'))"
NO_GARBAGE = "import gc; gc.disable()"

COMMANDS = {
    "ours": "import stages.backend",
    "plain": LIBRARIES,
    "garbage collected": f"{ABSENT}; {LIBRARIES}",
    "unused modules imported": f"{NO_GARBAGE}; {LIBRARIES}",
}


def measure() -> dict[str, list[float]]:
    """Seconds of each, round by round."""
    return timing.interleaved({name: partial(run, code) for name, code in COMMANDS.items()}, ROUNDS)


def run(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, stderr=subprocess.DEVNULL)
