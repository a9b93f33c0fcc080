"""Axes without elements, where each element has its result."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor


def kept(x: Float32[Tensor, "b 0"], y: Float32[Tensor, "0 n"]) -> None:
    reveal_type(tg.softmax(x))  # R: Float32[Tensor, "b 0"]
    reveal_type(tg.layer_norm(x))  # R: Float32[Tensor, "b 0"]
    reveal_type(tg.mse(y, y, reduction="sum"))  # R: Float32[Tensor, ""]
    reveal_type(tg.l1_sum(y, y, reduction="none"))  # R: Float32[Tensor, "0"]


def no_queries(q: Float32[Tensor, "h 0 d"], k: Float32[Tensor, "h s d"]) -> Float32[Tensor, "h 0 d"]:
    return tg.scaled_dot_product_attention(q, k, k)
