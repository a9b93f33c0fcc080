"""Factors of matrices."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"m": 3, "n": 3, "k": 5}


def right(a: Float32[Tensor, "n n"]) -> None:
    values, vectors = tg.linalg.eigh(a)
    reveal_type(values)
    reveal_type(vectors)
    q, r = tg.linalg.qr(a)
    reveal_type(q)
    reveal_type(r)
    reveal_type(tg.linalg.svdvals(a))


def not_square(a: Float32[Tensor, "n k"]) -> None:
    tg.linalg.eigh(a)  # E: eigh: `n` is n on axis 0 of `x` but k on axis 1 [shape]


def run_right() -> None:
    right(tg.eye(3))


def run_not_square() -> None:
    not_square(tg.ones((3, 5)))
