"""Draw every figure and write the report."""

from stages import console, params
from stages.artifacts import files
from stages.artifacts.images import Images
from stages.render import figures, report
from stages.render.facts import Cast


def main() -> None:
    settings = params.load()
    files.forget_all_but(settings.networks)
    images = Images.load()
    survey = files.load_arrays(files.SURVEY)
    claims = files.load_numbers(files.CLAIMS)
    cast = Cast.load(settings, len(images.x_train))
    figures.draw(cast, images, survey, claims, settings.render)
    files.save_text(files.REPORT, report.write(cast, images, claims, settings))
    console.say(f"the report: {files.REPORT}")


if __name__ == "__main__":
    console.run("render", main)
