"""Sizes of 1 and missing axes are stretched."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3, "d": 4}


def right(x: Float32[Tensor, "b t d"], y: Float32[Tensor, "t 1"], z: Float32[Tensor, "d"]) -> None:
    reveal_type(x + y)
    reveal_type(x * z)
    reveal_type(y + z)
    reveal_type(tg.broadcast_to(z, (3, z.shape[0])))


def from_the_left(x: Float32[Tensor, "b t d"], y: Float32[Tensor, "b"]) -> None:
    x + y  # E: add: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but b in `x2` [shape]


def run_right() -> None:
    right(tg.ones((2, 3, 4)), tg.ones((3, 1)), tg.ones(4))


def run_from_the_left() -> None:
    from_the_left(tg.ones((2, 3, 4)), tg.ones(2))
