"""Run the whole benchmark, print its table, write build/bench.json."""

import json
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from looking_for.core import paths
from looking_for.core.files import save_text
from looking_for.core.imageset import ImageSet
from looking_for.networks.dense import DenseNetwork
from stages import _cli
from stages.params.training import NetworkParams
from tools import machine
from tools.bench import contenders, growth, pipeline, sizes, timing

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
    "repro_over_article_way": 1.0,
    "ladder_over_epoch": 6.0,
    "fitted_over_epoch": 4.0,
    "along_over_epoch": 8.0,
    "edit_few_over_article_way": 0.2,
    "edit_at_40_over_edit_at_8": 1.3,
    "edit_at_40_over_edit_at_8_with_dvc": 1.5,
    "noop_over_empty_pipeline": 1.5,
    "small_network_over_keras_fit": 1.1,
    "samples_growth_over_linear": 1.0,
    "widths_growth_over_linear": 1.0,
    "widths_growth_over_products": 1.0,
}
SMALL = ("noop", "empty_pipeline", "train_few", "keras_fit_few")


def main() -> None:
    images, network = ImageSet.load(), DenseNetwork.load(paths.network_file("all"))
    print(f"one epoch, {EPOCHS} rounds of everyone in turn", flush=True)
    epochs, accuracies = contenders.race(EPOCHS)
    print("drawing 512 units and composing, the article's way and ours", flush=True)
    bench: dict[str, Any] = {"epochs": epochs, "accuracies": accuracies, "drawing": growth.time_drawing(network)}
    print("growth", flush=True)
    bench["growth"] = {
        "samples": growth.time_samples(images),
        "widths": growth.time_widths(images, contenders.ours),
        "widths, bare products": growth.time_widths(images, contenders.floor),
        "units on a sheet": growth.time_units(),
        "images probed": growth.time_training_pass(network, images),
    }
    print("the truth", flush=True)
    bench["truth"] = growth.time_truth(network, images)
    print("whole runs", flush=True)
    with TemporaryDirectory() as folder:
        bench["pipeline"] = pipeline.measure_pipeline(Path(folder))
        print("sizes", flush=True)
        project = Path(folder) / "sizes"
        pipeline.copy_project(project, {sizes.NETWORK: NetworkParams(samples=sizes.LARGE, hidden=[512, 256], epochs=1)})
        bench["sizes"] = sizes.measure_sizes(project, images)
    bench = {"machine": machine.describe_machine(), **bench, "ratios": ratios(bench)}
    bench["growth_over_line"] = sizes.growth_over_line(bench["sizes"])
    save_text(OUTPUT, json.dumps(bench, indent=2) + "\n")
    print(format_table(bench))
    print(f"\nevery measurement: {OUTPUT}")


def ratios(bench: Mapping[str, Any]) -> dict[str, float | None]:
    """What the benchmark claims: medians of one run divided by each other."""
    epochs, drawing = timing.medians(bench["epochs"]), timing.medians(bench["drawing"])
    truth, runs = timing.medians(bench["truth"]), bench["pipeline"]
    samples, widths, products = (
        timing.medians(bench["growth"][key]) for key in ("samples", "widths", "widths, bare products")
    )
    work = growth.count_products(2048) / growth.count_products(128)
    article = runs["article_way"]
    numbers = {
        f"epoch_over_{name}": epochs["ours"] / epochs[name] if name in epochs else None
        for name in ("floor", "keras_fit", "keras_fit_xla", "pytorch", "sklearn")
    }
    numbers |= {
        "sheet_over_axes": drawing["sheet"] / drawing["axes"],
        "compose_over_article_way": drawing["compose"] / drawing["compose_article"],
        "repro_over_article_way": runs["cold"]["whole"] / article,
        "ladder_over_epoch": truth["ladder"] / epochs["ours"],
        "fitted_over_epoch": truth["fitted pictures"] / epochs["ours"],
        "along_over_epoch": truth["along the training"] / epochs["ours"],
        "edit_few_over_article_way": runs["edits"]["few.samples"]["whole"] / article,
        "edit_at_40_over_edit_at_8": runs["many_networks"]["40"]["alone"] / runs["many_networks"]["8"]["alone"],
        "edit_at_40_over_edit_at_8_with_dvc": runs["many_networks"]["40"]["edit"] / runs["many_networks"]["8"]["edit"],
        "noop_over_empty_pipeline": median(runs["noop"]) / median(runs["empty_pipeline"]),
        "small_network_over_keras_fit": median(runs["train_few"]) / median(runs["keras_fit_few"]),
        "samples_growth_over_linear": samples["60000"] / samples["5000"] / 12,
        "widths_growth_over_linear": widths["2048"] / widths["128"] / work,
        "widths_growth_over_products": widths["2048"] / widths["512"] / (products["2048"] / products["512"]),
    }
    return {name: None if number is None else round(number, 3) for name, number in numbers.items()}


def format_table(bench: Mapping[str, Any]) -> str:
    """The measurements as lines to read."""
    lines = ["", f"{'one epoch of 60,000':34}{'seconds':>9}{'accuracy':>10}"]
    for name, seconds in timing.medians(bench["epochs"]).items():
        accuracy = bench["accuracies"].get(name)
        lines.append(f"  {name:32}{seconds:9.2f}" + (f"{accuracy:10.4f}" if accuracy else ""))
    for title, times in (("pictures", bench["drawing"]), ("truth", bench["truth"]), *bench["growth"].items()):
        lines += ["", f"{title:34}{'seconds':>9}"]
        lines += [f"  {name:32}{seconds:9.3f}" for name, seconds in timing.medians(times).items()]
    runs = bench["pipeline"]
    by_stage = {"cold dvc repro": runs["cold"]} | {f"edit of {k}": v for k, v in runs["edits"].items()}
    by_stage |= {f"edit of one network of {k}": v for k, v in runs["many_networks"].items()}
    for title, times in by_stage.items():
        lines += ["", f"{title:34}{'seconds':>9}"]
        lines += [f"  {stage:32}{seconds:9.1f}" for stage, seconds in times.items()]
    lines += ["", f"  {'the article’s way, one script':32}{runs['article_way']:9.1f}"]
    lines += [f"  {name:32}{median(runs[name]):9.2f}" for name in SMALL]
    for growth_name, ratios in bench["growth_over_line"].items():
        lines += ["", f"{growth_name + ', over the line':34}{'ratio':>9}"]
        lines += [f"  {stage:32}{ratio:9.2f}" for stage, ratio in ratios.items()]
    lines += ["", f"{'ratio':38}{'':>9}{'goal':>10}"]
    for name, ratio in bench["ratios"].items():
        shown = "not measured" if ratio is None else f"{ratio:.3f}"
        missed = "" if ratio is None or ratio <= GOALS[name] else "  missed"
        lines.append(f"  {name:36}{shown:>9}{GOALS[name]:10.2f}{missed}")
    return "\n".join(lines)


if __name__ == "__main__":
    _cli.run_stage("bench", main)
