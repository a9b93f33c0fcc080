"""Zeros and other values around."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 2, "c": 3, "h": 4, "w": 5}


def right(x: Float32[Tensor, "n c h w"]) -> None:
    reveal_type(tg.pad(x, ((0, 0), (0, 0), (1, 1), (2, 2))))
    reveal_type(tg.pad(x, ((1, 0), (0, 0), (0, 0), (0, 3))))


def too_few_axes(x: Float32[Tensor, "n c h w"]) -> None:
    tg.pad(x, ((1, 1), (2, 2)))  # E: pad: widths must hold a pair for each of the 4 axes, not 2 [shape]


def run_right() -> None:
    right(tg.ones((2, 3, 4, 5)))


def run_too_few_axes() -> None:
    too_few_axes(tg.ones((2, 3, 4, 5)))
