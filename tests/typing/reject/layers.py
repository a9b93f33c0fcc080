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
    Dense(in_features=700, out_features=10)(x)  # E: ?
    layer = Dense(in_features=784, out_features=10)
    layer(layer(x))  # E: ?
    layer(x.mT)  # E: ?
    layer(x) @ layer.weight  # E: ?


def constants(x: Float32[Tensor, "32 784"]) -> None:
    first = Dense(in_features=784, out_features=HIDDEN)
    second = Dense(in_features=2 * WIDTH + 1, out_features=10)
    second(first(x))  # E: ?


def symbols(x: Float32[Tensor, "b n"], hidden: int) -> None:
    first = Dense(in_features=x.shape[1], out_features=hidden)
    second = Dense(in_features=hidden + 1, out_features=10)
    second(first(x))  # E: ?


def chains(x: Float32[Tensor, "32 784"]) -> None:
    Sequential(Dense(in_features=784, out_features=100), Dense(in_features=10, out_features=10))  # E: ?
    Sequential(Dense(in_features=784, out_features=100), tg.relu, Dense(in_features=784, out_features=10))  # E: ?
    model = Sequential(Dense(in_features=784, out_features=100), tg.relu, Dense(in_features=100, out_features=10))
    model(x[:, 1:])  # E: ?
    model(x) @ x  # E: ?
    Sequential(model, Dense(in_features=11, out_features=3))  # E: ?


def integers(i: Int64[Tensor, "b"]) -> None:
    Dense(in_features=3, out_features=4)(i)  # E: ?


class Mlp(Layer):
    d: int
    up: Dense = sub(lambda self: Dense(in_features=self.d, out_features=4 * self.d))
    down: Dense = sub(lambda self: Dense(in_features=4 * self.d, out_features=self.d))
    scale: Float[Tensor, "d"] = param(zeros)

    def __call__(self, x: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch d"]:
        wide = self.up(x)
        self.up(wide)  # E: ?
        wide * self.scale  # E: ?
        return wide  # E: ?


class Block(Layer):
    n: int
    m: int
    first: Dense
    weight: Float[Tensor, "n m"] = param(zeros)

    def __call__(self, x: Float[Tensor, "b m"]) -> Float[Tensor, "b n"]:
        return x @ self.weight  # E: ?

    def other(self, x: Float[Tensor, "b n"]) -> Float[Tensor, "b m"]:
        return x  # E: ?


class Net(Layer):
    def __init__(self, n: int) -> None:
        self.n = n
        self.first = Dense(in_features=n, out_features=64)
        self.second = Dense(in_features=65, out_features=10)

    def __call__(self, x: Float[Tensor, "b n"]) -> Float[Tensor, "b 10"]:
        return self.second(self.first(x))  # E: ?


class Typo(Layer):
    n: int
    weight: Float[Tensor, "n, n"] = param(zeros)  # E: ?


def user_layers(x: Float32[Tensor, "8 16"]) -> None:
    Mlp(d=15)(x)  # E: ?
    mlp = Mlp(d=16)
    mlp.down(x)  # E: ?
    mlp.up(x) + x  # E: ?
    mlp.scale + x.mT  # E: ?
    Block(n=3, m=4, first=Dense(in_features=16, out_features=3)).first(x.mT)  # E: ?
    Net(16).second(x)  # E: ?
    Sequential(Mlp(d=16), Mlp(d=17))  # E: ?


def loss(x: Float32[Tensor, "8 16"], labels: Int64[Tensor, "9"]) -> Float32[Tensor, ""]:
    logits = Dense(in_features=16, out_features=10)(x)
    return tg.softmax_cross_entropy(logits, labels)  # E: ?
