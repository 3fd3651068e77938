"""A source on this machine that does what sources do: stalls, ends early, sends a page for a file."""

import gzip
import http.server
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from looking_for.images.sources import load_scikit_digits
from tests.faults.outcome import Case, Outcome, refusal
from tests.faults.workshop import PARAMS
from tests.projects import ROOT

Handler = http.server.BaseHTTPRequestHandler
STAGE = """\
import sys
from looking_for.images import sources
from stages import _cli, fetch
sources.CONNECT_SECONDS = sources.READ_SECONDS = 0.5
sources.SOURCES["mnist"] = {"keras": lambda: sources.from_npz_at(sys.argv[1])}
_cli.run_stage("fetch", fetch.main)
"""


def arrays() -> bytes:
    """Images that can be read and are not MNIST's."""
    from io import BytesIO

    images, file = load_scikit_digits(), BytesIO()
    np.savez(file, x_train=images.x_train, y_train=images.y_train, x_test=images.x_test, y_test=images.y_test)
    return file.getvalue()


def send(requested: Handler, status: int, content: bytes, length: int | None = None, **headers: str) -> None:
    requested.send_response(status)
    for name, value in headers.items():
        requested.send_header(name.replace("_", "-"), value)
    requested.send_header("Content-Length", str(len(content) if length is None else length))
    requested.end_headers()
    requested.wfile.write(content)


def stalls(requested: Handler) -> None:
    send(requested, 200, b"PK", length=1_000_000)
    time.sleep(3)


def says_nothing(_: Handler) -> None:
    time.sleep(3)


WAYS: dict[str, Callable[[Handler], None]] = {
    "stalls half way": stalls,
    "never answers": says_nothing,
    "ends early": lambda requested: send(requested, 200, arrays()[:5_000], length=len(arrays())),
    "half of it, as if whole": lambda requested: send(requested, 200, arrays()[:5_000]),
    "other images": lambda requested: send(requested, 200, arrays()),
    "a page with status 200": lambda requested: send(requested, 200, b"<html>Sign in</html>", Content_Type="text/html"),
    "packed though nobody asked": lambda requested: send(requested, 200, gzip.compress(arrays())),
    "nothing": lambda requested: send(requested, 200, b""),
    "not found": lambda requested: send(requested, 404, b"no"),
    "forbidden": lambda requested: send(requested, 403, b"no"),
    "out of order": lambda requested: send(requested, 500, b"no"),
    "leads in a circle": lambda requested: send(requested, 302, b"", Location=requested.path),
    "leads to another scheme": lambda requested: send(requested, 302, b"", Location="file:///etc/passwd"),
}  # fmt: skip


def cases() -> Iterator[Case]:
    for which in WAYS:
        yield Case("fault", "a download that goes wrong", which, partial(from_source, which))


def from_source(which: str, folder: Path) -> Outcome:
    """One line says why, and no images are written."""

    class Source(Handler):
        def do_GET(self) -> None:
            WAYS[which](self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    params = PARAMS.replace("dataset: digits", "dataset: mnist").replace("source: auto", "source: keras")
    (folder / "params.yaml").write_text(params, encoding="utf-8")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Source) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/mnist.npz"
        done = subprocess.run([sys.executable, "-c", STAGE, address], cwd=folder, env={"PYTHONPATH": str(ROOT)},
                              capture_output=True, text=True, check=False)  # fmt: skip
        server.shutdown()
    return Outcome.WRONG if (folder / "data").exists() else refusal(done)
