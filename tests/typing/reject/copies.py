"""Mistakes after a variable was rebound, or in what a loop unstacks."""

from __future__ import annotations

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor


def rebound(x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t t"]:
    y = x.mT
    y = y @ x
    z = y
    return z  # E: rebound: the result must have t on axis 1 (b t t), not d [shape]


def forgotten_axis(x: Float32[Tensor, "*batch n"]) -> Float32[Tensor, "*batch n"]:
    return tg.mean(x, axis=-1)  # E: forgotten_axis: the result must have 1 axis beside *batch (*batch n), not 0 [shape]


def slices(x: Float32[Tensor, "b t d"], w: Float32[Tensor, "t k"]) -> None:
    for row in tg.unstack(x, axis=1):
        row @ w  # E: matmul: `k` is d in `x1` but t in `x2` [shape]
