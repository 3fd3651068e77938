"""Run the whole benchmark, print its table, write build/bench.json."""

import json
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import stages._venv  # noqa: F401  # first of all
from looking_for.core import files
from looking_for.core.imageset import Images
from looking_for.networks.dense import Network
from stages import _cli
from tools import machine
from tools.bench import contenders, growth, imports, pipeline, timing

OUTPUT = Path("build/bench.json")
EPOCHS = 7

# Each ratio: what it divides, and the most it may be to be called good.
GOALS = {
    "epoch_over_floor": 1.5,
    "epoch_over_keras_fit": 0.35,
    "epoch_over_keras_fit_xla": 1.0,
    "epoch_over_pytorch": 0.9,
    "epoch_over_sklearn": 1.0,
    "sheet_over_axes": 0.15,
    "compose_over_article_way": 1.0,
    "repro_over_article_way": 0.95,
    "ladder_over_epoch": 6.0,
    "fitted_over_epoch": 4.0,
    "along_over_epoch": 8.0,
    "edit_few_over_article_way": 0.25,
    "edit_at_40_over_edit_at_8": 1.3,
    "edit_at_40_over_edit_at_8_with_dvc": 1.5,
    "noop_over_empty_pipeline": 1.5,
    "start_over_plain_import": 0.7,
    "start_over_garbage_collected": 1.0,
    "start_over_unused_modules_imported": 1.0,
    "small_network_over_keras_fit": 1.1,
    "samples_growth_over_linear": 1.0,
    "widths_growth_over_linear": 1.0,
    "widths_growth_over_products": 1.0,
}
SMALL = ("noop", "empty_pipeline", "train_few", "keras_fit_few")


def main() -> None:
    images, network = Images.load(), Network.load(files.network_file("all"))
    print(f"one epoch, {EPOCHS} rounds of everyone in turn", flush=True)
    epochs, accuracies = contenders.race(EPOCHS)
    print("drawing 512 units and composing, the article's way and ours", flush=True)
    found: dict[str, Any] = {"epochs": epochs, "accuracies": accuracies, "drawing": growth.drawing(network)}
    print("growth", flush=True)
    found["growth"] = {
        "samples": growth.samples(images),
        "widths": growth.widths(images, contenders.ours),
        "widths, bare products": growth.widths(images, contenders.floor),
        "units on a sheet": growth.units(),
        "images probed": growth.images_probed(network, images),
    }
    print("TensorFlow's start", flush=True)
    found["imports"] = imports.measure()
    print("the truth", flush=True)
    found["truth"] = growth.truth(network, images)
    print("whole runs", flush=True)
    with TemporaryDirectory() as folder:
        found["pipeline"] = pipeline.measure(Path(folder))
    found = {"machine": machine.facts(), **found, "ratios": ratios(found)}
    files.save_text(OUTPUT, json.dumps(found, indent=2) + "\n")
    print(table(found))
    print(f"\nevery measurement: {OUTPUT}")


def ratios(found: Mapping[str, Any]) -> dict[str, float | None]:
    """What the benchmark claims: medians of one run divided by each other."""
    epochs, drawing = timing.medians(found["epochs"]), timing.medians(found["drawing"])
    truth, whole = timing.medians(found["truth"]), found["pipeline"]
    samples, widths, products = (
        timing.medians(found["growth"][key]) for key in ("samples", "widths", "widths, bare products")
    )
    work = growth.products(2048) / growth.products(128)
    article, start = whole["article_way"], timing.medians(found["imports"])
    numbers = {
        f"epoch_over_{name}": epochs["ours"] / epochs[name] if name in epochs else None
        for name in ("floor", "keras_fit", "keras_fit_xla", "pytorch", "sklearn")
    }
    numbers |= {
        "sheet_over_axes": drawing["sheet"] / drawing["axes"],
        "compose_over_article_way": drawing["compose"] / drawing["compose_article"],
        "repro_over_article_way": whole["cold"]["whole"] / article,
        "ladder_over_epoch": truth["ladder"] / epochs["ours"],
        "fitted_over_epoch": truth["fitted pictures"] / epochs["ours"],
        "along_over_epoch": truth["along the training"] / epochs["ours"],
        "edit_few_over_article_way": whole["edits"]["few.samples"]["whole"] / article,
        "edit_at_40_over_edit_at_8": whole["crowd"]["40"]["alone"] / whole["crowd"]["8"]["alone"],
        "edit_at_40_over_edit_at_8_with_dvc": whole["crowd"]["40"]["edit"] / whole["crowd"]["8"]["edit"],
        "noop_over_empty_pipeline": median(whole["noop"]) / median(whole["empty_pipeline"]),
        "start_over_plain_import": start["ours"] / start["plain"],
        "start_over_garbage_collected": start["ours"] / start["garbage collected"],
        "start_over_unused_modules_imported": start["ours"] / start["unused modules imported"],
        "small_network_over_keras_fit": median(whole["train_few"]) / median(whole["keras_fit_few"]),
        "samples_growth_over_linear": samples["60000"] / samples["5000"] / 12,
        "widths_growth_over_linear": widths["2048"] / widths["128"] / work,
        "widths_growth_over_products": widths["2048"]
        / widths["512"]
        / (products["2048"] / products["512"]),
    }
    return {name: None if number is None else round(number, 3) for name, number in numbers.items()}


def table(found: Mapping[str, Any]) -> str:
    """The measurements as lines to read."""
    lines = ["", f"{'one epoch of 60,000':34}{'seconds':>9}{'accuracy':>10}"]
    for name, seconds in timing.medians(found["epochs"]).items():
        accuracy = found["accuracies"].get(name)
        lines.append(f"  {name:32}{seconds:9.2f}" + (f"{accuracy:10.4f}" if accuracy else ""))
    for title, times in (
        ("pictures", found["drawing"]),
        ("truth", found["truth"]),
        ("TensorFlow's import", found["imports"]),
        *found["growth"].items(),
    ):
        lines += ["", f"{title:34}{'seconds':>9}"]
        lines += [f"  {name:32}{seconds:9.3f}" for name, seconds in timing.medians(times).items()]
    whole = found["pipeline"]
    runs = {"cold dvc repro": whole["cold"]} | {f"edit of {k}": v for k, v in whole["edits"].items()}
    runs |= {f"edit of one network of {k}": v for k, v in whole["crowd"].items()}
    for title, times in runs.items():
        lines += ["", f"{title:34}{'seconds':>9}"]
        lines += [f"  {stage:32}{seconds:9.1f}" for stage, seconds in times.items()]
    lines += ["", f"  {'the article’s way, one script':32}{whole['article_way']:9.1f}"]
    lines += [f"  {name:32}{median(whole[name]):9.2f}" for name in SMALL]
    lines += ["", f"{'ratio':34}{'':>9}{'goal':>10}"]
    for name, ratio in found["ratios"].items():
        shown = "not measured" if ratio is None else f"{ratio:.3f}"
        lines.append(f"  {name:32}{shown:>9}{GOALS[name]:10.2f}")
    return "\n".join(lines)


if __name__ == "__main__":
    _cli.run("bench", main)
