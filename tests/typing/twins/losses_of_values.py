"""Losses of two tensors of one shape."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 4}


def right(x: Float32[Tensor, "n"], y: Float32[Tensor, "n"]) -> None:
    reveal_type(tg.mse(x, y))
    reveal_type(tg.mae(x, y, reduction="none"))
    reveal_type(tg.huber(x, y))


def a_column_and_a_row(x: Float32[Tensor, "n 1"], y: Float32[Tensor, "n"]) -> None:
    tg.mse(x, y)  # E: mse: `*s` is [n 1] in `prediction` but [n] in `target` [shape]


def run_right() -> None:
    right(tg.ones(4), tg.ones(4))


def run_a_column_and_a_row() -> None:
    a_column_and_a_row(tg.ones((4, 1)), tg.ones(4))
