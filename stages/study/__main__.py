"""Write the study's report, its figures and tables, and the summary that the main report reads."""

from pathlib import Path

import stages.enter  # noqa: F401  # first of all
from stages import console, params
from stages.artifacts import files
from stages.errors import UserError
from stages.study import figures, report, siblings, spread, tables
from stages.study.results import Study

SUMMARY = Path("summary.json")


def main() -> None:
    settings = params.read()
    if not isinstance(settings, params.StudyParams):
        raise UserError("params.yaml has no `study`: run this in the study's folder")
    study = Study.load(settings)
    alike = siblings.of_all(study.recipes, study.labels)
    figures.draw(study, alike)
    tables.save(study, alike)
    files.save_numbers(SUMMARY, spread.summary(study))
    files.save_text(files.REPORT, report.write(study, alike))
    console.say(f"the study's report: {files.REPORT}")


if __name__ == "__main__":
    console.run("study", main)
