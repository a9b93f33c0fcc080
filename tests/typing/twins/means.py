"""Sums, means and extremes along axes."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3, "d": 8}


def right(x: Float32[Tensor, "b t d"]) -> None:
    reveal_type(tg.mean(x))
    reveal_type(tg.mean(x, axis=1))
    reveal_type(tg.max(x, axis=(0, 2)))
    reveal_type(tg.sum(x, axis=-1, keepdims=True))
    reveal_type(x - tg.mean(x, axis=0))
    reveal_type(tg.var(x, axis=1))


def twice_the_same(x: Float32[Tensor, "b t d"]) -> None:
    tg.mean(x, axis=(1, 1))  # E: mean: axis 1 is named more than once by axis=(1, 1) [shape]


def kept_out(x: Float32[Tensor, "b t"]) -> None:
    x - tg.mean(x, axis=1)  # E: subtract: `x1` and `x2` do not broadcast: axis -1 is t in `x1` but b in `x2` [shape]


def run_right() -> None:
    right(tg.ones((2, 3, 8)))


def run_twice_the_same() -> None:
    twice_the_same(tg.ones((2, 3, 8)))


def run_kept_out() -> None:
    kept_out(tg.ones((2, 3)))
