"""Linear systems."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 3, "k": 2}


def right(a: Float32[Tensor, "n n"], b: Float32[Tensor, "n k"]) -> None:
    reveal_type(tg.linalg.solve(a, b))
    reveal_type(tg.linalg.inv(a))
    reveal_type(tg.linalg.det(a))
    reveal_type(tg.linalg.cholesky(a))


def of_other_sizes(a: Float32[Tensor, "n n"], b: Float32[Tensor, "k n"]) -> None:
    tg.linalg.solve(a, b)  # E: solve: `n` is n in `x1` but k in `x2` [shape]


def not_square(a: Float32[Tensor, "n k"]) -> None:
    tg.linalg.inv(a)  # E: inv: `n` is n on axis 0 of `x` but k on axis 1 [shape]


def run_right() -> None:
    right(tg.eye(3), tg.ones((3, 2)))


def run_of_other_sizes() -> None:
    of_other_sizes(tg.eye(3), tg.ones((2, 3)))


def run_not_square() -> None:
    not_square(tg.ones((3, 2)))
