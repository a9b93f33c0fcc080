"""Layers and chains of layers."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float, Float32

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Layer, Sequential, param, sub, zeros

SIZES = {"b": 2, "n": 3, "d": 8}


class Mlp(Layer):
    d: int
    up: Dense = sub(lambda self: Dense(in_features=self.d, out_features=4 * self.d))
    down: Dense = sub(lambda self: Dense(in_features=4 * self.d, out_features=self.d))
    scale: Float[Tensor, "d"] = param(zeros)

    def __call__(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "b d"]:
        wide = self.up(x)
        reveal_type(wide)
        reveal_type(self.scale)
        return x + self.down(wide) * self.scale


def layers(x: Float32[Tensor, "b 5"]) -> None:
    dense = tg.init(Dense(in_features=5, out_features=4), tg.random.key(0))
    reveal_type(x @ tg.zeros((5, 4)))
    chain = Sequential(Dense(in_features=5, out_features=7), tg.relu, Dense(in_features=7, out_features=3))
    reveal_type(tg.init(chain, tg.random.key(0))(x))
    reveal_type(dense(x))


def blocks(x: Float32[Tensor, "b 8"]) -> None:
    mlp = tg.init(Mlp(d=8), tg.random.key(0))
    reveal_type(mlp(x))
    reveal_type(mlp.up(x))
    reveal_type(mlp.scale)


def wrong_width(x: Float32[Tensor, "b n"]) -> None:
    layer = tg.init(Dense(in_features=5, out_features=4), tg.random.key(0))
    layer(x)  # E: Dense(in_features=5, out_features=4): `x` has in_features=n, but in_features is 5 [shape]


def wrong_block(x: Float32[Tensor, "b n"]) -> None:
    mlp = tg.init(Mlp(d=8), tg.random.key(0))
    mlp(x)  # E: Mlp(d=8): `x` has d=n, but d is 8 [shape]


def run_layers() -> None:
    layers(tg.ones((2, 5)))


def run_blocks() -> None:
    blocks(tg.ones((2, 8)))


def run_wrong_width() -> None:
    wrong_width(tg.ones((2, 3)))


def run_wrong_block() -> None:
    wrong_block(tg.ones((2, 3)))
