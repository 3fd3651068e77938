"""Draw the figures that compare networks or show the data, and write the report."""

import stages._venv  # noqa: F401  # first of all
from looking_for.core import files
from looking_for.figures import overview
from looking_for.report import report
from looking_for.results.run import Run
from stages import _cli, params


def main() -> None:
    settings = params.load()
    run = Run.load(settings, settings.names)
    if run.missing:
        _cli.say(f"params.yaml: render.story names what is no network: {', '.join(run.missing)}; left out")
    overview.draw(run)
    files.save_text(files.REPORT, report.write(run))
    _cli.say(f"the report: {files.REPORT}")


if __name__ == "__main__":
    _cli.run("render", main)
