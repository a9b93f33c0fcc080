"""Stacks and piles."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3, "d": 8}


def right(x: Float32[Tensor, "b t"], y: Float32[Tensor, "b t"]) -> None:
    reveal_type(tg.stack([x, y]))
    reveal_type(tg.stack([x, y, x], axis=1))
    reveal_type(tg.stack([x, y], axis=2))
    reveal_type(tg.unstack(tg.stack([x, y]))[0])


def of_other_sizes(x: Float32[Tensor, "b t"], y: Float32[Tensor, "t b"]) -> None:
    tg.stack([x, y])  # E: stack: `arrays[0]` and `arrays[1]` must have the same shape: [b t] and [t b] [shape]


def run_right() -> None:
    right(tg.ones((2, 3)), tg.ones((2, 3)))


def run_of_other_sizes() -> None:
    of_other_sizes(tg.ones((2, 3)), tg.ones((3, 2)))
