"""A training that does little else than write checkpoints, to be killed while it does: `FOLDER SEED`.

The only parameter counts the steps, in float64, so that any mixture of two checkpoints would show.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, NamedTuple

from jaxtyping import Float64

import typedgrad as tg
from typedgrad.train import Checkpoint, Moment, latest

SIZE = 20_000
KEY = tg.random.key(1)


class Counter(tg.nn.Layer):
    """Many copies of one number."""

    number: Float64[tg.Tensor, "20000"] = tg.nn.param(tg.nn.zeros)

    def __call__(self, x: Float64[tg.Tensor, ""]) -> Float64[tg.Tensor, "20000"]:
        return self.number * x


class Count(NamedTuple):
    """The state of `count`: the same number once more."""

    step: int
    copy: tg.Tensor


class count:  # noqa: N801  # an updater, named as others are
    """Adds 1 to everything."""

    def init(self, params: object) -> Count:
        return Count(0, tg.zeros((SIZE,), dtype="float64"))

    def update(self, params: Any, grads: Any, state: Count) -> tuple[Any, Count]:
        return tg.tree_map(lambda p: p + 1.0, params), Count(state.step + 1, state.copy + 1.0)


def run(folder: Path, epochs: int = 100_000) -> None:
    model: Any = Counter()
    loaded = None
    if any(folder.glob("step-*.zip")):
        loaded = tg.load(latest(folder), model, updater=count())
    started: Any = tg.init(model, KEY) if loaded is None else loaded.model
    x = tg.ones((), dtype="float64")
    scored: list[int] = []

    def score(at: Moment) -> float:
        scored.append(at.step)
        if len(scored) == 2:  # the first one of this process is written
            print("ready", flush=True)
        return float(at.step % 7)

    listener = Checkpoint(folder, steps=1, keep_last=2, keep_best=2, score=score)
    tg.fit(
        started, [(x, x)] * 10, loss=lambda y, _: tg.mean(y), updater=count(), epochs=epochs, key=KEY,
        listeners=[listener], progress=False, resume=loaded,
    )  # fmt: skip


if __name__ == "__main__":
    run(Path(sys.argv[1]))
