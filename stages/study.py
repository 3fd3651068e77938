"""Write the study's report, its figures and tables, and the summary that the main report reads."""

import os
from pathlib import Path

from looking_for.clusters.survey import Survey
from looking_for.core import paths
from looking_for.core.files import save_json, save_text
from looking_for.core.imageset import ImageSet
from looking_for.figures import charts
from looking_for.figures.frontier import draw_frontier
from looking_for.figures.study import FOLDER, draw_study
from looking_for.report.study import save_study_tables, write_study
from looking_for.results.kept import check_pictures
from looking_for.results.likeness import compare_recipes
from looking_for.results.seed_summary import compare_seeds, list_recipes, load_beside, summarise_seeds
from looking_for.results.study import StudyResults
from looking_for.results.verdicts import NEARLY
from stages import _cli
from stages.params.settings import load_study, study_settings

SUMMARY = Path("summary.json")  # in the study's folder


def main() -> None:
    study = StudyResults.load(study_settings(load_study()))
    images = ImageSet.load()
    replicates = compare_seeds(study.recipes, study.labels)
    checks, likeness = check_pictures(study, images, Survey.load()), compare_recipes(study, images.x_test)
    charts.use_default_style()
    summary = summarise_seeds(study, NEARLY, {name: [c.parts for c in of] for name, of in checks.items()})
    draw_study(study, replicates)
    if study.penalised:
        beside = {other["of"]["data"]["dataset"]: other for other in load_beside(study).values()}
        this = {study.settings.dataset: summary | {"recipes": list_recipes(study)}}
        draw_frontier(this | beside, FOLDER / "frontier.png")
    save_study_tables(study, replicates, likeness)
    save_json(SUMMARY, summary)
    root = Path(os.path.relpath(Path(__file__).resolve().parents[1], paths.REPORT.parent.resolve())).as_posix()
    save_text(paths.REPORT, write_study(study, replicates, checks, likeness, root))
    _cli.say(f"the study's report: {paths.REPORT}")


if __name__ == "__main__":
    _cli.run_stage("study", main)
