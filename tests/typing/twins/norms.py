"""Lengths of vectors and matrices."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3, "d": 8}


def right(x: Float32[Tensor, "b t d"]) -> None:
    reveal_type(tg.linalg.vector_norm(x, axis=-1))
    reveal_type(tg.linalg.vector_norm(x, axis=(0, 1), keepdims=True))
    reveal_type(tg.linalg.matrix_norm(x))
    reveal_type(tg.vecdot(x, x))


def along_no_axis(x: Float32[Tensor, "b t d"]) -> None:
    tg.linalg.vector_norm(x, axis=3)  # E: vector_norm: axis 3 is out of range for 3 axes [shape]


def run_right() -> None:
    right(tg.ones((2, 3, 8)))


def run_along_no_axis() -> None:
    along_no_axis(tg.ones((2, 3, 8)))
