"""Elements along an axis."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3, "d": 8}


def right(x: Float32[Tensor, "b t"], i: Int64[Tensor, "b 1"]) -> None:
    reveal_type(tg.take_along_axis(x, i, axis=1))
    reveal_type(tg.squeeze(tg.take_along_axis(x, i, axis=1), axis=1))


def of_another_rank(x: Float32[Tensor, "b t"], i: Int64[Tensor, "b"]) -> None:
    tg.take_along_axis(x, i, axis=1)  # E: take_along_axis: `x` and `indices` must have equally many axes, not 2 and 1 [shape]


def run_right() -> None:
    right(tg.ones((2, 3)), tg.zeros((2, 1), dtype=tg.int64))


def run_of_another_rank() -> None:
    of_another_rank(tg.ones((2, 3)), tg.zeros(2, dtype=tg.int64))
