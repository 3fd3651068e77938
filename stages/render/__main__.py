"""Draw the figures that compare networks or show the data, and write the report."""

import stages.enter  # noqa: F401  # first of all
from stages import console, params
from stages.artifacts import files
from stages.facts import Run
from stages.render import figures
from stages.render.story import report


def main() -> None:
    settings = params.load()
    run = Run.load(settings, settings.names)
    if run.missing:
        console.say(
            f"params.yaml: render.story names what is no network: {', '.join(run.missing)}; left out"
        )
    figures.draw(run)
    files.save_text(files.REPORT, report.write(run))
    console.say(f"the report: {files.REPORT}")


if __name__ == "__main__":
    console.run("render", main)
