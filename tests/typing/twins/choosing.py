"""Where one thing and where another."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3, "d": 8}


def right(x: Float32[Tensor, "b t"], y: Float32[Tensor, "t"]) -> None:
    reveal_type(tg.where(x > 0, x, y))
    reveal_type(tg.where(x > 0, x, 0.0))
    reveal_type(tg.maximum(x, y))
    reveal_type(tg.clip(x, 0.0, 1.0))


def that_do_not_broadcast(x: Float32[Tensor, "b t"], y: Float32[Tensor, "d"]) -> None:
    tg.where(x > 0, x, y)  # E: where: `condition` and `x2` do not broadcast: axis -1 is t in `condition` but d in `x2` [shape]


def run_right() -> None:
    right(tg.ones((2, 3)), tg.ones(3))


def run_that_do_not_broadcast() -> None:
    that_do_not_broadcast(tg.ones((2, 3)), tg.ones(8))
