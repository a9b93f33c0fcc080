"""One function calls another."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3, "d": 4}


@tg.typed
def halves(x: Float32[Tensor, "n t d"]) -> Float32[Tensor, "n t d//2"]:
    return x[..., : x.shape[2] // 2]


@tg.typed
def pooled(x: Float32[Tensor, "n t d"]) -> Float32[Tensor, "n d"]:
    return tg.mean(x, axis=1)


def right(x: Float32[Tensor, "b t 4"]) -> None:
    reveal_type(halves(x))
    reveal_type(pooled(x))
    reveal_type(pooled(halves(x)))


def another_rank(x: Float32[Tensor, "b 4"]) -> None:
    pooled(x)  # E: pooled: `x` needs 3 axes (n t d), got 2 [shape]


def run_right() -> None:
    right(tg.ones((2, 3, 4)))


def run_another_rank() -> None:
    another_rank(tg.ones((2, 4)))
