"""Listeners: what they are told, what happens when one of them fails, and the files that some of them write."""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.train.models import Line, doubles, line, squared_error, values

KEY = tg.random.key(3)


def trained(listeners: list[Any], model: Any = None, **options: Any) -> Any:
    settings: dict[str, Any] = {"loss": squared_error, "updater": tg.optim.sgd(0.01), "epochs": 2, "key": KEY}
    data = options.pop("data", list(tg.data.Loader(doubles(), batch=2)))
    return tg.fit(line() if model is None else model, data, listeners=listeners, **settings | options)


class Everything(tg.train.Listener):
    def __init__(self) -> None:
        self.told: list[str] = []
        self.activations: list[dict[str, Any]] = []
        self.updates: list[tg.train.Update] = []
        self.steps: list[tg.train.Moment] = []

    def on_forward(self, at: tg.train.Moment, activations: Any) -> None:
        self.told.append("forward")
        self.activations.append(dict(activations()))

    def on_gradients(self, at: tg.train.Moment, gradients: object) -> None:
        self.told.append("gradients")

    def on_backward(self, at: tg.train.Moment, update: tg.train.Update) -> None:
        self.told.append("backward")
        assert at.model is update.before
        self.updates.append(update)

    def on_step_end(self, at: tg.train.Moment) -> None:
        self.told.append("step end")
        self.steps.append(at)

    def close(self) -> None:
        self.told.append("close")


def test_the_moments_of_a_step_and_the_end_come_in_order() -> None:
    seen = Everything()
    trained([seen], epochs=1)
    assert seen.told == ["forward", "gradients", "backward", "step end"] * 2 + ["close"]


def test_an_update_is_the_model_before_and_after_and_the_gradient_between() -> None:
    seen = Everything()
    trained([seen], epochs=1)
    for update, at in zip(seen.updates, seen.steps, strict=True):
        assert update.after is at.model
        before, after = update.before, update.after
        assert isinstance(before, Line)
        assert isinstance(after, Line)
        assert isinstance(update.gradients, Line)
        assert float(after.slope) == pytest.approx(float(before.slope) - 0.01 * float(update.gradients.slope))


def test_activations_are_those_of_the_forward_pass_dropout_and_all() -> None:
    outputs: list[Any] = []

    class Spy(tg.nn.Layer):
        def __call__(self, x: tg.Tensor) -> tg.Tensor:
            outputs.append(tg.to_numpy(tg.stop_gradient(x)))
            return x

    model = tg.nn.Sequential(tg.nn.Dense(in_features=1, out_features=8), tg.nn.Dropout(drop=0.5), Spy(), tg.relu)
    x = tg.asarray([[1.0], [2.0]])
    seen = Everything()
    trained([seen], tg.init(model, KEY), data=[(x, tg.ones((2, 8)))], epochs=2)
    assert list(seen.activations[0]) == ["layers.0", "layers.1", "layers.2", "layers.3", ""]
    # The forward pass itself, and then once more for the listener.
    assert len(outputs) == 4
    for i in (0, 1):
        np.testing.assert_array_equal(outputs[2 * i], outputs[2 * i + 1])
        np.testing.assert_array_equal(tg.to_numpy(seen.activations[i]["layers.1"]), outputs[2 * i])
    assert seen.activations[0]["layers.1"].node is None


def test_activations_of_windows_start_from_what_is_carried() -> None:
    model = tg.init(tg.nn.Sequential(tg.nn.Gru(in_features=1, features=1)), KEY)
    x = tg.random.normal(KEY, (1, 4, 1))
    seen = Everything()
    trained([seen], model, data=[(x, x)], truncate=2, epochs=1, updater=tg.optim.sgd(1e-30))
    whole = tg.to_numpy(model(x))
    np.testing.assert_allclose(tg.to_numpy(seen.activations[1]["layers.0"]), whole[:, 2:], atol=1e-6)


