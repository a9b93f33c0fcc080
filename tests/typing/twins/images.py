"""Convolutions of images."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 2, "h": 9, "w": 9}


def right(x: Float32[Tensor, "n 3 9 9"], k: Float32[Tensor, "8 3 3 3"]) -> None:
    reveal_type(tg.conv2d(x, k))
    reveal_type(tg.conv2d(x, k, padding=1))
    reveal_type(tg.conv2d(x, k, stride=2))
    reveal_type(tg.conv2d(x, k, dilation=2))
    reveal_type(tg.avg_pool2d(tg.conv2d(x, k, padding=1), 3))
    reveal_type(tg.conv2d(tg.conv2d(x, k), tg.ones((4, 8, 1, 1))))


def channels_last(x: Float32[Tensor, "n 9 9 3"], k: Float32[Tensor, "8 3 3 3"]) -> None:
    tg.conv2d(x, k)  # E: conv2d: `x` must have as many channels as the kernel takes: 9 and 3 [shape]


def kernel_of_two_axes(x: Float32[Tensor, "n 3 9 9"], k: Float32[Tensor, "3 3"]) -> None:
    tg.conv2d(x, k)  # E: conv2d: `kernel` needs 4 axes (c_out c_per_group kh kw), got 2 [shape]


def run_right() -> None:
    right(tg.ones((2, 3, 9, 9)), tg.ones((8, 3, 3, 3)))


def run_channels_last() -> None:
    channels_last(tg.ones((2, 9, 9, 3)), tg.ones((8, 3, 3, 3)))


def run_kernel_of_two_axes() -> None:
    kernel_of_two_axes(tg.ones((2, 3, 9, 9)), tg.ones((3, 3)))
