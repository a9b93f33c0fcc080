"""Layers that normalise."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 2, "h": 4, "w": 4}


def right(x: Float32[Tensor, "n 8 h w"]) -> None:
    reveal_type(tg.init(tg.nn.BatchNorm(features=8), tg.random.key(0))(x))
    reveal_type(tg.init(tg.nn.GroupNorm(features=8, groups=2), tg.random.key(0))(x))


def of_other_channels(x: Float32[Tensor, "n 6 h w"]) -> None:
    tg.init(tg.nn.BatchNorm(features=8), tg.random.key(0))(x)  # E: BatchNorm(features=8): `x` has features=6, but features is 8 [shape]


def run_right() -> None:
    right(tg.ones((2, 8, 4, 4)))


def run_of_other_channels() -> None:
    of_other_channels(tg.ones((2, 6, 4, 4)))
