"""Elements at positions."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3, "d": 8, "n": 5}


def right(x: Float32[Tensor, "t d"], i: Int64[Tensor, "b n"]) -> None:
    reveal_type(tg.take(x, i, axis=0))
    reveal_type(tg.take(x, i, axis=1))
    reveal_type(x[i])
    reveal_type(x[:, i])


def along_no_axis(x: Float32[Tensor, "t d"], i: Int64[Tensor, "b"]) -> None:
    tg.take(x, i, axis=2)  # E: take: axis 2 is out of range for 2 axes [shape]


def run_right() -> None:
    right(tg.ones((3, 8)), tg.zeros((2, 5), dtype=tg.int64))


def run_along_no_axis() -> None:
    along_no_axis(tg.ones((3, 8)), tg.zeros(2, dtype=tg.int64))
