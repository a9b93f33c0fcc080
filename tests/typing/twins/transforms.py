"""Functions made of functions."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES = {"b": 4, "n": 5, "m": 6}


@tg.typed
def product(x: Float32[Tensor, "b n"], w: Float32[Tensor, "n m"]) -> Float32[Tensor, "b m"]:
    return x @ w


def loss(w: Float32[Tensor, "n m"], x: Float32[Tensor, "b n"]) -> Float32[Tensor, ""]:
    return tg.mean(product(x, w))


def transforms(w: Float32[Tensor, "n m"], x: Float32[Tensor, "b n"]) -> None:
    reveal_type(tg.checkpoint(product)(x, w))
    reveal_type(tg.grad(loss)(w, x))
    _, direction = tg.value_and_grad(loss)(w, x)
    reveal_type(w - 0.1 * direction)


def wrong_step(w: Float32[Tensor, "n m"], x: Float32[Tensor, "b n"]) -> None:
    direction = tg.grad(loss)(w, x)
    w - direction.mT  # E: subtract: `x1` and `x2` do not broadcast: axis -1 is m in `x1` but n in `x2` [shape]


def run_transforms() -> None:
    transforms(tg.ones((5, 6)), tg.ones((4, 5)))


def run_wrong_step() -> None:
    wrong_step(tg.ones((5, 6)), tg.ones((4, 5)))
