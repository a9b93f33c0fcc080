"""Labels as rows."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3}


def right(labels: Int64[Tensor, "b t"]) -> None:
    reveal_type(tg.one_hot(labels, classes=10))
    reveal_type(tg.sum(tg.one_hot(labels, classes=10), axis=1))


def of_floats(x: Float32[Tensor, "b"]) -> None:
    tg.one_hot(x, classes=10)  # E: one_hot: `labels` must be Integer, not float32 [dtype]


def run_right() -> None:
    right(tg.zeros((2, 3), dtype=tg.int64))


def run_of_floats() -> None:
    of_floats(tg.ones(2))
