"""Rebinding, branches and loops."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES = {"b": 2, "n": 3, "m": 4}


def control(x: Float32[Tensor, "b n"], w: Float32[Tensor, "n m"], c: bool) -> Float32[Tensor, "b m"]:
    x = x @ w
    reveal_type(x)
    if c:
        x = x + 1
    else:
        x = x * 2
    reveal_type(x)
    for _ in range(3):
        x = tg.tanh(x)
    reveal_type(x)
    y = x.mT if c else x
    if not c:
        return y
    y = y.mT
    reveal_type(tg.relu(x) + x)
    return x


def again(x: Float32[Tensor, "b n"], w: Float32[Tensor, "n m"]) -> None:
    x = x @ w
    x = x @ w  # E: matmul: `k` is m in `x1` but n in `x2` [shape]


def run_control() -> None:
    control(tg.ones((2, 3)), tg.ones((3, 4)), True)


def run_again() -> None:
    again(tg.ones((2, 3)), tg.ones((3, 4)))
