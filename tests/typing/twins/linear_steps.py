"""Products with a bias and an activation."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 3, "k": 4, "m": 5}


def right(x: Float32[Tensor, "n k"], w: Float32[Tensor, "k m"], b: Float32[Tensor, "m"]) -> None:
    reveal_type(tg.linear(x, w, b))
    reveal_type(tg.linear(x, w, b, activation="relu"))
    reveal_type(tg.layer_norm(x))


def a_turned_weight(x: Float32[Tensor, "n k"], w: Float32[Tensor, "m k"]) -> None:
    tg.linear(x, w)  # E: linear: `k` is k in `x` but m in `weight` [shape]


def a_bias_too_long(x: Float32[Tensor, "n k"], w: Float32[Tensor, "k m"], b: Float32[Tensor, "k"]) -> None:
    tg.linear(x, w, b)  # E: linear: `n` is m in `weight` but k in `bias` [shape]


def run_right() -> None:
    right(tg.ones((3, 4)), tg.ones((4, 5)), tg.ones(5))


def run_a_turned_weight() -> None:
    a_turned_weight(tg.ones((3, 4)), tg.ones((5, 4)))


def run_a_bias_too_long() -> None:
    a_bias_too_long(tg.ones((3, 4)), tg.ones((4, 5)), tg.ones(4))
