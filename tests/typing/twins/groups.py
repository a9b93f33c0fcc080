"""Convolutions in groups."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 2, "h": 7, "w": 7}


def right(x: Float32[Tensor, "n 4 7 7"], k: Float32[Tensor, "8 2 3 3"]) -> None:
    reveal_type(tg.conv2d(x, k, groups=2))
    reveal_type(tg.conv2d(x, tg.ones((4, 1, 3, 3)), groups=4))


def that_do_not_divide(x: Float32[Tensor, "n 4 7 7"], k: Float32[Tensor, "8 2 3 3"]) -> None:
    tg.conv2d(x, k, groups=3)  # E: conv2d: `groups`=3 must divide the channels of `x`: 4 is not a multiple of 3 [shape]


def forgotten(x: Float32[Tensor, "n 4 7 7"], k: Float32[Tensor, "8 2 3 3"]) -> None:
    tg.conv2d(x, k)  # E: conv2d: `x` must have as many channels as the kernel takes: 4 and 2 [shape]


def run_right() -> None:
    right(tg.ones((2, 4, 7, 7)), tg.ones((8, 2, 3, 3)))


def run_that_do_not_divide() -> None:
    that_do_not_divide(tg.ones((2, 4, 7, 7)), tg.ones((8, 2, 3, 3)))


def run_forgotten() -> None:
    forgotten(tg.ones((2, 4, 7, 7)), tg.ones((8, 2, 3, 3)))
