"""Loops and conditions on tensors."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 3, "d": 4}


def right(x: Float32[Tensor, "n d"]) -> None:
    y = x
    for _ in range(3):
        y = y + x
    reveal_type(y)
    total = tg.zeros_like(x)
    for row in (x, y):
        total = total + row
    reveal_type(total)


def that_grow(x: Float32[Tensor, "n d"]) -> None:
    x + tg.concat([x, x], axis=0)  # E: add: `x1` and `x2` do not broadcast: axis -2 is n in `x1` but 2*n in `x2` [shape]


def run_right() -> None:
    right(tg.ones((3, 4)))


def run_that_grow() -> None:
    that_grow(tg.ones((3, 4)))
