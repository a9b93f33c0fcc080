"""Assertions in the middle of a body: proved, refused, and enforced."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float, Float32

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Layer, sub

SIZES = {"b": 2, "t": 3, "d": 8}


class Mlp(Layer):
    d: int
    up: Dense = sub(lambda self: Dense(in_features=self.d, out_features=4 * self.d))
    narrow: bool = False

    def __call__(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "b 4*d"]:
        h = self.up(x)
        if self.narrow:
            return tg.assert_shape(h, "b d")  # E: assert_shape: `x` must have d on axis 1 (b d), not 4*d [shape]
        return tg.assert_shape(h, "b 4*d")


@tg.typed
def proved(x: Float32[Tensor, "b t d"]) -> None:
    reveal_type(tg.assert_shape(x, "b t d"))
    reveal_type(tg.assert_shape(x.mT, "b d t"))
    reveal_type(tg.assert_shape(x[0], "t d"))


@tg.typed
def transposed(x: Float32[Tensor, "b t d"]) -> None:
    tg.assert_shape(x.mT, "b t d")  # E: assert_shape: `x` must have t on axis 1 (b t d), not d [shape]


@tg.typed
def too_few(x: Float32[Tensor, "b t d"]) -> None:
    tg.assert_shape(tg.mean(x, axis=1), "b t d")  # E: assert_shape: `x` must have 3 axes (b t d), not 2 [shape]


def run_proved() -> None:
    proved(tg.ones((2, 3, 8)))
    proved(tg.ones((2, 3, 8)))


def run_transposed() -> None:
    transposed(tg.ones((2, 3, 8)))


def run_too_few() -> None:
    too_few(tg.ones((2, 3, 8)))


def run_layers() -> None:
    mlp = tg.init(Mlp(d=8), tg.random.key(0))
    mlp(tg.ones((2, 8)))
    tg.init(Mlp(d=8, narrow=True), tg.random.key(0))(tg.ones((2, 8)))
