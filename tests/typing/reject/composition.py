"""Mistakes in layers made of layers."""

from __future__ import annotations

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

    def __call__(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "b d"]:
        return x + self.up(self.norm(x))  # E: add: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but 4*d in `x2` [shape]


def two_sizes(x: Float32[Tensor, "b 8"]) -> None:
    Mlp(d=16)(x)  # E: Mlp(d=16): `x` has d=8, but d is 16 [shape]
    Mlp(d=8).up(x) + x  # E: add: `x1` and `x2` do not broadcast: axis -1 is 32 in `x1` but 8 in `x2` [shape]
    Residual(d=4)(x)  # E: Residual(d=4): `x` has d=8, but d is 4 [shape]


def attention(q: Float32[Tensor, "b h t k"], k: Float32[Tensor, "b h s k"], v: Float32[Tensor, "b h s k"]) -> None:
    q @ k  # E: matmul: `k` is k in `x1` but s in `x2` [shape]
    tg.softmax(q @ k.mT, axis=-1) @ v.mT  # E: matmul: `k` is s in `x1` but k in `x2` [shape]
    tg.permute_dims(q, (0, 2, 1, 3)) + q  # E: add: `x1` and `x2` do not broadcast: axis -2 is h in `x1` but t in `x2` [shape]


def reduced(x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b d"]:
    return tg.mean(x, axis=2)  # E: reduced: the result must have d on axis 1 (b d), not t [shape]


def centred(x: Float32[Tensor, "b d"]) -> Tensor:
    return x - tg.mean(x, axis=1)  # E: subtract: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but b in `x2` [shape]


def joined(x: Float32[Tensor, "b n"], y: Float32[Tensor, "b m"]) -> Float32[Tensor, "b n+m+1"]:
    return tg.concat([x, y], axis=1)  # E: joined: the result must have m+n+1 on axis 1 (b m+n+1), not m+n [shape]
