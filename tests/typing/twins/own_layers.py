"""A layer of one's own."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Layer, glorot_uniform, param

SIZES: dict[str, int] = {"n": 3, "d": 4}


class Twice(Layer):
    d: int
    weight: Float32[Tensor, "d d"] = param(glorot_uniform)

    def __call__(self, x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n d"]:
        return x @ self.weight @ self.weight


def right(x: Float32[Tensor, "n 4"]) -> None:
    model = tg.init(Twice(d=4), tg.random.key(0))
    reveal_type(model(x))
    reveal_type(model.weight)
    reveal_type(model.weight @ model.weight)


def of_another_size(x: Float32[Tensor, "n 5"]) -> None:
    tg.init(Twice(d=4), tg.random.key(0))(x)  # E: Twice(d=4): `x` has d=5, but d is 4 [shape]


def run_right() -> None:
    right(tg.ones((3, 4)))


def run_of_another_size() -> None:
    of_another_size(tg.ones((3, 5)))
