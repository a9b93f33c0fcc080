"""Parts of an axis."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "d": 12}


def right(x: Float32[Tensor, "b 12"]) -> None:
    first, second, third = tg.split(x, 3, axis=1)
    reveal_type(first)
    reveal_type(third)
    left, right = tg.split(x, 2, axis=-1)
    reveal_type(left)
    reveal_type(tg.chunk(x, 5, axis=1)[0])


def with_a_rest(x: Float32[Tensor, "b 12"]) -> None:
    tg.split(x, 5, axis=1)  # E: split: the parts cannot have the same size: 12 is not a multiple of 5 [shape]


def run_right() -> None:
    right(tg.ones((2, 12)))


def run_with_a_rest() -> None:
    with_a_rest(tg.ones((2, 12)))
