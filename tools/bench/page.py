"""Put the ratios of the last benchmark into docs/speed.md, between its marks."""

import json
from pathlib import Path
from typing import Any

from looking_for.core.errors import UserError
from looking_for.core.files import save_text
from stages import _cli
from tools.bench.__main__ import GOALS, OUTPUT
from tools.bench.sizes import STAGES
from tools.marks import replace_between

PAGE = Path("docs/speed.md")
SHOWN = ("60,000 images", "700,000 images")  # whose memory the page gives
TABLES = ("bench", "sizes")

WORDS = {
    "epoch_over_floor": "an epoch of 60,000 images, against its bare matrix products in numpy",
    "epoch_over_keras_fit": "against Keras' `fit`",
    "epoch_over_keras_fit_xla": "against Keras' `fit` with XLA",
    "epoch_over_pytorch": "against PyTorch",
    "epoch_over_sklearn": "against scikit-learn's `MLPClassifier`",
    "sheet_over_axes": "a contact sheet of 512 units in two views, against one axes per unit",
    "repro_over_article_way": "cold `dvc repro`, with all figures, against the article's way as one script",
    "ladder_over_epoch": "of that, one network's ladder with its whole maps, against an epoch",
    "fitted_over_epoch": "its fitted pictures, 3 and 10 per class, against the same",
    "along_over_epoch": "and its truth along the training, at twelve snapshots, against the same",
    "edit_few_over_article_way": "`dvc repro` after an edit of `networks.few.samples`, against the same",
    "edit_at_40_over_edit_at_8": "that edit among 40 networks against among 8, its stages alone",
    "edit_at_40_over_edit_at_8_with_dvc": "and with DVC, whose graph is five times as large",
    "noop_over_empty_pipeline": "`dvc repro` with nothing to do, against an empty three-stage pipeline's",
    "small_network_over_keras_fit": "a network of 500 images, from start to end, against Keras' `fit`",
}


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    if not OUTPUT.exists():
        raise UserError(f"{OUTPUT} is missing; `make bench` makes it")
    bench = json.loads(OUTPUT.read_text(encoding="utf-8"))
    for name, table in zip(TABLES, (format_ratios(bench), format_sizes(bench)), strict=True):
        text = replace_between(text, f"<!-- {name} -->\n", f"<!-- /{name} -->", table)
    save_text(PAGE, text)


def format_ratios(bench: dict[str, Any]) -> str:
    """The ratios as a table, with what they were measured on."""
    machine, ratios = bench["machine"], bench["ratios"]
    lines = ["| ours | time ratio | goal | |", "|---|---|---|---|"]
    for name, words in WORDS.items():
        ratio = "not measured" if ratios[name] is None else f"{ratios[name]:.2f}"
        missed = ratios[name] is not None and ratios[name] > GOALS[name]
        lines.append(f"| {words} | {ratio} | ≤ {GOALS[name]} | {'missed' if missed else ''} |")
    measured = f"From one run of `make bench` on {machine['cores']} cores ({machine['processor']})."
    return "\n".join([*lines, "", measured, ""])


def format_sizes(bench: dict[str, Any]) -> str:
    """How each stage's time grows, as a multiple of a straight line's, and the most memory that it takes."""
    growth, measured = bench["growth_over_line"], bench["sizes"]
    columns = [*growth, *(f"memory, {name}" for name in SHOWN)]
    lines = [f"| stage | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for stage in STAGES:
        cells = [f"{by_stage[stage]:.2f}" if stage in by_stage else "" for by_stage in growth.values()]
        cells += [f"{measured[name][stage]['bytes'] / 1e9:.1f} GB" for name in SHOWN]
        lines.append(f"| {stage} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    _cli.run_stage("bench", main)
