"""Attention of several heads."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 5}


def right(x: Float32[Tensor, "b t 8"]) -> None:
    layer = tg.init(tg.nn.MultiHeadAttention(features=8, heads=2), tg.random.key(0))
    reveal_type(layer(x))
    reveal_type(tg.causal_mask(5))
    reveal_type(layer(x, mask=tg.causal_mask(5)))


def of_other_features(x: Float32[Tensor, "b t 6"]) -> None:
    tg.init(tg.nn.MultiHeadAttention(features=8, heads=2), tg.random.key(0))(x)  # E: MultiHeadAttention(features=8, heads=2): `x` has features=6, but features is 8 [shape]


def run_right() -> None:
    right(tg.ones((2, 5, 8)))


def run_of_other_features() -> None:
    of_other_features(tg.ones((2, 5, 6)))
