"""Layers: literal, symbolic and unknown sizes, alone, in chains and inside one another."""

from __future__ import annotations

from typing import Any, Final, reveal_type

from jaxtyping import Float, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Flatten, Layer, Sequential, param, sub, zeros

HIDDEN: Final = 512
WIDTH = 32


def literal_sizes(x: Float32[Tensor, "32 784"]) -> None:
    layer = Dense(in_features=784, out_features=10)
    reveal_type(layer(x))  # R: Float[Tensor, "32 10"]
    reveal_type(layer.weight)  # R: Float[Tensor, "784 10"]
    reveal_type(layer.bias)  # R: Float[Tensor, "10"] | None
    reveal_type(Dense(out_features=5)(x))  # R: Float[Tensor, "32 5"]
    reveal_type(Dense(in_features=784, out_features=HIDDEN)(x))  # R: Float[Tensor, "32 512"]
    reveal_type(Dense(in_features=784, out_features=2 * WIDTH)(x))  # R: Float[Tensor, "32 64"]
    reveal_type(Dense(in_features=x.shape[1], out_features=x.shape[0] // 2)(x))  # R: Float[Tensor, "32 16"]


def symbols(x: Float32[Tensor, "*b n"], hidden: int) -> None:
    first = Dense(in_features=x.shape[-1], out_features=hidden)
    second = Dense(in_features=hidden, out_features=10)
    reveal_type(first(x))  # R: Float[Tensor, "*b {hidden}"]
    reveal_type(second(first(x)))  # R: Float[Tensor, "*b 10"]


def unknown(layer: Dense, other: Layer, x: Float32[Tensor, "2 3"], n: Any) -> None:
    reveal_type(layer(x))  # R: Float[Tensor, "2 _"]
    other(x)
    Dense(in_features=n, out_features=n)(x)


def rebound(x: Float32[Tensor, "2 3"], c: bool) -> None:
    layer = Dense(in_features=4, out_features=3)
    if c:
        layer = Dense(in_features=3, out_features=3)
        layer(x)
    for _ in range(2):
        layer = Dense(in_features=3, out_features=3)
    layer(x)
    either = Dense(in_features=3, out_features=4) if c else Dense(in_features=3, out_features=5)
    reveal_type(either(x))  # R: Float[Tensor, "2 _"]


def lists(x: Float32[Tensor, "2 3"]) -> Tensor:
    layers = [Dense(in_features=3, out_features=4), Dense(in_features=4, out_features=5)]
    for layer in layers:
        x = layer(x)
    same = [Dense(in_features=3, out_features=3)]
    same.append(Dense(in_features=7, out_features=3))
    same[1](x)
    table = {"a": Dense(in_features=3, out_features=3)}
    table["b"] = Dense(in_features=9, out_features=3)
    table["b"](x)
    for i in range(3):
        x = [Dense(in_features=3 + j, out_features=4 + j) for j in range(3)][i](x)
    return x


def chains(x: Float32[Tensor, "32 784"], n: int) -> None:
    model = Sequential(Dense(in_features=784, out_features=n), tg.relu, Dense(in_features=n, out_features=10))
    reveal_type(model(x))  # R: Float[Tensor, "32 10"]
    longer = Sequential(model, Dense(in_features=10, out_features=3), Dense(out_features=4))
    reveal_type(longer(x))  # R: Float[Tensor, "32 4"]
    layers: list[Layer] = [model, longer]
    Sequential(*layers)(x)
    Sequential(lambda y: y * 2, Dense(in_features=7, out_features=2))(x)
    reveal_type(Sequential(Flatten(), Dense(in_features=12, out_features=2))(tg.zeros((5, 3, 4))))  # R: Float[Tensor, "5 2"]


class Mlp(Layer):
    d: int
    up: Dense = sub(lambda self: Dense(in_features=self.d, out_features=4 * self.d))
    down: Dense = sub(lambda self: Dense(in_features=4 * self.d, out_features=self.d))
    scale: Float[Tensor, "d"] = param(zeros)

    def __call__(self, x: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch d"]:
        wide = self.up(x)
        reveal_type(wide)  # R: Float[Tensor, "*batch 4*d"]
        return x + self.down(wide) * self.scale


class Stack(Layer):
    d: int
    blocks: tuple[Mlp, ...] = sub(lambda self: tuple(Mlp(d=self.d) for _ in range(3)))
    head: Dense | None = None

    def __call__(self, x: Float[Tensor, "*batch d"]) -> Float[Tensor, "*batch _"]:
        for block in self.blocks:
            x = block(x)
        if self.head is not None:
            x = self.head(x)
        return x


class Net(Layer):
    def __init__(self, n: int, m: int) -> None:
        self.n = n
        self.first = Dense(in_features=n, out_features=64)
        self.second = Dense(in_features=64, out_features=m)

    def __call__(self, x: Float[Tensor, "b n"]) -> Float[Tensor, "b m"]:
        h = self.first(x)
        reveal_type(h)  # R: Float[Tensor, "b 64"]
        return self.second(tg.relu(h))


class Chosen(Layer):
    def __init__(self, wide: bool) -> None:
        if wide:
            self.body = Dense(in_features=8, out_features=8)
        else:
            self.body = Dense(in_features=4, out_features=4)

    def __call__(self, x: Float[Tensor, "b 4"]) -> Float[Tensor, "b 4"]:
        return self.body(x)


class Wrapper(Layer):
    inner: Dense

    def __call__(self, x: Float[Tensor, "b n"]) -> Float[Tensor, "b _"]:
        return self.inner(x)


class Linear(Dense):
    def __call__(self, x: Float[Tensor, "*batch in_features"]) -> Float[Tensor, "*batch out_features"]:
        return x @ self.weight


class Plain:
    def __init__(self, n: int) -> None:
        self.layer = Dense(in_features=n, out_features=3)
        self.fixed = Dense(in_features=5, out_features=3)

    def replace(self) -> None:
        self.fixed = Dense(in_features=6, out_features=3)

    def run(self, x: Float32[Tensor, "b 6"]) -> Float32[Tensor, "b 3"]:
        return self.layer(self.fixed(x))


def user_layers(x: Float32[Tensor, "8 16"], d: int) -> None:
    mlp = Mlp(d=16)
    reveal_type(mlp(x))  # R: Float[Tensor, "8 16"]
    reveal_type(mlp.up(x))  # R: Float[Tensor, "8 64"]
    reveal_type(mlp.scale)  # R: Float[Tensor, "16"]
    reveal_type(Mlp(d=d).scale)  # R: Float[Tensor, "{d}"]
    reveal_type(Net(16, 3)(x))  # R: Float[Tensor, "8 _"]
    reveal_type(Net(16, 3).first(x))  # R: Float[Tensor, "8 64"]
    reveal_type(Stack(d=16)(x))  # R: Float[Tensor, "8 _"]
    reveal_type(Wrapper(inner=Dense(in_features=16, out_features=4)).inner(x))  # R: Float[Tensor, "8 4"]
    reveal_type(Linear(in_features=16, out_features=4)(x))  # R: Float[Tensor, "8 4"]
    Chosen(wide=False)(x[:, :4])


def train(model: Sequential, x: Float32[Tensor, "b 64"], labels: Int64[Tensor, "b"]) -> Float32[Tensor, ""]:
    def loss(model: Sequential) -> Float32[Tensor, ""]:
        return tg.softmax_cross_entropy(model(x), labels)

    value, gradient = tg.value_and_grad(loss)(model)
    return value
