"""Copies beside each other."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3, "d": 8}


def right(x: Float32[Tensor, "b t"]) -> None:
    reveal_type(tg.repeat(x, 3, axis=0))
    reveal_type(tg.tile(x, (2, 1)))
    reveal_type(tg.tile(x, (4, 1, 2)))


def along_no_axis(x: Float32[Tensor, "b t"]) -> None:
    tg.repeat(x, 3, axis=2)  # E: repeat: axis 2 is out of range for 2 axes [shape]


def run_right() -> None:
    right(tg.ones((2, 3)))


def run_along_no_axis() -> None:
    along_no_axis(tg.ones((2, 3)))
