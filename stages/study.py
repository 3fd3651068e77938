"""Write the study's report, its figures and tables, and the summary that the main report reads."""

from pathlib import Path

from looking_for.core import paths
from looking_for.core.files import save_json, save_text
from looking_for.figures import charts
from looking_for.figures.study import draw_study
from looking_for.report.study import save_study_tables, write_study
from looking_for.results.study import StudyResults, compare_seeds, summarise_seeds
from stages import _cli
from stages.params.settings import load_study, study_settings

SUMMARY = Path("summary.json")  # in the study's folder


def main() -> None:
    study = StudyResults.load(study_settings(load_study()))
    replicates = compare_seeds(study.recipes, study.labels)
    charts.use_default_style()
    draw_study(study, replicates)
    save_study_tables(study, replicates)
    save_json(SUMMARY, summarise_seeds(study))
    save_text(paths.REPORT, write_study(study, replicates))
    _cli.say(f"the study's report: {paths.REPORT}")


if __name__ == "__main__":
    _cli.run_stage("study", main)
