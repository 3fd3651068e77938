"""Make the page on which one draws and sees what each network looks for in the drawing."""

from pathlib import Path

import stages.enter  # noqa: F401  # first of all
from stages import console, params
from stages.artifacts import files
from stages.artifacts.network import Network, Snapshots
from stages.explore import document, payload
from stages.facts import Run

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
    console.say(f"the explorer: {EXPLORER} ({len(text.encode()) / 1e6:.1f} MB)")


if __name__ == "__main__":
    console.run("explore", main)
