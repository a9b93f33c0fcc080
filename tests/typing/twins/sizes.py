"""Sizes as values: shapes unpacked, arithmetic on them, new tensors made of them."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES = {"b": 2, "t": 6}
WIDTH = 4


def sizes(x: Float32[Tensor, "b t"], n: int) -> None:
    b, t = x.shape
    half = t // 2
    reveal_type(tg.zeros((b, half, WIDTH)))
    reveal_type(tg.zeros((x.ndim, len(x.shape), x.shape[-1] + 1)))
    reveal_type(tg.zeros(x.shape))
    reveal_type(tg.zeros((*x.shape, 3)))
    reveal_type(tg.ones(x.shape[1:]))
    reveal_type(tg.eye(t) @ x.mT)
    reveal_type(tg.zeros((b * t - 1, max(b, 3))))
    reveal_type(tg.zeros_like(x))
    reveal_type(tg.random.normal(tg.random.key(0), (b, WIDTH)))


def wrong(x: Float32[Tensor, "b t"]) -> None:
    x @ tg.zeros((x.shape[0], 3))  # E: matmul: `k` is t in `x1` but b in `x2` [shape]


def run_sizes() -> None:
    sizes(tg.ones((2, 6)), 3)


def run_wrong() -> None:
    wrong(tg.ones((2, 6)))
