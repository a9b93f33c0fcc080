"""Each command does what it says, on specifications and on saved networks."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.cli.commands import IMAGES, NUMBERS, SPEC, Said, table, write
from tests.reports.pages import checked
from typedgrad.train import read_records

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "mlp.json", SPEC)
    write(tmp_path / "images.json", IMAGES)
    write(tmp_path / "numbers.json", NUMBERS)
    return tmp_path


def weights(path: str) -> dict[str, Any]:
    model = tg.load(path).model
    return {name: x.numpy() for name, x in tg.leaves_with_paths(model) if isinstance(x, tg.Tensor)}


def test_train_learns_saves_and_test_finds_the_same(here: Path, capsys: Capture) -> None:
    said = Said(capsys, "train", "images.json", "--data", "digits", "--test", "digits", "--epochs", 4, "--json")
    assert said.code == 0
    assert said.err == ""
    found = said.json
    assert (found["out"], found["epochs"], found["steps"]) == ("images.zip", 4, 4 * 45)
    assert found["test"]["accuracy"] > 0.9
    tested = Said(capsys, "test", "images.zip", "--data", "digits", "--json").json["metrics"]
    assert [metric["metric"] for metric in tested] == ["Classification", "RocMulticlass", "Calibration"]
    assert tested[0]["measures"]["accuracy"] == found["test"]["accuracy"]
    report = Said(
        capsys, "test", "images.zip", "--data", "digits:test", "--html", "page.html", "--names", ",".join("abcdefghij")
    )
    assert f"359 examples, accuracy {100 * found['test']['accuracy']:.2f} %" in report.out
    assert "ROC curve" in checked(Path("page.html").read_text("utf-8")).text


def test_training_on_is_the_same_as_training_at_once(here: Path, capsys: Capture) -> None:
    Said(capsys, "train", "mlp.json", "--data", "digits", "--epochs", 4, "--out", "whole.zip", "--quiet")
    Said(capsys, "train", "mlp.json", "--data", "digits", "--epochs", 2, "--out", "half.zip", "--quiet")
    resumed = ["--resume", "half.zip", "--out", "rest.zip", "--quiet"]
    assert Said(capsys, "train", "mlp.json", "--data", "digits", "--epochs", 4, *resumed).code == 0
    whole, rest = weights("whole.zip"), weights("rest.zip")
    assert all(np.array_equal(whole[name], rest[name]) for name in whole)
    assert not np.array_equal(weights("half.zip")["layers.dense.weight"], whole["layers.dense.weight"])


def test_the_seed_decides_and_the_same_seed_gives_the_same_network(here: Path, capsys: Capture) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        Said(capsys, "train", "mlp.json", "--data", "digits", "--epochs", 1, "--seed", seed, "--out", f"{name}.zip")
    a, b, c = (weights(f"{name}.zip")["layers.dense.weight"] for name in "abc")
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


def test_training_is_recorded_shown_and_saved_after_each_epoch(here: Path, capsys: Capture) -> None:
    more = ["--stats", "run.jsonl", "--page", "run.html", "--checkpoints", "kept", "--batch", 64]
    said = Said(capsys, "train", "mlp.json", "--data", "digits", "--epochs", 2, *more)
    assert re.fullmatch(r"2 epochs, 46 steps, loss \d\.\d{6}; saved to mlp\.zip\n", said.out)
    kinds = [record["kind"] for record in read_records("run.jsonl")]
    assert (kinds[0], kinds[-1], kinds.count("epoch")) == ("start", "end", 2)
    assert "State finished" in checked(Path("run.html").read_text("utf-8")).text
    assert tg.train.latest("kept") is not None
    assert Said(capsys, "ui", "run.jsonl", "--out", "again.html").code == 0
    assert "Step 46 100 % of 46" in checked(Path("again.html").read_text("utf-8")).text


def test_numbers_from_a_table_are_learnt_and_the_normaliser_is_saved(here: Path, capsys: Capture) -> None:
    data = table(here)
    trained = ["--epochs", 120, "--batch", 10, "--normalise", "standardize", "--test", data, "--json"]
    said = Said(capsys, "train", "numbers.json", "--data", data, *trained)
    assert said.code == 0, said.err
    found = Said(capsys, "test", "numbers.zip", "--data", data, "--json").json["metrics"][0]
    assert found["metric"] == "Regression"
    assert found["measures"]["mse"][0] < 0.01
    assert "normaliser  FittedStandardize" in Said(capsys, "convert", "numbers.zip").out


@pytest.mark.parametrize(
    ("extra", "rows"),
    [
        ({}, 50),
        ({"take": 7}, 7),
        ({"split": {"train": 0.8, "part": "test"}}, 10),
        ({"split": {"train": 0.8, "part": "train", "seed": 3}}, 40),
    ],
)
def test_arrays_from_a_file(extra: dict[str, Any], rows: int, here: Path, capsys: Capture) -> None:
    x, y = np.random.default_rng(0).normal(size=(50, 8, 8)), np.arange(50, dtype=np.int32) % 10
    np.savez("arrays.npz", images=x, labels=y)
    data = write(here / "d.json", {"format": "npz", "path": "arrays.npz", "x": "images", "y": "labels", **extra})
    assert Said(capsys, "train", "mlp.json", "--data", data, "--epochs", 1, "--quiet").code == 0
    found = Said(capsys, "test", "mlp.zip", "--data", data, "--json").json["metrics"][0]["measures"]
    assert found["examples"] == rows


def test_idx_files_and_the_input_as_target(here: Path, capsys: Capture) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (20, 8, 8), dtype=np.uint8)
    for name, array in (("x", pixels), ("y", np.arange(20, dtype=np.uint8) % 10)):
        head = bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
        (here / f"{name}.idx").write_bytes(head + array.tobytes())
    data = write(here / "d.json", {"format": "idx", "x": "x.idx", "y": "y.idx", "classes": 10})
    assert Said(capsys, "train", "images.json", "--data", data, "--epochs", 1, "--quiet").code == 0
    same = SPEC | {"output": {"loss": "mse", "layer": {"type": "Dense", "out_features": 64}}}
    write(here / "auto.json", same)
    same_data = write(here / "e.json", {"format": "digits", "target": "input"})
    assert Said(capsys, "train", "auto.json", "--data", same_data, "--epochs", 3, "--quiet").code == 0
    found = Said(capsys, "test", "auto.zip", "--data", same_data, "--json").json["metrics"][0]
    assert found["measures"]["examples"] == 359 * 64
    assert 0 < found["measures"]["mse"][0] < 0.15


def test_check_tells_shapes_and_memory_without_data(here: Path, capsys: Capture) -> None:
    said = Said(capsys, "check", "images.json", "mlp.json", "--json")
    assert said.code == 0
    first, second = map(json.loads, said.out.splitlines())
    assert first["shapes"]["conv2d"] == "n 4 6 6"
    assert first["shapes"]["output"] == "n 10"
    assert len(first["conversions"]) == 1
    assert second["parameters"] == 64 * 16 + 16 + 16 * 10 + 10
    assert second["memory"]["parameters"] == 4 * second["parameters"]
    assert second["memory"]["activations"] % 32 == 0
    assert sum(v for k, v in second["memory"].items() if k != "training") == second["memory"]["training"]
    text = Said(capsys, "check", "mlp.json").out
    assert text.startswith("mlp.json: correct; 1,210 parameters, about ")


def test_check_and_summary_need_no_memory_for_what_they_look_at(here: Path, capsys: Capture) -> None:
    path = write(here / "huge.json", SPEC | {"layers": [{"type": "Dense", "out_features": 10**12}]})
    found = Said(capsys, "check", path, "--json").json
    assert found["memory"]["updater"] == 8 * found["parameters"] == 8 * (75 * 10**12 + 10)
    assert Said(capsys, "summary", path, "--json").json["parameters"] == found["parameters"]
    assert "<svg" in Said(capsys, "draw", path, "--out", "-").out
    # Where it must be there, it is said that it cannot.
    said = Said(capsys, "time", path)
    assert said.code == 2
    assert "Traceback" not in said.err


def test_a_network_without_a_loss_is_looked_at_but_not_checked_as_correct(here: Path, capsys: Capture) -> None:
    path = write(here / "backbone.json", {k: v for k, v in SPEC.items() if k != "output"})
    assert Said(capsys, "summary", path).code == 0
    found = Said(capsys, "check", path, "--json")
    assert found.code == 1
    assert "loss" in found.json["error"]
    said = Said(capsys, "train", path, "--data", "digits")
    assert said.code == 2
    assert "loss" in said.err


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "misspelt": ({"layers": [{"type": "Dense", "out_feature": 3}]}, "out_features"),
    "unknown layer": ({"layers": [{"type": "Dens", "out_features": 3}]}, "Dense"),
    "zero": ({"layers": [{"type": "Dense", "out_features": 0}]}, "out_features"),
    "too large a kernel": (
        {"input": "n 1 8 8", "layers": [{"type": "Conv2d", "out_channels": 2, "kernel": 9}]},
        "kernel",
    ),
    "softmax twice": (
        {
            "output": {
                "loss": "softmax_cross_entropy",
                "layer": {"type": "Dense", "out_features": 2, "activation": "softmax"},
            }
        },
        "softmax",
    ),
    "unknown loss": ({"output": {"loss": "softmax_crossentropy"}}, "softmax_cross_entropy"),
    "no loss": ({"output": None}, ""),
    "no input": ({"input": None}, "input"),
}


@pytest.mark.parametrize("name", WRONG)
def test_check_refuses_what_is_wrong_and_train_does_too(name: str, here: Path, capsys: Capture) -> None:
    change, said = WRONG[name]
    path = write(here / "bad.json", {k: v for k, v in {**SPEC, **change}.items() if v is not None})
    found = Said(capsys, "check", path, "--json")
    assert found.code == 1
    assert found.json["valid"] is False
    assert said in found.json["error"]
    text = Said(capsys, "check", path)
    assert text.code == 1
    assert said in text.out
    trained = Said(capsys, "train", path, "--data", "digits")
    assert trained.code == 2
    assert trained.err.startswith("typedgrad train: ")
    assert said in trained.err
    assert "Traceback" not in trained.err


def test_summary_draw_and_time_take_both_kinds_of_files(here: Path, capsys: Capture) -> None:
    Said(capsys, "train", "images.json", "--data", "digits", "--epochs", 0, "--quiet")
    for name in ("images.json", "images.zip"):
        assert "layers.conv2d: Conv2d(in_channels=1, out_channels=4, kernel=3" in Said(capsys, "summary", name).out
        assert Said(capsys, "summary", name, "--json").json["parameters"] == 4 * 9 + 4 + 36 * 10 + 10
        found = Said(capsys, "time", name, "--batch", 3, "--repeat", 2, "--json").json
        assert [line["name"] for line in found["layers"]] == ["conv2d", "max_pool2d", "flatten_for_output", "output"]
        assert found["layers"][0]["output"] == "float32[3 4 6 6]"
        assert all(line["forward"] > 0 and line["backward"] > 0 for line in found["layers"])
        assert found["total"]["forward"] == pytest.approx(sum(line["forward"] for line in found["layers"]))
        assert Said(capsys, "draw", name, "--out", "-").out.startswith("<svg ")
    assert Said(capsys, "draw", "images.json").out == "images.svg\n"
    assert "Conv2d" in Path("images.svg").read_text("utf-8")
    table = Said(capsys, "time", "mlp.json", "--repeat", 1).out.splitlines()
    assert table[0].split() == ["layer", "output", "forward", "ms", "backward", "ms"]
    assert table[-1].startswith("total")


def test_sequences_are_timed_at_a_length(here: Path, capsys: Capture) -> None:
    spec = SPEC | {"input": "Int n time", "layers": [{"type": "Embedding", "vocabulary": 9, "features": 4}]}
    spec["layers"] += [{"type": "Lstm", "features": 5}]
    path = write(here / "text.json", spec)
    said = Said(capsys, "time", path, "--batch", 2, "--length", 6, "--repeat", 1, "--json")
    assert said.code == 0, said.err
    assert said.json["layers"][0]["output"] == "float32[2 6 4]"


def test_convert_there_and_back_is_the_same_specification(here: Path, capsys: Capture) -> None:
    pytest.importorskip("yaml")
    assert Said(capsys, "convert", "images.json", "images.yaml").code == 0
    assert Said(capsys, "convert", "images.yaml", "back.json").code == 0
    assert Said(capsys, "convert", "images.json", "same.json").code == 0
    assert Path("back.json").read_text() == Path("same.json").read_text()
    assert Said(capsys, "check", "images.yaml").code == 0
    Said(capsys, "train", "images.yaml", "--data", "digits", "--epochs", 1, "--quiet")
    assert Said(capsys, "convert", "images.zip", "out.json").code == 0
    assert Path("out.json").read_text() == Path("same.json").read_text()
    told = Said(capsys, "convert", "images.zip").out
    assert "trained     1 epochs and 0 batches, 45 steps" in told
    assert "layers.conv2d.weight" in told


def test_a_graph_is_trained_timed_and_drawn_like_a_row_of_layers(here: Path, capsys: Capture) -> None:
    g = tg.network(seed=1, updater=tg.optim.adam(1e-2)).graph()
    x = g.input("x", "n 64")
    both = x.layer(tg.nn.Dense, out_features=32, activation="relu") + x.layer(tg.nn.Dense, out_features=32)
    net = g.build(inputs=x, outputs=both.output("softmax_cross_entropy", tg.nn.Dense, out_features=10))
    Path("graph.json").write_text(net.spec.to_json(), "utf-8")
    assert Said(capsys, "check", "graph.json").code == 0
    found = Said(capsys, "train", "graph.json", "--data", "digits", "--test", "digits", "--epochs", 4, "--json")
    assert found.json["test"]["accuracy"] > 0.9
    timed = Said(capsys, "time", "graph.zip", "--batch", 2, "--repeat", 1, "--json").json["layers"]
    assert [line["output"] for line in timed] == ["float32[2 32]"] * 3 + ["float32[2 10]"]
    assert Said(capsys, "draw", "graph.json", "--out", "-").out.count("Dense") >= 3
    y = g.input("y", "n 3")
    two = g.build(inputs=(x, y), outputs=both.merge(y).output("mse", tg.nn.Dense, out_features=1))
    Path("two.json").write_text(two.spec.to_json(), "utf-8")
    refused = Said(capsys, "train", "two.json", "--data", "digits")
    assert refused.code == 2
    assert "several inputs" in refused.err


def test_devices_are_listed(capsys: Capture) -> None:
    found = Said(capsys, "devices", "--json").json
    assert found[0]["device"] == "cpu"
    assert found[0]["usable"] is True
    assert all(device["usable"] or device["why"] for device in found)
    assert Said(capsys, "devices").out.startswith("cpu ")
