"""Assertions that do not hold."""

from __future__ import annotations

from jaxtyping import Float, Float32

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Layer, sub


def transposed(x: Float32[Tensor, "b t d"]) -> None:
    tg.assert_shape(x.mT, "b t d")  # E: assert_shape: `x` must have t on axis 1 (b t d), not d [shape]


def one_axis_more(x: Float32[Tensor, "b t d"]) -> None:
    tg.assert_shape(x, "b d")  # E: assert_shape: `x` must have 2 axes (b d), not 3 [shape]


def once(x: Float32[Tensor, "8 16"]) -> Tensor:
    y = tg.assert_shape(x, "n n")  # E: assert_shape: `x` must have n=8 on axis 1 (n n), not 16 [shape]
    return y @ y


def wrong_number(x: Float32[Tensor, "b 16"]) -> None:
    tg.assert_shape(x, "b 17")  # E: assert_shape: `x` must have 17 on axis 1 (b 17), not 16 [shape]


def malformed(x: Float32[Tensor, "b 16"]) -> None:
    tg.assert_shape(x, "b, 16")  # E: "b, 16" is not a shape: axes are separated by spaces, not commas [shape]


def run(x: Float[Tensor, "*batch n"]) -> None:
    tg.assert_shape(tg.mean(x, axis=-1), "*batch n")  # E: assert_shape: `x` must have 1 axis beside *batch (*batch n), not 0 [shape]


def after_an_assertion(x: Tensor) -> None:
    x = tg.assert_shape(x, "b t d")
    tg.assert_shape(x.mT, "b t d")  # E: assert_shape: `x` must have t on axis 1 (b t d), not d [shape]


class Mlp(Layer):
    d: int
    up: Dense = sub(lambda self: Dense(in_features=self.d, out_features=4 * self.d))

    def __call__(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "b 4*d"]:
        return tg.assert_shape(self.up(x), "b d")  # E: assert_shape: `x` must have d on axis 1 (b d), not 4*d [shape]


def twice_as_many(x: Float32[Tensor, "n 2*h"]) -> None:
    tg.assert_shape(x, "n h")  # E: assert_shape: `x` must have h on axis 1 (n h), not 2*h [shape]
