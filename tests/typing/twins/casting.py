"""From one dtype to another."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2}


def right(x: Float32[Tensor, "b"], i: Int64[Tensor, "b"]) -> None:
    reveal_type(tg.astype(i, tg.float64))
    reveal_type(x.astype(tg.float64) + x)
    reveal_type(i + x)
    reveal_type(tg.astype(x > 0, tg.int64))


def floats_as_positions(x: Float32[Tensor, "b"]) -> None:
    tg.take(x, x, axis=0)  # E: take: `indices` must be Integer, not float32 [dtype]


def run_right() -> None:
    right(tg.ones(2), tg.ones(2, dtype=tg.int64))


def run_floats_as_positions() -> None:
    floats_as_positions(tg.ones(2))
