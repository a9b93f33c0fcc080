"""Diagonals and traces."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 3}


def right(x: Float32[Tensor, "n n"], v: Float32[Tensor, "n"]) -> None:
    reveal_type(tg.diagonal(x))
    reveal_type(tg.linalg.trace(x))
    reveal_type(tg.diag(v))


def of_a_vector(v: Float32[Tensor, "n"]) -> None:
    tg.linalg.trace(v)  # E: trace: `x` needs at least 2 axes (*b m n), got 1 [shape]


def run_right() -> None:
    right(tg.ones((3, 3)), tg.ones(3))


def run_of_a_vector() -> None:
    of_a_vector(tg.ones(3))
