"""A variable that takes over the value of another one that has been assigned before."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor


def rebound(x: Float32[Tensor, "b t d"]) -> None:
    y = x.mT
    y = y @ x
    z = y
    reveal_type(z)  # R: Float32[Tensor, "b d d"]


def argument(x: Float32[Tensor, "b t d"]) -> None:
    x = x.mT
    z = x
    reveal_type(z)  # R: Float32[Tensor, "b d t"]


def slices(x: Float32[Tensor, "b t d"]) -> None:
    for row in tg.unstack(x, axis=1):
        reveal_type(row)  # R: Float32[Tensor, "b d"]
    first, *others = tg.unstack(x, axis=0)
    reveal_type(first)  # R: Float32[Tensor, "t d"]
