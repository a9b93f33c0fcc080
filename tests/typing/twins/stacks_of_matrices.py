"""Batched products and what is broadcast."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "h": 3, "t": 4, "s": 5, "d": 6}


def right(q: Float32[Tensor, "b h t d"], k: Float32[Tensor, "b h s d"]) -> None:
    reveal_type(q @ k.mT)
    reveal_type(tg.softmax(q @ k.mT, axis=-1))
    reveal_type(tg.matmul(q, tg.permute_dims(k, (0, 1, 3, 2))))


def not_turned(q: Float32[Tensor, "b h t d"], k: Float32[Tensor, "b h s d"]) -> None:
    q @ k  # E: matmul: `k` is d in `x1` but s in `x2` [shape]


def run_right() -> None:
    right(tg.ones((2, 3, 4, 6)), tg.ones((2, 3, 5, 6)))


def run_not_turned() -> None:
    not_turned(tg.ones((2, 3, 4, 6)), tg.ones((2, 3, 5, 6)))
