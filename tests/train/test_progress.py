"""The bar is drawn on a terminal and nowhere else, and what draws it is imported only then."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

import typedgrad as tg
from tests.train.models import doubles, line, squared_error


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(*, progress: bool = True) -> None:
    updater, key = tg.optim.sgd(0.01), tg.random.key(0)
    tg.fit(line(), doubles(), loss=squared_error, updater=updater, epochs=2, key=key, batch=1, progress=progress)


def test_a_terminal_sees_one_bar_per_epoch_with_the_mean_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    run()
    drawn = terminal.getvalue()
    assert "epoch 1/2: 100%" in drawn
    assert "epoch 2/2: 100%" in drawn
    assert "4/4" in drawn
    assert "loss " in drawn


def test_no_bar_is_drawn_where_nobody_looks_or_nobody_wants_one(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    monkeypatch.setattr(sys, "stderr", file)
    run()
    assert file.getvalue() == ""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    run(progress=False)
    assert terminal.getvalue() == ""


def test_a_bar_of_ones_own_is_the_only_one(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    updater, key = tg.optim.sgd(0.01), tg.random.key(0)
    options = {"epochs": 1, "batch": 4, "listeners": [tg.train.Progress()]}
    tg.fit(line(), doubles(), loss=squared_error, updater=updater, key=key, **options)  # type: ignore[call-overload]  # options of several types
    assert terminal.getvalue().count("epoch 1/1:   0%") == 1


def test_the_bar_counts_batches_also_when_steps_are_others(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    updater, key = tg.optim.sgd(0.01), tg.random.key(0)
    tg.fit(line(), doubles(), loss=squared_error, updater=updater, epochs=1, key=key, batch=1, accumulate=3)
    assert "4/4" in terminal.getvalue()


def test_an_error_ends_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    bad = [(tg.ones((2,)), tg.ones((2,))), (tg.ones((2,)), tg.ones((3,)))]
    with pytest.raises(tg.ShapeError):
        tg.fit(line(), bad, loss=squared_error, updater=tg.optim.sgd(0.01), epochs=1, key=tg.random.key(0))
    assert terminal.getvalue().endswith("\n")


def test_tqdm_is_not_imported_without_a_bar() -> None:
    program = """
import sys
import typedgrad as tg
model = tg.init(tg.nn.Dense(in_features=1, out_features=1), tg.random.key(0))
data = [(tg.ones((1, 1)), tg.ones((1, 1)))]
tg.fit(model, data, loss=lambda y, t: tg.sum(y), updater=tg.optim.sgd(0.1), epochs=1, key=tg.random.key(0))
print("tqdm" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False"]
