"""Draw every figure and write the report."""

from stages import artifacts, console, params
from stages.artifacts import Images
from stages.render import figures, report
from stages.render.facts import Cast


def main() -> None:
    settings = params.load()
    artifacts.forget_all_but(settings.networks)
    images = Images.load()
    survey = artifacts.load_arrays(artifacts.SURVEY)
    claims = artifacts.load_numbers(artifacts.CLAIMS)
    cast = Cast.load(settings, len(images.x_train))
    figures.draw(cast, images, survey, claims, settings.render)
    artifacts.save_text(artifacts.REPORT, report.write(cast, images, claims, settings))
    console.say(f"the report: {artifacts.REPORT}")


if __name__ == "__main__":
    console.run("render", main)
