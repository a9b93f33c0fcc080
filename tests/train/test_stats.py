"""`Stats` records what happened, in a file that survives whoever writes it, and keeps a page up to date."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.reports.pages import checked
from typedgrad import nn
from typedgrad.train import Stats, read_records
from typedgrad.train.records import Lines, replaced_text

RATE = 0.1


def data() -> tg.data.Dataset[tg.Tensor, tg.Tensor]:
    x = tg.random.normal(tg.random.key(3), (40, 4))
    return tg.data.Dataset(x, tg.sum(x, axis=1, keepdims=True))


def trained(*listeners: tg.train.Listener, epochs: int = 3, updater: Any = None) -> nn.Sequential:
    model = tg.init(
        nn.Sequential(nn.Dense(in_features=4, out_features=3), tg.tanh, nn.Dense(in_features=3, out_features=1)),
        tg.random.key(0),
    )
    updater = tg.optim.sgd(RATE) if updater is None else updater
    return tg.fit(
        model, data(), loss=tg.mse, updater=updater, epochs=epochs, key=tg.random.key(1), batch=10, listeners=listeners
    )


def recorded(**options: Any) -> list[Any]:
    records: list[Any] = []
    trained(Stats(records, **options))
    return records


def test_every_step_that_was_asked_for_is_recorded_with_its_score() -> None:
    records, history = list[Any](), tg.train.History()
    trained(Stats(records, every=4, histograms=0), history)
    steps = [r for r in records if r["kind"] == "step"]
    assert [r["step"] for r in steps] == [1, 4, 8, 12]
    assert [r["score"] for r in steps] == [history.steps[n - 1] for n in (1, 4, 8, 12)]
    assert [r["score"] for r in records if r["kind"] == "epoch"] == history.epochs
    assert [r["kind"] for r in records][:: len(records) - 1] == ["start", "end"]
    assert all(r["speed"] > 0 and r["memory"] > 1e6 for r in steps)
    assert records[0]["system"]["numpy"] == np.__version__


def test_ratios_are_those_of_updates_to_parameters() -> None:
    seen: list[tuple[Any, Any]] = []

    class Watch(tg.train.Listener):
        def on_gradients(self, at: tg.train.Moment, gradients: object) -> None:
            seen.append((at.model, gradients))

    records: list[Any] = []
    trained(Stats(records, every=1, histograms=0), Watch())
    steps = [r for r in records if r["kind"] == "step"]
    for record, (model, gradients) in zip(steps, seen, strict=True):
        assert record["ratios"].keys() == {"layers.0.weight", "layers.0.bias", "layers.2.weight", "layers.2.bias"}
        for i in (0, 2):
            weight, gradient = model.layers[i].weight.numpy(), gradients.layers[i].weight.numpy()
            expected = math.log10(RATE * np.abs(gradient).mean() / np.abs(weight).mean())
            assert record["ratios"][f"layers.{i}.weight"] == pytest.approx(expected, abs=1e-3)
    # A bias begins at 0: nothing can be said relative to that.
    assert steps[0]["ratios"]["layers.0.bias"] is None
    assert steps[1]["ratios"]["layers.0.bias"] is not None


def test_histograms_count_everything_once() -> None:
    records = recorded(every=100, histograms=6)
    deep = [r for r in records if "histograms" in r]
    assert [r["step"] for r in deep] == [1, 6, 12]
    found = deep[0]["histograms"]
    sizes = {"layers.0.weight": 12, "layers.0.bias": 3, "layers.2.weight": 3, "layers.2.bias": 1}
    for path, size in sizes.items():
        for kind in ("parameters", "gradients", "updates"):
            assert sum(found[path][kind]["counts"]) == size
    # Ten rows come out of each layer.
    outputs = {path: sum(kinds["activations"]["counts"]) for path, kinds in found.items() if "activations" in kinds}
    assert outputs["layers.0"] == 30
    assert outputs["layers.2"] == 10


@pytest.mark.parametrize(
    ("rate", "expected"), [(0.25, [0.25] * 3), (lambda step: 1 / (1 + step), [1.0, 1 / 6, 1 / 12]), (None, [None] * 3)]
)
def test_the_learning_rate_is_that_of_the_step(
    rate: float | Callable[[int], float] | None, expected: list[Any]
) -> None:
    records = recorded(every=6, histograms=0, learning_rate=rate)
    assert [r["rate"] for r in records if r["kind"] == "step"] == expected


def test_layers_and_their_graph_are_recorded_where_the_input_is_known() -> None:
    start = recorded(input="n 4")[0]
    assert [layer["layer"] for layer in start["layers"]] == ["Sequential", "Dense", "Dense"]
    assert start["graph"].startswith("<svg")
    assert "layers" not in recorded()[0]


def test_a_network_says_itself_what_comes_in_and_how_it_learns() -> None:
    records: list[Any] = []
    net = tg.network(updater=tg.optim.chain(tg.optim.clip_value(1.0), tg.optim.adam(0.03)), seed=1).input("n 4")
    made = net.output("mse", nn.Dense, out_features=1).build()
    tg.fit(made, data(), epochs=1, listeners=[Stats(records)])
    assert [layer["path"] for layer in records[0]["layers"]] == ["", "layers.output"]
    assert records[1]["rate"] == 0.03
    g = tg.network(seed=1).graph()
    x, y = g.input("x", "n 4"), g.input("y", "n 3")
    both = x.merge(y).output("mse", nn.Dense, out_features=1)
    pairs = [((tg.ones((2, 4)), tg.ones((2, 3))), tg.ones((2, 1)))]
    two: list[Any] = []
    tg.fit(g.build(inputs=(x, y), outputs=both), pairs, epochs=1, listeners=[Stats(two)])
    assert [layer["layer"] for layer in two[0]["layers"]] == ["GraphNetwork", "Dag", "Concat", "Dense"]


def test_scores_that_are_watched_are_recorded_after_each_epoch_and_drawn(tmp_path: Path) -> None:
    records: list[Any] = []
    watch = {"validation <loss>": tg.train.loss_on(data(), loss=tg.mse), "always 3": tg.train.Score(lambda model: 3)}
    trained(Stats(records, watch=watch, page=tmp_path / "a.html"))
    found = [record["watched"] for record in records if record["kind"] == "epoch"]
    assert [each["always 3"] for each in found] == [3.0] * 3
    losses = [each["validation <loss>"] for each in found]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] > losses[-1] > 0
    assert checked((tmp_path / "a.html").read_text("utf-8")).text.count("validation <loss>") >= 2


def test_a_step_that_was_left_out_has_no_ratio_of_an_earlier_one() -> None:
    class Skipping(Stats):
        def on_backward(self, at: tg.train.Moment, update: tg.train.Update) -> None:
            if at.step < 4:
                super().on_backward(at, update)

    records: list[Any] = []
    trained(Skipping(records, every=1, histograms=0))
    assert [bool(r["ratios"]) for r in records if r["kind"] == "step"][:6] == [True] * 4 + [False] * 2


def test_recording_changes_nothing() -> None:
    plain, watched = trained(), trained(Stats([], every=1, histograms=1))
    for a, b in zip(*(tg.leaves_with_paths(m) for m in (plain, watched)), strict=True):
        if isinstance(a[1], tg.Tensor):
            assert np.array_equal(a[1].numpy(), b[1].numpy())


def test_a_file_holds_the_same_as_a_list_and_goes_on_where_it_ended(tmp_path: Path) -> None:
    path, records = tmp_path / "runs" / "a.jsonl", list[Any]()
    trained(Stats(path, every=2), Stats(records, every=2))
    read = list(read_records(path))
    assert [{**r, "time": 0, "speed": 0, "memory": 0} for r in read] == [
        {**r, "time": 0, "speed": 0, "memory": 0} for r in json.loads(json.dumps(records))
    ]
    before = path.read_bytes()
    trained(Stats(path, every=2))
    assert path.read_bytes().startswith(before)
    assert [r["kind"] for r in read_records(path)].count("start") == 2


@pytest.mark.parametrize("cut", [1, 10, 60])
def test_a_torn_last_line_is_passed_over_and_the_next_run_begins_on_a_line_of_its_own(cut: int, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    trained(Stats(path, every=2))
    whole = list(read_records(path))
    path.write_bytes(path.read_bytes()[:-cut])
    assert list(read_records(path)) == (whole if cut == 1 else whole[:-1])
    trained(Stats(path, every=2, page=tmp_path / "a.html"))
    kinds = [r["kind"] for r in read_records(path)]
    assert kinds.count("start") == 2
    assert "run 2 in this file" in (tmp_path / "a.html").read_text("utf-8")


def test_a_line_that_is_damaged_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"kind": "start"}\n{"kind" "step"}\n{"kind": "end"}\n')
    with pytest.raises(ValueError, match=r"a\.jsonl: line 2 is not a JSON object"):
        list(read_records(path))
    path.write_text("[1]\n[2]\n")
    with pytest.raises(ValueError, match="line 1 is not"):
        list(read_records(path))
    path.write_bytes(b"\xff\xfe\x00\n" + b"[" * 200_000)
    with pytest.raises(ValueError, match="line 1 is not"):
        list(read_records(path))
    with pytest.raises(FileNotFoundError):
        list(read_records(tmp_path / "b.jsonl"))


def test_a_line_without_end_is_not_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("typedgrad.train.records._LONGEST", 100)
    path = tmp_path / "a.jsonl"
    path.write_text('{"kind": "start"}\n' + "x" * 1000)
    with pytest.raises(ValueError, match=r"a\.jsonl: line 2 is too long to be a record"):
        list(read_records(path))


def test_numbers_that_are_not_finite_become_null(tmp_path: Path) -> None:
    lines = Lines(tmp_path / "a.jsonl")
    lines.add({"kind": "step", "score": math.nan, "ratios": {"a": math.inf}, "x": (1.0, -math.inf)})
    lines.close()
    lines.add({"kind": "end"})
    lines.close()
    assert list(read_records(tmp_path / "a.jsonl")) == [
        {"kind": "step", "score": None, "ratios": {"a": None}, "x": [1.0, None]}, {"kind": "end"}
    ]  # fmt: skip


def test_the_page_is_written_while_training_and_at_the_end(tmp_path: Path) -> None:
    path, seen = tmp_path / "out" / "page.html", list[str]()

    class Look(tg.train.Listener):
        def on_epoch_end(self, at: tg.train.Moment) -> None:
            seen.append(path.read_text("utf-8"))

    trained(Stats([], every=1, page=path, refresh=0, title="Mine", input="n 4"), Look())
    for text in seen:
        checked(text)
        assert 'http-equiv="refresh"' in text
    page = checked(path.read_text("utf-8"))
    assert "State finished" in page.text
    assert "Mine" in page.text
    assert 'http-equiv="refresh"' not in path.read_text("utf-8")
    assert [p.name for p in path.parent.iterdir()] == ["page.html"], "no half-written file stays"


def test_writing_pages_takes_a_small_share_of_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Path] = []
    monkeypatch.setattr("typedgrad.train.stats.replaced_text", lambda path, text: written.append(path))
    trained(Stats([], every=1, page=tmp_path / "a.html", refresh=1000.0), epochs=10)
    assert len(written) == 2, "at the start and at the end"


def test_a_page_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    replaced_text(path, "old")
    with pytest.raises(UnicodeEncodeError):
        replaced_text(path, "new \ud800")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.html"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"every": 0}, "`every` must be at least 1"),
        ({"histograms": -1}, "`histograms`"),
        ({"refresh": math.nan}, "`refresh`"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Stats([], **options)
