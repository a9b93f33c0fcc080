"""Running sums and products."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3, "d": 8}


def right(x: Float32[Tensor, "b t"]) -> None:
    reveal_type(tg.cumulative_sum(x, axis=1))
    reveal_type(tg.cumulative_prod(x, axis=0))
    reveal_type(tg.cumulative_sum(x, axis=1, include_initial=True))


def along_no_axis(x: Float32[Tensor, "b t"]) -> None:
    tg.cumulative_sum(x, axis=2)  # E: cumulative_sum: axis 2 is out of range for 2 axes [shape]


def run_right() -> None:
    right(tg.ones((2, 3)))


def run_along_no_axis() -> None:
    along_no_axis(tg.ones((2, 3)))
