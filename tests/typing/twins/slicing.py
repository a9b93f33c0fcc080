"""Slices with numbers."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 10, "d": 8}


def right(x: Float32[Tensor, "b 10 d"]) -> None:
    reveal_type(x[:, 2:5])
    reveal_type(x[:, ::3])
    reveal_type(x[0])
    reveal_type(x[..., 0])
    reveal_type(x[:, -1])
    reveal_type(x[None])
    reveal_type(x[:, 1:, None])


def too_many(x: Float32[Tensor, "b 10 d"]) -> None:
    x[0, 0, 0, 0]  # E: getitem: too many indices: 4 for 3 axes [shape]


def too_far(x: Float32[Tensor, "b 10 d"]) -> None:
    x[:, 10]  # E: getitem: index 10 is out of range for axis 1 of size 10 [shape]


def run_right() -> None:
    right(tg.ones((2, 10, 8)))


def run_too_many() -> None:
    too_many(tg.ones((2, 10, 8)))


def run_too_far() -> None:
    too_far(tg.ones((2, 10, 8)))
