"""Kinds of elements: promotion, comparisons, conversions."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32, Float64, Int64

import typedgrad as tg
from typedgrad import Tensor

SIZES = {"n": 3}


def dtypes(x: Float32[Tensor, "n"], d: Float64[Tensor, "n"], i: Int64[Tensor, "n"]) -> None:
    reveal_type(x + d)
    reveal_type(x + i)
    reveal_type(i + 1)
    reveal_type(i + 1.5)
    reveal_type(d * 2.0)
    reveal_type(i / 2)
    reveal_type(x > 0)
    reveal_type(x == d)
    reveal_type(x.argmax(axis=0))
    reveal_type(i.astype("float64"))
    reveal_type(tg.where(x > 0, x, 0.0))
    reveal_type(tg.one_hot(i, classes=4))


def ints(i: Int64[Tensor, "n"]) -> None:
    tg.relu(i)  # E: relu: `x` must be Float, not int64 [dtype]


def run_dtypes() -> None:
    dtypes(tg.ones((3,)), tg.ones((3,), dtype="float64"), tg.asarray([0, 2, 1]))


def run_ints() -> None:
    ints(tg.asarray([0, 2, 1]))
