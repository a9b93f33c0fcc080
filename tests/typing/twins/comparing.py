"""Truth values."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3, "d": 8}


def right(x: Float32[Tensor, "b t"], y: Float32[Tensor, "b 1"]) -> None:
    reveal_type(x < y)
    reveal_type(x == 1.0)
    reveal_type((x > 0) & (x < 1))
    reveal_type(tg.all(x > 0, axis=1))
    reveal_type(tg.any(x > y))


def of_other_sizes(x: Float32[Tensor, "b t"], y: Float32[Tensor, "b d"]) -> None:
    tg.less(x, y)  # E: less: `x1` and `x2` do not broadcast: axis -1 is t in `x1` but d in `x2` [shape]


def run_right() -> None:
    right(tg.ones((2, 3)), tg.ones((2, 1)))


def run_of_other_sizes() -> None:
    of_other_sizes(tg.ones((2, 3)), tg.ones((2, 8)))
