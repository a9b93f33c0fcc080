"""Parts of matrices."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 3, "m": 4}


def right(x: Float32[Tensor, "n m"]) -> None:
    reveal_type(tg.tril(x))
    reveal_type(tg.triu(x, k=1))


def of_a_vector(x: Float32[Tensor, "n"]) -> None:
    tg.tril(x)  # E: tril: `x` needs at least 2 axes (*b m n), got 1 [shape]


def run_right() -> None:
    right(tg.ones((3, 4)))


def run_of_a_vector() -> None:
    of_a_vector(tg.ones(3))
