"""Run a command; print its seconds and the most memory that it took, as JSON.

A small program of its own, since a process's peak counts the memory of the one that started it.
"""

import json
import resource
import subprocess
import sys
import time

started = time.perf_counter()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, text=True)
if status.returncode:
    sys.exit(status.stderr)
unit = 1 if sys.platform == "darwin" else 1024
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
print(json.dumps({"seconds": time.perf_counter() - started, "bytes": peak}))
