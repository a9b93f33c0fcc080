"""Elementwise functions keep shapes."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 3}


def right(x: Float32[Tensor, "n"]) -> None:
    reveal_type(tg.exp(x))
    reveal_type(tg.erf(x))
    reveal_type(tg.gelu(x))
    reveal_type(tg.isnan(x))
    reveal_type(tg.round(x))


def of_integers(x: Int64[Tensor, "n"]) -> None:
    tg.sigmoid(x)  # E: sigmoid: `x` must be Float, not int64 [dtype]


def run_right() -> None:
    right(tg.ones(3))


def run_of_integers() -> None:
    of_integers(tg.ones(3, dtype=tg.int64))