def test_activations_of_narrow_numbers_and_of_frozen_layers() -> None:
    model = tg.nn.Sequential(
        tg.nn.freeze(tg.nn.Dense(in_features=1, out_features=3)), tg.nn.Dense(in_features=3, out_features=1)
    )
    model = tg.init(model, KEY)
    seen, x = Everything(), tg.asarray([[1.0], [2.0]])
    after = trained([seen], model, data=[(x, x)], epochs=1, precision=tg.train.mixed("float16"))
    assert list(seen.activations[0]) == ["layers.0.layer", "layers.0", "layers.1", ""]
    x16 = tg.astype(x, "float16")
    assert seen.activations[0]["layers.0"].tolist() == model[0](x16).tolist()
    assert after[0].layer.weight is model[0].layer.weight


def test_what_nobody_wants_to_know_is_not_computed() -> None:
    calls: list[int] = []

    def loss(y: tg.Tensor, target: tg.Tensor) -> tg.Tensor:
        calls.append(1)
        return squared_error(y, target)

    trained([tg.train.History()], loss=loss, epochs=1)
    assert len(calls) == 2


class Duck:
    """No relative of Listener, but it has one of its methods."""

    def __init__(self) -> None:
        self.steps = 0

    def on_step_end(self, at: tg.train.Moment) -> None:
        self.steps = at.step


def test_a_listener_need_not_derive_from_listener() -> None:
    duck = Duck()
    trained([duck])
    assert duck.steps == 4


@pytest.mark.parametrize("moment", ["on_fit_start", "on_epoch_start", "on_step_end", "on_epoch_end", "on_fit_end"])
def test_an_error_in_a_listener_names_it_and_closes_all_others(moment: str) -> None:
    def fail(self: object, at: tg.train.Moment, **options: object) -> None:
        raise RuntimeError("no")

    bad = type("Bad", (tg.train.Listener,), {moment: fail})()
    seen = Everything()
    with pytest.raises(RuntimeError, match="no") as caught:
        trained([bad, seen])
    assert any(f"in the listener Bad, {moment}, epoch" in note for note in caught.value.__notes__)
    assert seen.told[-1] == "close"


def test_an_error_while_closing_is_raised_when_all_are_closed() -> None:
    class Bad(tg.train.Listener):
        def close(self) -> None:
            raise OSError("disk full")

    seen = Everything()
    with pytest.raises(OSError, match="disk full") as caught:
        trained([Bad(), seen])
    assert caught.value.__notes__ == ["in the listener Bad, close"]
    assert seen.told[-1] == "close"


def test_an_error_while_closing_does_not_hide_the_one_before() -> None:
    class Bad(tg.train.Listener):
        def on_step_end(self, at: tg.train.Moment) -> None:
            raise RuntimeError("first")

        def close(self) -> None:
            raise OSError("second")

    seen = Everything()
    with pytest.raises(RuntimeError, match="first"):
        trained([Bad(), seen])
    assert seen.told[-1] == "close"


@pytest.mark.parametrize(("moment", "steps", "epochs"), [("on_step_end", 1, 0), ("on_epoch_end", 2, 1)])
def test_a_listener_can_say_that_it_is_enough(moment: str, steps: int, epochs: int) -> None:
    def stop(self: object, at: tg.train.Moment) -> None:
        raise tg.train.StopTraining("enough")

    seen, ends = tg.train.History(), Ends()
    model = trained([type("Stop", (tg.train.Listener,), {moment: stop})(), seen, ends], epochs=9)
    assert (len(seen.steps), len(seen.epochs)) == (steps, epochs)
    assert ends.interrupted == [False]
    assert values(model) != [0.0]


class Ends(tg.train.Listener):
    def __init__(self) -> None:
        self.interrupted: list[bool] = []

    def on_fit_end(self, at: tg.train.Moment, *, interrupted: bool) -> None:
        self.interrupted.append(interrupted)


