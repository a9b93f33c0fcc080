"""Tensors like others."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3, "d": 8}


def right(x: Float32[Tensor, "b t"]) -> None:
    reveal_type(tg.zeros_like(x))
    reveal_type(tg.full_like(x, 2.0))
    reveal_type(tg.ones_like(x, dtype=tg.int64))


def then_multiplied(x: Float32[Tensor, "b t"]) -> None:
    x @ tg.zeros_like(x)  # E: matmul: `k` is t in `x1` but b in `x2` [shape]


def run_right() -> None:
    right(tg.ones((2, 3)))


def run_then_multiplied() -> None:
    then_multiplied(tg.ones((2, 3)))
