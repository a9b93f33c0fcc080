"""Attention with several heads, written with sizes taken from shapes."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

HEADS = 2
SIZES = {"b": 3, "t": 5}


def attention(
    x: Float32[Tensor, "b t 8"], w: Float32[Tensor, "8 24"], out: Float32[Tensor, "8 8"]
) -> Float32[Tensor, "b t 8"]:
    b, t, d = x.shape
    h = (x @ w).reshape(b, t, 3, HEADS, d // HEADS).permute_dims(2, 0, 3, 1, 4)
    reveal_type(h)
    q, k, v = h[0], h[1], h[2]
    scores = q @ k.mT / 2.0
    reveal_type(scores)
    mixed = tg.softmax(scores, axis=-1) @ v
    reveal_type(mixed)
    merged = mixed.permute_dims(0, 2, 1, 3).reshape(b, t, d)
    reveal_type(merged)
    return merged @ out


def not_transposed(q: Float32[Tensor, "b t 8"], k: Float32[Tensor, "b t 8"]) -> None:
    q @ k  # E: matmul: `k` is 8 in `x1` but t in `x2` [shape]


def run_attention() -> None:
    attention(tg.ones((3, 5, 8)), tg.ones((8, 24)), tg.ones((8, 8)))


def run_not_transposed() -> None:
    not_transposed(tg.ones((3, 5, 8)), tg.ones((3, 5, 8)))
