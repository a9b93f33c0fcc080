"""Pixels and channels exchanged."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 2}


def right(x: Float32[Tensor, "n 12 4 4"]) -> None:
    reveal_type(tg.pixel_shuffle(x, 2))
    reveal_type(tg.pixel_unshuffle(x, 2))
    reveal_type(tg.upsample(x, 2))


def then_added(x: Float32[Tensor, "n 12 4 4"]) -> None:
    tg.pixel_shuffle(x, 2) + x  # E: add: `x1` and `x2` do not broadcast: axis -1 is 8 in `x1` but 4 in `x2` [shape]


def run_right() -> None:
    right(tg.ones((2, 12, 4, 4)))


def run_then_added() -> None:
    then_added(tg.ones((2, 12, 4, 4)))
