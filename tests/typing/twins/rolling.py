"""Orders turned round, axes moved."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3, "d": 8}


def right(x: Float32[Tensor, "b t d"]) -> None:
    reveal_type(tg.roll(x, 1, axis=1))
    reveal_type(tg.flip(x, axis=0))
    reveal_type(tg.moveaxis(x, 0, 2))
    reveal_type(tg.swapaxes(x, 0, 1))
    reveal_type(x.mT)


def an_axis_too_far(x: Float32[Tensor, "b t d"]) -> None:
    tg.moveaxis(x, 0, 3)  # E: moveaxis: axis 3 is out of range for 3 axes [shape]


def run_right() -> None:
    right(tg.ones((2, 3, 8)))


def run_an_axis_too_far() -> None:
    an_axis_too_far(tg.ones((2, 3, 8)))
