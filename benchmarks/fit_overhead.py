"""What `fit` costs beside the steps that it makes, in microseconds per step; at most 100 with the default listeners.

python benchmarks/fit_overhead.py

The step itself (gradient and update) is replaced by one that does nothing, so that everything measured is the loop, the
listeners and the progress bar, which is drawn on a terminal that nobody looks at. Loader and listeners that write
files are measured too; they are no part of the default.
"""

from __future__ import annotations

import io
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

import typedgrad as tg
from typedgrad.core.run import training
from typedgrad.train.batches import Data
from typedgrad.train.objective import Descent, Objective, Piece

P = TypeVar("P")

STEPS = 2_000
ROUNDS = 7
LIMIT = 100.0


class Nothing:
    """An updater without an update."""

    def init(self, params: object) -> int:
        return 0

    def update(self, params: P, grads: P, state: int) -> tuple[P, int]:
        return params, state


class Terminal(io.StringIO):
    """Where the bar is drawn."""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return len(text)


def gradient(objective: Objective, model: object, piece: Piece) -> Descent:
    with training(piece.key) as run:
        return Descent(0.5, model, run, ())


def per_step(data: Data, listeners: Callable[[], Sequence[tg.train.Listener]], *, progress: bool) -> float:
    """The median microseconds per step."""
    model = tg.init(tg.nn.Dense(in_features=4, out_features=2), tg.random.key(0))
    options: dict[str, Any] = {"loss": tg.mse, "updater": Nothing(), "key": tg.random.key(0), "progress": progress}
    samples = []
    with mock.patch.object(Objective, "gradient", gradient), mock.patch.object(sys, "stderr", Terminal()):
        tg.fit(model, data, epochs=1, listeners=listeners(), **options)
        for _ in range(ROUNDS):
            start = time.perf_counter()
            tg.fit(model, data, epochs=1, listeners=listeners(), **options)
            samples.append((time.perf_counter() - start) / STEPS * 1e6)
    return statistics.median(samples)


def main() -> None:
    x, y = tg.ones((8, 4)), tg.zeros((8, 2))
    batches = [(x, y)] * STEPS
    rows = tg.data.Dataset(tg.ones((STEPS, 4)), tg.zeros((STEPS, 2)))

    def quiet(line: str) -> None: ...

    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.csv"
        found = {
            "no listeners": per_step(batches, tuple, progress=False),
            "the bar of a terminal (the default)": per_step(batches, tuple, progress=True),
            "bar, History, LogScore": per_step(
                batches, lambda: [tg.train.History(), tg.train.LogScore(every=10, write=quiet)], progress=True
            ),
            "bar, History, CsvLog of every step": per_step(
                batches, lambda: [tg.train.History(), tg.train.CsvLog(log)], progress=True
            ),
            "bar, and a dataset cut into rows": per_step(
                tg.data.Loader(rows, batch=1, shuffle=True), tuple, progress=True
            ),
        }
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, {STEPS} steps, medians of {ROUNDS}")
    for name, microseconds in found.items():
        print(f"{name:40s} {microseconds:8.1f} us/step")
    worst = max(list(found.values())[:3])
    print(f"default listeners: {worst:.1f} us/step, {'within' if worst <= LIMIT else 'ABOVE'} the limit of {LIMIT:.0f}")


if __name__ == "__main__":
    main()
