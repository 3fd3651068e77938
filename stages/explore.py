"""Make the page on which one draws and sees what each network looks for in the drawing."""

from pathlib import Path

import stages._venv  # noqa: F401  # first of all
from looking_for.core import files
from looking_for.explorer import document, payload
from looking_for.networks.dense import Network, Snapshots
from looking_for.results.run import Run
from stages import _cli, params

EXPLORER = Path("reports/explorer.html")


def main() -> None:
    settings = params.load()
    run = Run.load(settings, settings.names)
    dense = [n.name for n in run.networks if n.architecture.is_dense]
    networks = {name: Network.load(files.network_file(name)) for name in dense}
    snapshots = {
        name: Snapshots.load(files.snapshots_file(name)) for name in dense if name in settings.networks
    }
    text = document.html(payload.page(run, networks, snapshots))
    files.save_text(EXPLORER, text)
    _cli.say(f"the explorer: {EXPLORER} ({len(text.encode()) / 1e6:.1f} MB)")


if __name__ == "__main__":
    _cli.run("explore", main)
