"""Ctrl-C stops a training between two steps, and the model as it is then comes back."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

import pytest

import typedgrad as tg
from tests.train.models import doubles, line, squared_error, values


class PressCtrlC(tg.train.Listener):
    """Interrupts itself while a step is being made: after the gradients, before the update."""

    def __init__(self, at_step: int, times: int = 1) -> None:
        self.at_step = at_step
        self.times = times
        self.steps = 0
        self.ends: list[bool] = []
        self.weights: list[Any] = []

    def on_gradients(self, at: tg.train.Moment, gradients: object) -> None:
        if at.step + 1 == self.at_step:
            for _ in range(self.times):
                os.kill(os.getpid(), signal.SIGINT)

    def on_step_end(self, at: tg.train.Moment) -> None:
        self.steps = at.step
        self.weights.append(values(at.model))

    def on_fit_end(self, at: tg.train.Moment, *, interrupted: bool) -> None:
        self.ends.append(interrupted)


def run(listener: tg.train.Listener, epochs: int = 5) -> list[Any]:
    batches = list(tg.data.Loader(doubles(), batch=2))
    return values(
        tg.fit(
            line(),
            batches,
            loss=squared_error,
            updater=tg.optim.sgd(0.01),
            epochs=epochs,
            key=tg.random.key(0),
            listeners=[listener],
        )
    )


def test_the_step_is_finished_and_the_model_returned_with_a_notice(capfd: pytest.CaptureFixture[str]) -> None:
    press = PressCtrlC(at_step=3)  # of two per epoch
    interrupted = run(press)
    assert press.steps == 3
    assert press.ends == [True]
    keep = PressCtrlC(at_step=99)
    run(keep, epochs=2)
    assert interrupted == keep.weights[2]
    notice = capfd.readouterr().err
    assert "fit: stopping after this step; press Ctrl-C again to stop at once" in notice
    assert "fit: interrupted after step 3, in epoch 2 of 5; returning the model as it is" in notice


def test_pressed_twice_it_stops_at_once() -> None:
    with pytest.raises(KeyboardInterrupt):
        run(PressCtrlC(at_step=3, times=2))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_afterwards_ctrl_c_means_what_it_did_before() -> None:
    run(PressCtrlC(at_step=1))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(ValueError, match="no batches"):
        tg.fit(line(), [], loss=squared_error, updater=tg.optim.sgd(0.1), epochs=1, key=tg.random.key(0))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_programs_own_handler_is_left_alone() -> None:
    calls: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: calls.append(number))
    try:
        press = PressCtrlC(at_step=1)
        run(press)
    finally:
        signal.signal(signal.SIGINT, before)
    assert calls == [signal.SIGINT]
    assert press.ends == [False]


def test_other_threads_can_train_too() -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(run(PressCtrlC(at_step=99))))
    thread.start()
    thread.join()
    assert found == [run(PressCtrlC(at_step=99))]


class PressAtOnce(tg.train.Listener):
    """Interrupts the first forward pass; keeps where the training stopped."""

    def __init__(self) -> None:
        self.steps = 0
        self.last: list[tg.train.Moment] = []

    def on_forward(self, at: tg.train.Moment, activations: object) -> None:
        if at.step == 0 and not self.last and self.steps == 0:
            self.steps = 1
            os.kill(os.getpid(), signal.SIGINT)

    def on_step_end(self, at: tg.train.Moment) -> None:
        self.last.append(at)


def test_a_group_of_batches_is_finished_first() -> None:
    press = PressAtOnce()
    batches = list(tg.data.Loader(doubles(), batch=1))
    options: dict[str, Any] = {"loss": squared_error, "updater": tg.optim.sgd(0.01), "key": tg.random.key(0)}
    found = tg.fit(line(), batches, epochs=3, accumulate=3, listeners=[press], **options)
    assert [(at.step, at.position.batch, at.rows) for at in press.last] == [(1, 3, 3)]
    whole = tg.fit(line(), batches, epochs=3, accumulate=3, **options)
    rest = tg.fit(found, batches, epochs=3, accumulate=3, resume=press.last[-1], **options)
    assert values(rest) == values(whole)


def test_the_windows_of_a_batch_are_finished_first() -> None:
    press, key = PressAtOnce(), tg.random.key(0)
    model = tg.init(tg.nn.Gru(in_features=1, features=1), key)
    x = tg.random.normal(key, (2, 5, 1))
    options: dict[str, Any] = {"loss": squared_error, "updater": tg.optim.sgd(0.01), "key": key, "truncate": 2}
    tg.fit(model, [(x, x)] * 3, epochs=2, listeners=[press], **options)
    assert [(at.step, at.position.batch, at.resumable) for at in press.last] == [
        (1, 0, False), (2, 0, False), (3, 1, True),
    ]  # fmt: skip
