"""Axes of size 1."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3, "d": 8}


def right(x: Float32[Tensor, "b 1 d"]) -> None:
    reveal_type(tg.squeeze(x, axis=1))
    reveal_type(tg.expand_dims(tg.squeeze(x, 1), axis=-1))
    reveal_type(x[:, None, 0])


def not_of_size_one(x: Float32[Tensor, "b 3 d"]) -> None:
    tg.squeeze(x, axis=1)  # E: squeeze: axis 1 cannot be dropped: its size is 3, not 1 [shape]


def run_right() -> None:
    right(tg.ones((2, 1, 8)))


def run_not_of_size_one() -> None:
    not_of_size_one(tg.ones((2, 3, 8)))
