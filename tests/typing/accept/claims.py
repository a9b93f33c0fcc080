"""Assertions that hold, or of which too little is known."""

from __future__ import annotations

from typing import Any, reveal_type

from jaxtyping import Float, Float32

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Layer, sub


def proved(x: Float32[Tensor, "b t d"]) -> None:
    reveal_type(tg.assert_shape(x, "b t d"))  # R: Float32[Tensor, "b t d"]
    reveal_type(tg.assert_shape(x.mT, "b d t"))  # R: Float32[Tensor, "b d t"]
    reveal_type(tg.assert_shape(x, "... d"))  # R: Float32[Tensor, "b t d"]
    reveal_type(tg.assert_shape(x[0], "_ d"))  # R: Float32[Tensor, "t d"]


def with_numbers(x: Float32[Tensor, "8 16"]) -> None:
    reveal_type(tg.assert_shape(x, "b d"))  # R: Float32[Tensor, "8 16"]
    reveal_type(tg.assert_shape(x, "b 2*b"))  # R: Float32[Tensor, "8 16"]
    reveal_type(tg.assert_shape(x, "rows=8 *rest"))  # R: Float32[Tensor, "8 16"]


def narrows(x: Float[Tensor, "..."], anything: Any) -> None:
    x = tg.assert_shape(x, "b t d")
    reveal_type(x)  # R: Float[Tensor, "b t d"]
    reveal_type(x @ x.mT)  # R: Float[Tensor, "b t t"]
    tg.assert_shape(anything, "b t")


def undecidable(x: Float[Tensor, "b d"], h: int) -> None:
    b, d = x.shape
    heads = tg.reshape(x, (b, h, d // h))
    reveal_type(tg.assert_shape(heads, "b h k"))  # R: Float[Tensor, "b {h} d//{h}"]
    reveal_type(tg.assert_shape(tg.reshape(heads, (b, d)), "b d"))  # R: Float[Tensor, "b d"]


def runs(x: Float[Tensor, "*batch n"], w: Float[Tensor, "n m"]) -> Float[Tensor, "*batch m"]:
    return tg.assert_shape(x @ w, "*batch m")


class Mlp(Layer):
    d: int
    up: Dense = sub(lambda self: Dense(in_features=self.d, out_features=4 * self.d))
    down: Dense = sub(lambda self: Dense(in_features=4 * self.d, out_features=self.d))

    def __call__(self, x: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch d"]:
        h = tg.assert_shape(self.up(x), "*batch 4*d")
        return x + tg.assert_shape(self.down(tg.relu(h)), "*batch d")
