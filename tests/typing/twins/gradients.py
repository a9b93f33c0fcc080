"""Gradients have the shapes of what they are of."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 3, "d": 4}


def loss(w: Float32[Tensor, "d"], x: Float32[Tensor, "n d"]) -> Float32[Tensor, ""]:
    return tg.mean(tg.square(x @ w))


def right(w: Float32[Tensor, "d"], x: Float32[Tensor, "n d"]) -> None:
    reveal_type(tg.grad(loss)(w, x))
    _, slope = tg.value_and_grad(loss)(w, x)
    reveal_type(slope)


def of_a_transposed_input(w: Float32[Tensor, "d"], x: Float32[Tensor, "d n"]) -> None:
    x @ w  # E: matmul: `k` is n in `x1` but d in `x2` [shape]


def run_right() -> None:
    right(tg.ones(4), tg.ones((3, 4)))


def run_of_a_transposed_input() -> None:
    of_a_transposed_input(tg.ones(4), tg.ones((4, 3)))
