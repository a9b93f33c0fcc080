"""Convolutions of signals."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 2, "w": 20}


def right(x: Float32[Tensor, "n 3 20"], k: Float32[Tensor, "8 3 5"]) -> None:
    reveal_type(tg.conv1d(x, k))
    reveal_type(tg.conv1d(x, k, padding="same"))
    reveal_type(tg.conv1d(x, k, stride=2, padding=2))
    reveal_type(tg.conv1d(x, k, padding="causal"))
    reveal_type(tg.max_pool1d(x, 2))


def wrong_channels(x: Float32[Tensor, "n 4 20"], k: Float32[Tensor, "8 3 5"]) -> None:
    tg.conv1d(x, k)  # E: conv1d: `x` must have as many channels as the kernel takes: 4 and 3 [shape]


def too_short(x: Float32[Tensor, "n 3 4"], k: Float32[Tensor, "8 3 5"]) -> None:
    tg.conv1d(x, k)  # E: conv1d: the width of the kernel is more than that of the padded input: 5 > 4 [shape]


def run_right() -> None:
    right(tg.ones((2, 3, 20)), tg.ones((8, 3, 5)))


def run_wrong_channels() -> None:
    wrong_channels(tg.ones((2, 4, 20)), tg.ones((8, 3, 5)))


def run_too_short() -> None:
    too_short(tg.ones((2, 3, 4)), tg.ones((8, 3, 5)))
