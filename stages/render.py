"""Draw the figures that compare networks or show the data, and write the report."""

from looking_for.core import paths
from looking_for.core.files import save_text
from looking_for.core.paths import OVERVIEW
from looking_for.figures import charts
from looking_for.figures.architecture import draw_architecture
from looking_for.figures.charts import save_chart
from looking_for.figures.comparisons import draw_controls, draw_ink, draw_looks, draw_samples
from looking_for.figures.examples import draw_examples
from looking_for.figures.forms import draw_forms
from looking_for.figures.hero import draw_hero
from looking_for.figures.ladder import draw_ladder
from looking_for.figures.legible import with_legible_names
from looking_for.figures.picture_count import draw_picture_count
from looking_for.figures.regions import draw_regions
from looking_for.figures.training_course import draw_all_networks, draw_course
from looking_for.figures.vote import draw_vote
from looking_for.figures.walk import draw_walk, networks_walked
from looking_for.report.details import write_details
from looking_for.report.penalised_claims import penalised_trainings
from looking_for.report.story import write_story
from looking_for.results.choices import networks_along
from looking_for.results.run import RunResults
from stages import _cli
from stages._prune import prune_stale_outputs
from stages.params.settings import load_params, run_settings


def main() -> None:
    params = load_params()
    settings = run_settings(params)
    prune_stale_outputs(settings.names, settings.challenged, params.inputs)
    run = RunResults.load(settings, settings.names)
    if run.missing:
        _cli.say(f"params.yaml: render.story names what is not a network: {', '.join(run.missing)}; left out")
    drawn = with_legible_names(run)
    if unseen := [name for name, seen in zip(run.classes, drawn.classes, strict=True) if name != seen]:
        _cli.say(f"the figures call {', '.join(unseen)} by their numbers: the font lacks letters of these names")
    charts.use_default_style()
    draw_data(drawn)
    draw_comparisons(drawn)
    penalised = penalised_trainings(run)
    save_text(paths.REPORT, write_story(run, penalised))
    save_text(paths.DETAILS, write_details(run, penalised))
    _cli.say(f"the report: {paths.REPORT}")


def draw_data(run: RunResults) -> None:
    """Draw each different architecture, and what is seen in the images."""
    for file, network in {n.architecture_file: n for n in reversed(run.networks)}.items():
        if file:
            save_chart(draw_architecture(network, run.images.shape, run.classes), OVERVIEW / file)
    draw_samples(run.images, run.settings.samples_per_class).save(OVERVIEW / "samples.png")
    if run.has_blank_pixels:
        draw_ink(run).save(OVERVIEW / "ink.png")
    if run.is_article_data:
        save_chart(draw_regions(run.region_counts, (run.images.shape[0], run.images.shape[1])), OVERVIEW / "claims.png")


def draw_comparisons(run: RunResults) -> None:
    """Draw the figures that compare; where there is nothing to compare there is no such figure."""
    if networks_along(run):
        draw_hero(run).save(OVERVIEW / "hero.png")
    if any(n.widths for n in networks_walked(run)):
        draw_walk(run).save(OVERVIEW / "walk.png")
    draw_looks(run).save(OVERVIEW / "looks.png")
    draw_forms(run).save(OVERVIEW / "forms.png")
    if any(n.truth for n in run.compared):
        save_chart(draw_course(run), OVERVIEW / "course.png")
    if any(n.truth for n in run.networks):
        save_chart(draw_all_networks(run), OVERVIEW / "along.png")
    if run.with_ladder:
        save_chart(draw_ladder(run), OVERVIEW / "ladder.png")
        save_chart(draw_picture_count(run), OVERVIEW / "fewest.png")
    if run.featured:
        draw_vote(run.featured, run).save(OVERVIEW / "vote.png")
        draw_examples(run.featured, run).save(OVERVIEW / "examples.png")
    if run.controls:
        draw_controls(run).save(OVERVIEW / "controls.png")


if __name__ == "__main__":
    _cli.run_stage("render", main)
