"""Products of matrices and vectors."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"m": 2, "k": 3, "n": 4}


def right(a: Float32[Tensor, "m k"], c: Float32[Tensor, "k n"], v: Float32[Tensor, "k"]) -> None:
    reveal_type(a @ c)
    reveal_type(a @ v)
    reveal_type(v @ c)
    reveal_type(v @ v)
    reveal_type(c.mT @ a.mT)
    reveal_type(tg.outer(v, v))


def turned(a: Float32[Tensor, "m k"], c: Float32[Tensor, "n k"]) -> None:
    a @ c  # E: matmul: `k` is k in `x1` but n in `x2` [shape]


def a_vector_too_long(a: Float32[Tensor, "m k"], v: Float32[Tensor, "m"]) -> None:
    a @ v  # E: matmul: `k` is k in `x1` but m in `x2` [shape]


def run_right() -> None:
    right(tg.ones((2, 3)), tg.ones((3, 4)), tg.ones(3))


def run_turned() -> None:
    turned(tg.ones((2, 3)), tg.ones((4, 3)))


def run_a_vector_too_long() -> None:
    a_vector_too_long(tg.ones((2, 3)), tg.ones(2))
