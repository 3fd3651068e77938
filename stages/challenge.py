"""Put one network's fitted pictures to the test: other starts, labels instead of logits, another loss."""

from looking_for.clusters.survey import Survey
from looking_for.core import paths
from looking_for.core.imageset import ImageSet
from looking_for.core.text import format_decimal, format_percent
from looking_for.networks.stored import load_stored_network
from looking_for.surrogates.ablations import run_ablations, save_ablations
from looking_for.surrogates.pictures import Pictures
from stages import _cli
from stages.params import read_params
from stages.params.fitting import Fit
from stages.params.training import parse_networks, require_network


def main() -> None:
    name = _cli.parse_network("challenge", __doc__, "a name under challenge: in params.yaml")
    params = read_params()
    require_network(name, *parse_networks(params))
    rows = run_ablations(
        load_stored_network(paths.network_file(name)),
        Pictures.load(paths.pictures_file(name)),
        ImageSet.load(),
        Survey.load(),
        Fit.model_validate(params["fit"]).settings(),
    )
    save_ablations(paths.challenge_file(name), rows)
    for row in rows:
        _cli.say(
            f"{name}, {row.name}: explains {format_decimal(row.explained.value)}, "
            f"agrees on {format_percent(row.agreement.value)}"
        )


if __name__ == "__main__":
    _cli.run_stage("challenge", main)
