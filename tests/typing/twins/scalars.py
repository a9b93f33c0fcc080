"""Python's numbers are weak."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2}


def right(x: Float32[Tensor, "b"], i: Int64[Tensor, "b"]) -> None:
    reveal_type(x * 2)
    reveal_type(x + 1.5)
    reveal_type(i + 1)
    reveal_type(i / 2)
    reveal_type(i // 2)
    reveal_type(-x)
    reveal_type(x**2)


def of_integers(i: Int64[Tensor, "b"]) -> None:
    tg.sigmoid(i)  # E: sigmoid: `x` must be Float, not int64 [dtype]


def run_right() -> None:
    right(tg.ones(2), tg.ones(2, dtype=tg.int64))


def run_of_integers() -> None:
    of_integers(tg.ones(2, dtype=tg.int64))
