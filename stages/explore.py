"""Make the page on which one draws and sees what each network looks for in the drawing."""

from looking_for.core import paths
from looking_for.core.files import save_text
from looking_for.explorer.document import build_module, build_page
from looking_for.explorer.payload import build_payload
from looking_for.networks.dense_weights import DenseWeights, Snapshots
from looking_for.results.run import RunResults
from stages import _cli
from stages._prune import prune_stale_outputs
from stages.params.settings import load_params, run_settings


def main() -> None:
    params = load_params()
    settings = run_settings(params)
    prune_stale_outputs(settings.names, settings.challenged, params.inputs)
    run = RunResults.load(settings, settings.names)
    dense = [n.name for n in run.networks if n.architecture.is_dense]
    networks = {name: DenseWeights.load(paths.network_file(name)) for name in dense}
    snapshots = {name: Snapshots.load(paths.snapshots_file(name)) for name in dense}
    text = build_page(build_payload(run, networks, snapshots))
    save_text(paths.EXPLORER, text)
    save_text(paths.MODULE, build_module())
    _cli.say(f"the explorer: {paths.EXPLORER} ({len(text.encode()) / 1e6:.1f} MB)")


if __name__ == "__main__":
    _cli.run_stage("explore", main)