def test_stopping_before_the_first_step_gives_the_model_as_it_is() -> None:
    class Never(tg.train.Listener):
        def on_epoch_start(self, at: tg.train.Moment) -> None:
            raise tg.train.StopTraining

    model = line()
    assert trained([Never()], model) is model


@pytest.mark.parametrize(
    ("listener", "words"),
    [
        (tg.train.History, r"`listeners\[0\]` must be a Listener, not the class History: write History\(...\)"),
        (print, r"`listeners\[0\]` must be a Listener, not <built-in function print>"),
        (None, r"`listeners\[0\]` must be a Listener, not None"),
    ],
)
def test_what_is_no_listener_is_refused(listener: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        trained([listener])


def test_magnitudes_are_norms() -> None:
    before = {"w": tg.asarray([[3.0, 4.0]]), "b": tg.zeros((2,))}
    gradients = {"w": tg.asarray([[0.0, 2.0]]), "b": tg.asarray([1.0, 0.0])}
    after = {"w": tg.asarray([[3.0, 4.5]]), "b": tg.asarray([0.0, 0.1])}
    found = tg.train.statistics(tg.train.Update(before, gradients, after))  # type: ignore[arg-type]  # any trees will do
    assert found["w"] == tg.train.Magnitudes(5.0, 2.0, 0.5)
    assert found["w"].ratio == 0.1
    assert found["b"].ratio == math.inf
    assert tg.train.Magnitudes(0.0, 0.0, 0.0).ratio == 0.0


def test_csv_has_a_line_for_every_step_and_every_epoch(tmp_path: Path) -> None:
    history = tg.train.History()
    trained([tg.train.CsvLog(tmp_path / "log.csv", every=2), history])
    with (tmp_path / "log.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert [(row["epoch"], row["step"], bool(row["loss"]), bool(row["epoch_loss"])) for row in lines] == [
        ("1", "2", True, False), ("1", "2", False, True), ("2", "4", True, False), ("2", "4", False, True),
    ]  # fmt: skip
    assert float(lines[0]["loss"]) == history.steps[1]
    assert [float(row["epoch_loss"]) for row in lines if row["epoch_loss"]] == history.epochs
    assert all(float(row["seconds"]) >= 0 for row in lines)


def test_csv_is_overwritten_or_added_to(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    trained([tg.train.CsvLog(path)])
    once = len(path.read_text().splitlines())
    trained([tg.train.CsvLog(path)])
    assert len(path.read_text().splitlines()) == once == 7
    trained([tg.train.CsvLog(path, append=True)])
    assert len(path.read_text().splitlines()) == 2 * once - 1


def test_a_failed_training_leaves_a_whole_csv(tmp_path: Path) -> None:
    class Bad(tg.train.Listener):
        def on_step_end(self, at: tg.train.Moment) -> None:
            if at.step == 3:
                raise RuntimeError

    log = tg.train.CsvLog(tmp_path / "log.csv")
    with pytest.raises(RuntimeError):
        trained([log, Bad()])
    assert [row.split(",")[1] for row in (tmp_path / "log.csv").read_text().splitlines()[1:]] == ["1", "2", "2", "3"]
    assert log._file is None


def events(folder: Path) -> list[tuple[str, int, Any]]:
    """What a reader of event files finds: records of a length, a checksum of it, the event, and a checksum."""
    from tensorboardX.proto.event_pb2 import Event

    (path,) = folder.glob("events.out.tfevents.*")
    data, found = path.read_bytes(), []
    while data:
        size = int.from_bytes(data[:8], "little")
        event = Event.FromString(data[12 : 12 + size])
        found += [(value.tag, event.step, value.simple_value) for value in event.summary.value]
        data = data[16 + size :]
    return found


def test_tensorboard_gets_losses_and_how_far_parameters_move(tmp_path: Path) -> None:
    history = tg.train.History()
    trained([tg.train.TensorBoard(tmp_path, every=2), history])
    found = events(tmp_path)
    assert [(step, value) for tag, step, value in found if tag == "loss/step"] == [
        (2, pytest.approx(history.steps[1])),
        (4, pytest.approx(history.steps[3])),
    ]
    assert [(step, value) for tag, step, value in found if tag == "loss/epoch"] == [
        (i, pytest.approx(loss)) for i, loss in enumerate(history.epochs, 1)
    ]
    assert {tag for tag, *_ in found} == {
        "loss/step", "loss/epoch", "update_ratio/slope", "gradient_norm/slope", "parameter_norm/slope",
    }  # fmt: skip


def test_without_the_writer_tensorboard_names_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(ImportError, match=r"pip install 'typedgrad\[tensorboard\]'"):
        tg.train.TensorBoard(tmp_path)


class Clock:
    """A second passes whenever one looks."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


def test_throughput_counts_examples_and_steps_a_second() -> None:
    lines: list[str] = []
    rate = tg.train.Throughput(every=2, write=lines.append, clock=Clock())
    trained([rate])
    assert rate.rates == [(2, 4.0), (4, 4.0)]
    assert lines[0] == "step 2: 4 examples/s, 2.0 steps/s"


def test_eta_says_how_long_the_rest_will_take() -> None:
    lines: list[str] = []
    trained([tg.train.Eta(seconds=0.0, write=lines.append, clock=Clock())], epochs=5)
    # Ten steps; the clock was looked at once before.
    assert lines[0] == "epoch 1 of 5: 10 % done, 0:00:09 left"
    assert lines[-1] == "epoch 5 of 5: 100 % done, 0:00:00 left"
    assert len(lines) == 10


def test_eta_of_data_without_a_length_is_told_after_epochs() -> None:
    class Endless:
        def __iter__(self) -> Any:
            return iter(list(tg.data.Loader(doubles(), batch=2)))

    lines: list[str] = []
    trained([tg.train.Eta(seconds=0.0, write=lines.append, clock=Clock())], data=Endless(), epochs=4)
    assert lines[0] == "epoch 1 of 4: 25 % done, 0:00:03 left"
    assert len(lines) == 4


def test_evaluation_by_steps_and_with_a_metric() -> None:
    lines: list[str] = []
    model = tg.init(tg.nn.Dense(in_features=2, out_features=2), tg.random.key(0))
    data = tg.data.Dataset(tg.asarray([[1.0, 0.0], [0.0, 1.0]]), tg.asarray([0, 1]), classes=2)
    roc = tg.metrics.RocMulticlass.empty(2)
    every = tg.train.EvaluateEvery(data, metric=roc, link=tg.softmax, steps=3, write=lines.append)
    options: dict[str, Any] = {"loss": tg.softmax_cross_entropy, "updater": tg.optim.sgd(1.0), "batch": 1}
    trained([every], model, data=data, epochs=4, **options)
    assert [step for step, _ in every.results] == [3, 6]
    assert all(isinstance(found, tg.metrics.RocMulticlass) for _, found in every.results)
    assert lines[0].startswith("step 3: ")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: tg.train.CsvLog("x.csv", every=0), "CsvLog: `every` must be an int of at least 1, got 0"),
        (lambda: tg.train.LogScore(every=1.5), "LogScore: `every` must be an int of at least 1, got 1.5"),  # type: ignore[arg-type]  # what is tested
        (lambda: tg.train.TensorBoard("x", every=-1), "TensorBoard: `every` must be an int of at least 1, got -1"),
        (lambda: tg.train.Throughput(every=0), "Throughput: `every` must be an int of at least 1, got 0"),
        (lambda: tg.train.Eta(seconds=-1.0), "Eta: `seconds` must be at least 0, got -1.0"),
        (lambda: tg.train.EvaluateEvery(doubles(), epochs=0), "EvaluateEvery: `epochs` must be at least 1, got 0"),
        (lambda: tg.train.EvaluateEvery(doubles(), steps=0), "EvaluateEvery: `steps` must be at least 1, got 0"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()
