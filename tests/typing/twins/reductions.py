"""Sums, means and extremes over axes."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES = {"b": 2, "t": 3, "d": 5}


def reductions(x: Float32[Tensor, "b t d"]) -> None:
    reveal_type(x.sum())
    reveal_type(x.sum(axis=1))
    reveal_type(x.mean(axis=(0, -1)))
    reveal_type(tg.max(x, axis=-1, keepdims=True))
    reveal_type(x.argmax(axis=0))
    reveal_type(tg.softmax(x, axis=1))
    reveal_type(tg.logsumexp(x, axis=-1))


def no_such_axis(x: Float32[Tensor, "b t d"]) -> None:
    x.sum(axis=3)  # E: sum: axis 3 is out of range for 3 axes [shape]


def run_reductions() -> None:
    reductions(tg.ones((2, 3, 5)))


def run_no_such_axis() -> None:
    no_such_axis(tg.ones((2, 3, 5)))
