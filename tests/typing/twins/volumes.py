"""Convolutions of volumes."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 1}


def right(x: Float32[Tensor, "n 2 5 6 7"], k: Float32[Tensor, "3 2 3 3 3"]) -> None:
    reveal_type(tg.conv3d(x, k))
    reveal_type(tg.conv3d(x, k, padding="same"))
    reveal_type(tg.max_pool3d(x, (1, 2, 3)))


def of_an_image(x: Float32[Tensor, "n 2 5 6"], k: Float32[Tensor, "3 2 3 3 3"]) -> None:
    tg.conv3d(x, k)  # E: conv3d: `x` needs 5 axes (n c_in d h w), got 4 [shape]


def run_right() -> None:
    right(tg.ones((1, 2, 5, 6, 7)), tg.ones((3, 2, 3, 3, 3)))


def run_of_an_image() -> None:
    of_an_image(tg.ones((1, 2, 5, 6)), tg.ones((3, 2, 3, 3, 3)))
