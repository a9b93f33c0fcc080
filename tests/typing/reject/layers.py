"""Layers that do not fit what goes into them, or each other."""

from __future__ import annotations

from typing import Final

from jaxtyping import Float, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Layer, Sequential, param, sub, zeros

HIDDEN: Final = 64
WIDTH = 32


def literal_sizes(x: Float32[Tensor, "32 784"]) -> None:
    Dense(in_features=700, out_features=10)(x)  # E: Dense(in_features=700, out_features=10): `x` has in_features=784, but in_features is 700 [shape]
    layer = Dense(in_features=784, out_features=10)
    layer(layer(x))  # E: Dense(in_features=784, out_features=10): `x` has in_features=10, but in_features is 784 [shape]
    layer(x.mT)  # E: Dense(in_features=784, out_features=10): `x` has in_features=32, but in_features is 784 [shape]
    layer(x) @ layer.weight  # E: matmul: `k` is 10 in `x1` but 784 in `x2` [shape]


def constants(x: Float32[Tensor, "32 784"]) -> None:
    first = Dense(in_features=784, out_features=HIDDEN)
    second = Dense(in_features=2 * WIDTH + 1, out_features=10)
    second(first(x))  # E: Dense(in_features=65, out_features=10): `x` has in_features=64, but in_features is 65 [shape]


def symbols(x: Float32[Tensor, "b n"], hidden: int) -> None:
    first = Dense(in_features=x.shape[1], out_features=hidden)
    second = Dense(in_features=hidden + 1, out_features=10)
    second(first(x))  # E: Dense(in_features={hidden}+1, out_features=10): `x` has in_features={hidden}, but in_features is {hidden}+1 [shape]


def chains(x: Float32[Tensor, "32 784"]) -> None:
    Sequential(Dense(in_features=784, out_features=100), Dense(in_features=10, out_features=10))  # E: Dense(in_features=10, out_features=10): `x` has in_features=100, but in_features is 10 [shape]
    Sequential(Dense(in_features=784, out_features=100), tg.relu, Dense(in_features=784, out_features=10))  # E: Dense(in_features=784, out_features=10): `x` has in_features=100, but in_features is 784 [shape]
    model = Sequential(Dense(in_features=784, out_features=100), tg.relu, Dense(in_features=100, out_features=10))
    model(x[:, 1:])  # E: Dense(in_features=784, out_features=100): `x` has in_features=783, but in_features is 784 [shape]
    model(x) @ x  # E: matmul: `k` is 10 in `x1` but 32 in `x2` [shape]
    Sequential(model, Dense(in_features=11, out_features=3))  # E: Dense(in_features=11, out_features=3): `x` has in_features=10, but in_features is 11 [shape]


def integers(i: Int64[Tensor, "b"]) -> None:
    Dense(in_features=3, out_features=4)(i)  # E: Dense(in_features=3, out_features=4): `x` must be Float, not int64 [dtype]


class Mlp(Layer):
    d: int
    up: Dense = sub(lambda self: Dense(in_features=self.d, out_features=4 * self.d))
    down: Dense = sub(lambda self: Dense(in_features=4 * self.d, out_features=self.d))
    scale: Float[Tensor, "d"] = param(zeros)

    def __call__(self, x: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch d"]:
        wide = self.up(x)
        self.up(wide)  # E: Dense(in_features=d, out_features=4*d): `x` has in_features=4*d, but in_features is d [shape]
        wide * self.scale  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is 4*d in `x1` but d in `x2` [shape]
        return wide  # E: __call__: the result must have d on axis -1 (*batch d), not 4*d [shape]


class Block(Layer):
    n: int
    m: int
    first: Dense
    weight: Float[Tensor, "n m"] = param(zeros)

    def __call__(self, x: Float[Tensor, "b m"]) -> Float[Tensor, "b n"]:
        return x @ self.weight  # E: matmul: `k` is m in `x1` but n in `x2` [shape]

    def other(self, x: Float[Tensor, "b n"]) -> Float[Tensor, "b m"]:
        return x  # E: other: the result must have m on axis 1 (b m), not n [shape]


class Net(Layer):
    def __init__(self, n: int) -> None:
        self.n = n
        self.first = Dense(in_features=n, out_features=64)
        self.second = Dense(in_features=65, out_features=10)

    def __call__(self, x: Float[Tensor, "b n"]) -> Float[Tensor, "b 10"]:
        return self.second(self.first(x))  # E: Dense(in_features=65, out_features=10): `x` has in_features=64, but in_features is 65 [shape]


class Typo(Layer):
    n: int
    weight: Float[Tensor, "n, n"] = param(zeros)  # E: "n, n" is not a shape: axes are separated by spaces, not commas [shape]


def user_layers(x: Float32[Tensor, "8 16"]) -> None:
    Mlp(d=15)(x)  # E: Mlp(d=15): `x` has d=16, but d is 15 [shape]
    mlp = Mlp(d=16)
    mlp.down(x)  # E: Dense(in_features=64, out_features=16): `x` has in_features=16, but in_features is 64 [shape]
    mlp.up(x) + x  # E: add: `x1` and `x2` do not broadcast: axis -1 is 64 in `x1` but 16 in `x2` [shape]
    mlp.scale + x.mT  # E: add: `x1` and `x2` do not broadcast: axis -1 is 16 in `x1` but 8 in `x2` [shape]
    Block(n=3, m=4, first=Dense(in_features=16, out_features=3)).first(x.mT)  # E: Dense(in_features=16, out_features=3): `x` has in_features=8, but in_features is 16 [shape]
    Net(16).second(x)  # E: Dense(in_features=65, out_features=10): `x` has in_features=16, but in_features is 65 [shape]
    Sequential(Mlp(d=16), Mlp(d=17))  # E: Mlp(d=17): `x` has d=16, but d is 17 [shape]


def loss(x: Float32[Tensor, "8 16"], labels: Int64[Tensor, "9"]) -> Float32[Tensor, ""]:
    logits = Dense(in_features=16, out_features=10)(x)
    return tg.softmax_cross_entropy(logits, labels)  # E: softmax_cross_entropy: `*batch` is [8] in `logits` but [9] in `labels` [shape]
