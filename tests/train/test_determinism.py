"""The same seeds give the same weights, however the batches are made."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import typedgrad as tg
from tests.train.models import values

KEY = tg.random.key(3)


def rows() -> tg.data.Dataset[tg.Tensor, tg.Tensor]:
    x = tg.random.normal(KEY, (50, 3))
    return tg.data.Dataset(x, tg.astype(tg.argmax(x, axis=1), "int64"), classes=3)


def network() -> tg.config.Network:
    return (
        tg.network(seed=7, updater=tg.optim.adam(1e-2), activation="relu", drop=0.2)
        .input("n 3")
        .layer(tg.nn.Dense, out_features=8)
        .layer(tg.nn.BatchNorm)
        .output("softmax_cross_entropy", tg.nn.Dense, out_features=3)
        .build()
    )


def test_two_runs_of_a_network_end_with_the_same_weights() -> None:
    assert values(tg.fit(network(), rows(), epochs=3)) == values(tg.fit(network(), rows(), epochs=3))


PROGRAM = """
from tests.train.test_determinism import network, rows
from tests.train.models import values
import typedgrad as tg
print(values(tg.fit(network(), rows(), epochs=3)))
"""


def test_and_so_do_runs_in_other_processes() -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", PROGRAM]
    said = {
        subprocess.run(
            command, capture_output=True, text=True, check=True, cwd=root, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert said == {f"{values(tg.fit(network(), rows(), epochs=3))}\n"}


def loader() -> Any:
    return tg.data.Loader(rows(), batch=8, shuffle=True, seed=5)


@pytest.mark.parametrize("change", [lambda made: made.prefetch(1), lambda made: made.prefetch(4)], ids=["1", "4"])
def test_prefetching_changes_nothing(change: Callable[[Any], Any]) -> None:
    plain = values(tg.fit(network(), loader(), epochs=3))
    assert values(tg.fit(network(), change(loader()), epochs=3)) == plain


def test_listeners_change_nothing() -> None:
    class Curious(tg.train.Listener):
        def on_forward(self, at: tg.train.Moment, activations: Any) -> None:
            activations()

        def on_backward(self, at: tg.train.Moment, update: tg.train.Update) -> None:
            tg.train.statistics(update)

    quiet = values(tg.fit(network(), rows(), epochs=2))
    listeners = [Curious(), tg.train.EvaluateEvery(rows(), steps=1, write=lambda line: None)]
    assert values(tg.fit(network(), rows(), epochs=2, listeners=listeners)) == quiet
