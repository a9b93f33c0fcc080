"""Layers made of layers: generic ones, in lists and dictionaries, optional, inherited, around residual connections."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float, Float32

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Layer, LayerNorm, sub


class Mlp(Layer):
    d: int
    up: Dense = sub(lambda self: Dense(in_features=self.d, out_features=4 * self.d))
    down: Dense = sub(lambda self: Dense(in_features=4 * self.d, out_features=self.d))

    def __call__(self, x: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch d"]:
        return self.down(tg.relu(self.up(x)))


class Residual(Mlp):
    norm: LayerNorm = sub(lambda self: LayerNorm(features=self.d))

    def __call__(self, x: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch d"]:
        return x + super().__call__(self.norm(x))


class Stack(Layer):
    d: int
    blocks: list[Mlp]
    named: dict[str, Mlp]
    extra: Mlp | None = None

    def __call__(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "b d"]:
        for block in self.blocks:
            x = block(x)
        for named in self.named.values():
            x = x + named(x)
        x = self.named["last"](x)
        if self.extra is not None:
            x = self.extra(x)
        return tg.assert_shape(x, "b d")


def two_sizes(x: Float32[Tensor, "b 8"], y: Float32[Tensor, "b 16"]) -> None:
    small, large = Mlp(d=8), Mlp(d=16)
    reveal_type(small(x))  # R: Float[Tensor, "b 8"]
    reveal_type(large(y))  # R: Float[Tensor, "b 16"]
    reveal_type(large.up(y))  # R: Float[Tensor, "b 64"]
    reveal_type(Residual(d=8)(x))  # R: Float[Tensor, "b 8"]


def mixed(x: Float32[Tensor, "b 8"]) -> Tensor:
    layers = [Dense(in_features=8, out_features=16), Dense(in_features=16, out_features=4)]
    y: Tensor = x
    for layer in layers:
        y = layer(y)
    return y


def by_name(x: Float32[Tensor, "b 8"], name: str) -> Tensor:
    heads = {"small": Dense(in_features=8, out_features=2), "large": Dense(in_features=8, out_features=20)}
    return heads[name](x)


def optional(x: Float32[Tensor, "b 8"], head: Dense | None) -> Tensor:
    return x if head is None else head(x)
