"""Einstein's sums."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "i": 3, "j": 4, "k": 5}


def right(x: Float32[Tensor, "b i j"], y: Float32[Tensor, "b j k"]) -> None:
    reveal_type(tg.einsum("bij,bjk->bik", x, y))
    reveal_type(tg.einsum("bij->b", x))
    reveal_type(tg.einsum("bij,bjk->kb", x, y))
    reveal_type(tg.einsum("...ij->...ji", x))


def two_sizes(x: Float32[Tensor, "b i j"], y: Float32[Tensor, "b j k"]) -> None:
    tg.einsum("bij,bik->bjk", x, y)  # E: einsum: `i` is i in `operands[0]` but j in `operands[1]` [shape]


def too_few_letters(x: Float32[Tensor, "b i j"]) -> None:
    tg.einsum("bi->b", x)  # E: einsum: `operands[0]` needs 2 axes (b i), got 3 [shape]


def run_right() -> None:
    right(tg.ones((2, 3, 4)), tg.ones((2, 4, 5)))


def run_two_sizes() -> None:
    two_sizes(tg.ones((2, 3, 4)), tg.ones((2, 4, 5)))


def run_too_few_letters() -> None:
    too_few_letters(tg.ones((2, 3, 4)))
