"""Products, broadcasting and what becomes of the axes."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES = {"b": 2, "n": 3, "m": 4, "k": 5}


def product(x: Float32[Tensor, "b n"], w: Float32[Tensor, "n m"]) -> None:
    reveal_type(x @ w)
    reveal_type(tg.matmul(x, w) + tg.ones((1,)))
    reveal_type((x @ w).mT)
    reveal_type(x * 2 - 1)
    reveal_type(x[:, :1] + x)


def not_transposed(x: Float32[Tensor, "b n"], w: Float32[Tensor, "m n"]) -> None:
    x @ w  # E: matmul: `k` is n in `x1` but m in `x2` [shape]


def broadcast(x: Float32[Tensor, "b n"], y: Float32[Tensor, "m"]) -> None:
    x + y  # E: add: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but m in `x2` [shape]


def run_product() -> None:
    product(tg.ones((2, 3)), tg.ones((3, 4)))


def run_not_transposed() -> None:
    not_transposed(tg.ones((2, 3)), tg.ones((4, 3)))


def run_broadcast() -> None:
    broadcast(tg.ones((2, 3)), tg.ones((4,)))
