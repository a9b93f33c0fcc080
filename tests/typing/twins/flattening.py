"""Several axes as one."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3, "d": 8}


def right(x: Float32[Tensor, "b t d"]) -> None:
    reveal_type(tg.flatten(x))
    reveal_type(tg.flatten(x, start=1))
    reveal_type(tg.reshape(tg.flatten(x, start=1), x.shape))


def start_beyond(x: Float32[Tensor, "b t d"]) -> None:
    tg.flatten(x, start=4)  # E: flatten: axis 4 is out of range for 3 axes [shape]


def run_right() -> None:
    right(tg.ones((2, 3, 8)))


def run_start_beyond() -> None:
    start_beyond(tg.ones((2, 3, 8)))
