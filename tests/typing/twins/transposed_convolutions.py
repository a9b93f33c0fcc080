"""Convolutions the other way."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 2}


def right(x: Float32[Tensor, "n 8 5 5"], k: Float32[Tensor, "8 3 2 2"]) -> None:
    reveal_type(tg.conv_transpose2d(x, k))
    reveal_type(tg.conv_transpose2d(x, k, stride=2))
    reveal_type(tg.conv_transpose2d(x, k, stride=2, output_padding=1))


def wrong_channels(x: Float32[Tensor, "n 3 5 5"], k: Float32[Tensor, "8 3 2 2"]) -> None:
    tg.conv_transpose2d(x, k)  # E: conv_transpose2d: `c_in` is 3 in `x` but 8 in `kernel` [shape]


def run_right() -> None:
    right(tg.ones((2, 8, 5, 5)), tg.ones((8, 3, 2, 2)))


def run_wrong_channels() -> None:
    wrong_channels(tg.ones((2, 3, 5, 5)), tg.ones((8, 3, 2, 2)))
