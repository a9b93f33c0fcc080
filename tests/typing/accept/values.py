"""Sizes that are values: fields of configurations, named tuples, constants, runs of axes, what is compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple, reveal_type

from jaxtyping import Float, Float32

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Embedding, Layer, sub

SMALL: Final = 5
WIDE = 6


@dataclass(frozen=True)
class Config:
    width: int
    vocabulary: int
    heads: int = 4


@dataclass
class Mutable:
    width: int
    depth: int = 2


class Size(NamedTuple):
    h: int
    w: int


class Constants:
    WIDTH = 64
    DOUBLE = 2 * WIDTH
    STEP: Final = 8


def fields(config: Config, size: Size, other: Mutable) -> None:
    reveal_type(tg.zeros((config.width, config.vocabulary)))  # R: Float32[Tensor, "{config.width} {config.vocabulary}"]
    reveal_type(tg.zeros(size))  # R: Float32[Tensor, "{size.h} {size.w}"]
    h, w = size
    reveal_type(tg.zeros((h, 2 * w)))  # R: Float32[Tensor, "{size.h} 2*{size.w}"]
    first = Dense(in_features=config.width, out_features=4 * config.width)
    second = Dense(in_features=4 * config.width, out_features=config.vocabulary)
    x = tg.zeros((3, config.width))
    reveal_type(second(first(x)))  # R: Float[Tensor, "3 {config.vocabulary}"]
    reveal_type(tg.zeros(other.width))  # R: Float32[Tensor, "{other.width}"]


def changed(other: Mutable, x: Float32[Tensor, "n"]) -> Tensor:
    before = tg.zeros(other.width)
    other.width += 1
    return tg.concat([before, x]) if other.width > 3 else before + tg.zeros(other.width)


def known(x: Float32[Tensor, "n 32"]) -> None:
    config = Config(width=32, vocabulary=100)
    reveal_type(tg.zeros((config.width, config.vocabulary, config.heads)))  # R: Float32[Tensor, "32 100 4"]
    reveal_type(Dense(in_features=config.width, out_features=config.heads)(x))  # R: Float[Tensor, "n 4"]


def constants() -> None:
    reveal_type(tg.zeros((SMALL, WIDE)))  # R: Float32[Tensor, "5 6"]
    reveal_type(tg.zeros((Constants.WIDTH, Constants.DOUBLE, Constants.STEP)))  # R: Float32[Tensor, "64 128 8"]
    reveal_type(tg.full((SMALL, 2), 1))  # R: Int64[Tensor, "5 2"]
    reveal_type(tg.full(WIDE, 2.0))  # R: Float32[Tensor, "6"]


class Model(Layer):
    """A model whose sizes stand in its configuration."""

    EXTRA: ClassVar[int] = 3
    config: Config
    tokens: Embedding = sub(lambda self: Embedding(vocabulary=self.config.vocabulary, features=self.config.width))
    out: Dense = sub(lambda self: Dense(in_features=self.config.width, out_features=self.config.vocabulary))

    def __call__(self, x: Float[Tensor, "b {self.config.width}"]) -> Float[Tensor, "b {self.config.vocabulary}"]:
        reveal_type(tg.zeros((self.config.heads, self.EXTRA)))  # R: Float32[Tensor, "{self.config.heads} 3"]
        reveal_type(self.out(x))  # R: Float[Tensor, "b {self.config.vocabulary}"]
        return self.out(x)


def configured(config: Config, x: Float32[Tensor, "b 32"]) -> None:
    model = Model(config=Config(width=32, vocabulary=100))
    reveal_type(model(x))  # R: Float[Tensor, "b 100"]
    reveal_type(model.out(x))  # R: Float[Tensor, "b 100"]
    reveal_type(Model(config=config)(tg.zeros((2, config.width))))  # R: Float[Tensor, "2 {config.vocabulary}"]


def runs(x: Float32[Tensor, "*b t d"], h: int) -> Float32[Tensor, "*b t d"]:
    *b, t, d = x.shape
    y = tg.reshape(x, (*b, t, h, d // h))
    reveal_type(y)  # R: Float32[Tensor, "*b t {h} d//{h}"]
    reveal_type(tg.reshape(x, (*x.shape[:-2], -1)))  # R: Float32[Tensor, "*b d*t"]
    reveal_type(tg.reshape(x, (-1, x.shape[-1])))  # R: Float32[Tensor, "_ d"]
    reveal_type(tg.flatten(x, start=-2))  # R: Float32[Tensor, "*b d*t"]
    return tg.reshape(y, x.shape)


def made(n: int, x: Float32[Tensor, "b t"]) -> None:
    b, t = x.shape
    reveal_type(tg.arange(5))  # R: Int64[Tensor, "5"]
    reveal_type(tg.arange(1, 10, 3))  # R: Int64[Tensor, "3"]
    reveal_type(tg.arange(0.0, 1.0, 0.25))  # R: Float32[Tensor, "4"]
    reveal_type(tg.arange(t))  # R: Int64[Tensor, "t"]
    reveal_type(tg.arange(1, t + 1))  # R: Int64[Tensor, "t"]
    reveal_type(tg.arange(n, dtype="float32"))  # R: Float32[Tensor, "{n}"]
    reveal_type(tg.linspace(0, 1, t))  # R: Float32[Tensor, "t"]
    reveal_type(tg.asarray([[1, 2, 3], [4, 5, 6]]))  # R: Int64[Tensor, "2 3"]
    reveal_type(tg.asarray([0.5, n]))  # R: Float32[Tensor, "2"]
    reveal_type(tg.asarray(True))  # R: Bool[Tensor, ""]
    reveal_type(tg.asarray([x, x]))  # R: Tensor
    reveal_type(tg.causal_mask(t))  # R: Bool[Tensor, "t t"]
    reveal_type(tg.sinusoidal_positions(t, 8))  # R: Float32[Tensor, "t 8"]
    reveal_type(x + tg.arange(t))  # R: Float32[Tensor, "b t"]


def compared(x: Float32[Tensor, "n k"], y: Float32[Tensor, "m k"]) -> Tensor:
    if x.shape == y.shape:
        return x + y
    n, _ = x.shape
    if n != y.shape[0]:
        raise ValueError(n)
    return x * y


def asserted(x: Float32[Tensor, "b d"], h: int, k: int) -> Float32[Tensor, "b d"]:
    b, d = x.shape
    assert d == h * k
    y = tg.reshape(x, (b, h, k))
    return tg.reshape(y, (b, h * k))


def arguments(rows: int, columns: int) -> Tensor:
    assert rows == columns
    return tg.zeros((rows, 2)) + tg.zeros((columns, 2))


class Attention(Layer):
    features: int
    heads: int
    size: int

    def __check__(self) -> None:
        if self.features != self.heads * self.size:
            raise ValueError(self.heads)

    def __call__(self, x: Float[Tensor, "b t features"]) -> Float[Tensor, "b heads t size"]:
        b, t, _ = x.shape
        return tg.permute_dims(tg.reshape(x, (b, t, self.heads, self.size)), (0, 2, 1, 3))


def limited(x: Float32[Tensor, "b t d"], table: Float32[Tensor, "1024 d"]) -> Float32[Tensor, "b t d"]:
    return x + table[: x.shape[1]]


def products(x: Float32[Tensor, "b h k"], y: Float32[Tensor, "b d"]) -> Float32[Tensor, "b d"]:
    # d may be h*k: nothing says that it is not.
    return tg.flatten(x) + y


def even(x: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    n = x.shape[0]
    return tg.flatten(tg.reshape(x, (n // 2, 2)), start=0)
