"""Write the study's report, its figures and tables, and the summary that the main report reads."""

from pathlib import Path

import stages._venv  # noqa: F401  # first of all
from looking_for.core import files
from looking_for.core.errors import UserError
from looking_for.figures import study as study_figures
from looking_for.report import study_report, study_tables
from looking_for.results import siblings, study_spread
from looking_for.results.study import Study
from stages import _cli, params

SUMMARY = Path("summary.json")


def main() -> None:
    settings = params.read()
    if not isinstance(settings, params.StudyParams):
        raise UserError("params.yaml has no `study`: run this in the study's folder")
    study = Study.load(settings)
    alike = siblings.of_all(study.recipes, study.labels)
    study_figures.draw(study, alike)
    study_tables.save(study, alike)
    files.save_numbers(SUMMARY, study_spread.summary(study))
    files.save_text(files.REPORT, study_report.write(study, alike))
    _cli.say(f"the study's report: {files.REPORT}")


if __name__ == "__main__":
    _cli.run("study", main)
