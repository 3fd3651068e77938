"""What the page shows, from its pure modules in Node: each sentence and number, against numpy."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from looking_for.core.arrays import as_pixels, centred
from looking_for.core.imageset import ImageSet
from looking_for.networks import exact_maps
from looking_for.networks.dense import DenseNetwork
from tests.explorer.node import NODE, needs_node, run_module
from tests.projects import ROOT

pytestmark = needs_node
Maker = Callable[..., DenseNetwork]
UNPACK = """
const floats = values => Float32Array.from(values);
const unpack = n => ({ ...n, layers: n.layers.map(l => ({ ...l, weights: floats(l.weights), bias: floats(l.bias) })) });
"""


def packed(network: DenseNetwork, label: str = "100 images") -> dict[str, Any]:
    return {
        "name": label, "label": label, "activation": network.activation, "classes": 10, "isAffine": True,
        "agreement": 0.5, "layers": [{"weights": w.ravel(), "bias": b, "inputs": w.shape[0], "units": w.shape[1]}
                                     for w, b in zip(network.weights, network.biases, strict=True)],
    }  # fmt: skip


def test_describe_row_equals_numpy(tmp_path: Path, make_network: Maker, images: ImageSet) -> None:
    network, x = make_network([12, 8]), as_pixels(images.x_test[:8])
    script = (
        UNPACK
        + """const network = unpack(given.network);
      return given.x.map(x => ({ ...lf.describeRow(network, floats(x)), network: null }));"""
    )
    rows = run_module(tmp_path, script, {"network": packed(network), "x": x})
    composed = network.compose()[-1].centred()
    maps, biases = exact_maps.exact_maps(network, x)
    for n, row in enumerate(rows):
        scores = centred(network.logits(x[n : n + 1]))[0]
        points = composed(x[n : n + 1])[0]
        assert row["answer"] == scores.argmax()
        assert row["says"] == points.argmax(), "the picture that answered is the one that is shown"
        assert np.abs(np.array(row["picture"]["map"]) - composed.weights[:, points.argmax()]).max() < 1e-5
        assert row["isSame"] == (scores.argmax() == points.argmax())
        k = int(scores.argmax())
        total = x[n] @ centred(maps[n])[:, k] + centred(biases)[n, k]
        assert float(row["total"].replace("−", "-")) == pytest.approx(total, abs=0.051)


def test_against_prints_what_adds_up(tmp_path: Path, make_network: Maker, images: ImageSet) -> None:
    network, x = make_network([12, 8]), as_pixels(images.x_test[:20])
    script = (
        UNPACK
        + """return given.x.map(row => { const n = unpack(given.network), x = Float32Array.from(row);
      const [a, b] = lf.topTwo(lf.describeRow(n, x).scores); return lf.against(n, x, a, b); });"""
    )
    for row, image in zip(run_module(tmp_path, script, {"network": packed(network), "x": x}), x, strict=True):
        assert round(sum(row["parts"]), 6) == round(row["total"], 6)
        top = -np.sort(-network.logits(image[None])[0])
        assert row["total"] == pytest.approx(top[0] - top[1], abs=0.2)


def row(
    label: str, answer: int, says: int | None, *, is_empty: bool = False, updates: int | None = None
) -> dict[str, Any]:
    return {"network": {"label": label}, "answer": answer, "says": says, "isEmpty": is_empty,
            "updates": updates, "isSame": None if says is None else says == answer}  # fmt: skip


SENTENCES = {
    "nothing drawn": ([row("500 images", 0, 0, is_empty=True)], None, "Draw, or choose an example."),
    "all agree": (
        [row("500 images", 3, 3), row("60,000 images", 3, 3)], 3,
        "Both networks and their pictures say the same here.",
    ),
    "one agrees": ([row("60,000 images", 3, 3)], None, "The network and its picture say the same here."),
    "the picture fails": (
        [row("500 images", 3, 3), row("60,000 images", 3, 8)], 3,
        "The network of 60,000 images says 3 but its weights multiplied together say 8: that picture is not what it "
        "looks for. Here the picture is true to its network with “500 images”.",
    ),
    "the picture fails and the network errs": (
        [row("60,000 images", 5, 8)], 3,
        "The network of 60,000 images says 5, wrongly, but its weights multiplied together say 8: that picture is not "
        "what it looks for.",
    ),
    "the picture of a moment fails": (
        [row("60,000 images", 3, 8, updates=1280)], 3,
        "The network of 60,000 images, trained to the end, says 3 but after 1,280 steps its weights multiplied "
        "together said 8: that picture is not what it looks for.",
    ),
    "the network fails": (
        [row("60,000 images", 5, 5)], 3,
        "The network of 60,000 images says 5, and it is 3. Its picture errs with it.",
    ),
}  # fmt: skip


def test_sentence_in_every_case(tmp_path: Path) -> None:
    given = [[rows, label] for rows, label, _ in SENTENCES.values()]
    script = """const names = [...Array(10).keys()].map(String);
      return given.map(([rows, label]) => lf.sentence(rows, names, label));"""
    assert run_module(tmp_path, script, given) == [words for *_, words in SENTENCES.values()]


def test_take_away_by_a_plain_loop(tmp_path: Path, make_network: Maker, images: ImageSet) -> None:
    network, x = make_network([12, 8]), as_pixels(images.x_test[:1])[0]
    script = UNPACK + "return lf.takeAway(unpack(given.network), Float32Array.from(given.x));"
    by_map, one, random = run_module(tmp_path, script, {"network": packed(network), "x": x})
    logits = network.logits(x[None])[0]
    best, second = np.argsort(-logits)[:2]
    maps, _ = exact_maps.exact_maps(network, x[None])
    speaks = x * (maps[0][:, best] - maps[0][:, second])
    left, gone = x.copy(), 0.0
    order = [int(n) for n in np.argsort(-speaks, kind="stable") if x[n] > 0]
    for share, lead in zip(by_map["gone"][1:], by_map["leads"][1:], strict=True):
        while gone < share * x.sum() - 1e-6:
            gone += left[order[0]]
            left[order.pop(0)] = 0
        scores = network.logits(left[None])[0]
        assert lead == pytest.approx(scores[best] - np.delete(scores, best).max(), abs=1e-3)
    assert by_map["falls"] <= random["falls"] + 1e-9
    assert len(one["leads"]) == len(by_map["leads"])


def test_prepare_fits_a_drawing_into_the_box(tmp_path: Path) -> None:
    """A line far off the middle is 20 pixels high in 28×28, in the middle; a dot stays a dot."""
    line = [[[0.1, 0.6], [0.1, 0.7], [0.1, 0.95]]]
    script = "return given.map(strokes => lf.prepare(strokes, [28, 28], [20 / 28, 20 / 28]));"
    drawn, dot, nothing = (
        np.array(p).reshape(28, 28) for p in run_module(tmp_path, script, [line, [[[0.9, 0.1]]], []])
    )
    rows, columns = np.nonzero(drawn > 0.4)
    assert (rows.min(), rows.max()) == (4, 23)
    assert columns.max() - columns.min() <= 3
    assert abs(columns.mean() - 13.5) < 0.6
    down, across = (np.array(np.nonzero(dot > 0.1)) + 0.5).mean(axis=1)
    assert abs(down - 14) < 0.6
    assert abs(across - 14) < 0.6
    assert (dot > 0.4).sum() <= 9
    assert not nothing.any()


HASHES: dict[str, dict[str, Any]] = {
    "": {},
    "#n=few,all&t=9059&m=320": {"networks": ["few", "all"], "test": 9059, "moment": 320},
    "#present&d=aabb.cc": {"mode": "present", "strokes": 2},
    "#n=a%2Cb,&t=-1&m=x": {"networks": ["a,b"]},
    "#n=%E0%A4%A": {"networks": []},
    "#d=<script>&t=1e9&javascript:alert(1)&__proto__=1&constructor=2": {"strokes": 0},
    "#" + "&".join(["d=a"] * 50): {"strokes": 0},
}


def test_read_address_leaves_out_what_it_does_not_understand(tmp_path: Path) -> None:
    states = run_module(tmp_path, "return given.map(hash => lf.readAddress(hash));", list(HASHES))
    for state, expected in zip(states, HASHES.values(), strict=True):
        if "strokes" in expected:
            assert len(state.pop("strokes", [])) == expected["strokes"]
        assert state == {key: value for key, value in expected.items() if key != "strokes"}


def test_address_goes_both_ways(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    strokes = [rng.random((int(n), 2)).round(3).tolist() for n in rng.integers(1, 40, 5)]
    state: dict[str, Any] = {"networks": ["few", "mine,2"], "strokes": strokes, "test": 7, "moment": 0, "mode": "embed"}
    script = "const text = lf.writeAddress(given); return [text, lf.readAddress('#' + text)];"
    text, again = run_module(tmp_path, script, state)
    assert {key: again[key] for key in ("networks", "test", "moment", "mode")} == {
        k: v for k, v in state.items() if k != "strokes"
    }
    for stroke, read in zip(strokes, again["strokes"], strict=True):
        assert np.abs(np.array(read) - np.array(stroke)[: len(read)]).max() <= 0.5 / 63 + 1e-3
    assert len(text) < 2 * sum(map(len, strokes)) + 80


def test_documented_program_answers_as_numpy(tmp_path: Path, reproduced: Path) -> None:
    """The example of docs/explorer.md, run as it stands but for the size of the images."""
    page = (ROOT / "docs/explorer.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```js\n(import .*?)```", page, re.DOTALL)
    sizes = example.replace("784", "64").replace("28", "8").replace("14", "4")
    program = sizes.replace('"./reports/', f'"{reproduced.as_uri()}/reports/')
    (tmp_path / "example.mjs").write_text(program, encoding="utf-8")
    assert NODE
    done = subprocess.run([NODE, tmp_path / "example.mjs"], cwd=reproduced, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    stored = np.load(reproduced / "data/networks/few.npz")
    image = np.tile((np.arange(8) == 4).astype(float), 8)
    h = p = image
    for n in (1, 2, 3):
        weights, bias = stored[f"W{n}"].astype(float), stored[f"b{n}"].astype(float)
        h, p = h @ weights + bias, p @ weights + bias
        h = np.maximum(h, 0) if n < 3 else h
    assert done.stdout.split() == [str(h.argmax()), str(p.argmax())]
