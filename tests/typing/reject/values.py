"""Sizes that are values, and do not agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from jaxtyping import Float, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Embedding, Layer, sub


@dataclass(frozen=True)
class Config:
    width: int
    vocabulary: int
    heads: int = 4


class Size(NamedTuple):
    h: int
    w: int


class Constants:
    WIDTH = 64
    DOUBLE = 2 * WIDTH


def fields(config: Config, size: Size) -> None:
    x = tg.zeros((3, config.width))
    x @ tg.zeros((config.vocabulary, 2))  # E: matmul: `k` is {config.width} in `x1` but {config.vocabulary} in `x2` [shape]
    Dense(in_features=4 * config.width, out_features=2)(x)  # E: Dense(in_features=4*{config.width}, out_features=2): `x` has in_features={config.width}, but in_features is 4*{config.width} [shape]
    tg.zeros(size) @ tg.zeros((size.h, 1))  # E: matmul: `k` is {size.w} in `x1` but {size.h} in `x2` [shape]
    h, w = size
    tg.zeros((h, w)) + tg.zeros((w, w))  # E: add: `x1` and `x2` do not broadcast: axis -2 is {size.h} in `x1` but {size.w} in `x2` [shape]


def arguments(inside: int, outside: int) -> Tensor:
    first = Dense(in_features=inside, out_features=outside)
    second = Dense(in_features=inside, out_features=outside)
    return second(first(tg.zeros((2, inside))))  # E: Dense(in_features={inside}, out_features={outside}): `x` has in_features={outside}, but in_features is {inside} [shape]


def known() -> None:
    config = Config(width=32, vocabulary=100)
    tg.zeros((2, config.width)) @ tg.zeros((config.heads, 3))  # E: matmul: `k` is 32 in `x1` but 4 in `x2` [shape]
    tg.zeros(Constants.WIDTH) + tg.zeros(Constants.DOUBLE)  # E: add: `x1` and `x2` do not broadcast: axis -1 is 64 in `x1` but 128 in `x2` [shape]


class Model(Layer):
    EXTRA: ClassVar[int] = 3
    config: Config
    tokens: Embedding = sub(lambda self: Embedding(vocabulary=self.config.vocabulary, features=self.config.width))
    out: Dense = sub(lambda self: Dense(in_features=self.config.vocabulary, out_features=self.config.width))

    def __call__(self, x: Int64[Tensor, "b t"]) -> Float[Tensor, "b t {self.config.vocabulary}"]:
        return self.out(self.tokens(x))  # E: Dense(in_features={self.config.vocabulary}, out_features={self.config.width}): `x` has in_features={self.config.width}, but in_features is {self.config.vocabulary} [shape]

    def wrong(self, x: Int64[Tensor, "b t"]) -> Float[Tensor, "b t {self.config.vocabulary}"]:
        return self.tokens(x)  # E: wrong: the result must have {self.config.vocabulary} on axis 2 (b t {self.config.vocabulary}), not {self.config.width} [shape]

    def extra(self, x: Float[Tensor, "b 4"]) -> Tensor:
        return x + tg.zeros(self.EXTRA)  # E: add: `x1` and `x2` do not broadcast: axis -1 is 4 in `x1` but 3 in `x2` [shape]


def runs(x: Float32[Tensor, "*b t d"], h: int) -> Float32[Tensor, "*b d t"]:
    *b, t, d = x.shape
    tg.reshape(x, (*b, t, d + 1))  # E: reshape: the old and the new shape hold different numbers of elements: d*t and d*t+t [shape]
    tg.reshape(x, (*x.shape[:-1], 2 * d))  # E: reshape: the old and the new shape hold different numbers of elements: d*t and 2*d*t [shape]
    return tg.reshape(x, (*b, t, d))  # E: runs: the result must have d on axis -2 (*b d t), not t [shape]


def made(x: Float32[Tensor, "b t"]) -> None:
    b, t = x.shape
    x + tg.arange(b)  # E: add: `x1` and `x2` do not broadcast: axis -1 is t in `x1` but b in `x2` [shape]
    x + tg.arange(1, t)  # E: add: `x1` and `x2` do not broadcast: axis -1 is t in `x1` but t-1 in `x2` [shape]
    tg.linspace(0, 1, 5) + tg.asarray([1.0, 2.0])  # E: add: `x1` and `x2` do not broadcast: axis -1 is 5 in `x1` but 2 in `x2` [shape]
    tg.asarray([[1, 2], [3, 4]]) @ tg.asarray([1, 2, 3])  # E: matmul: `k` is 2 in `x1` but 3 in `x2` [shape]
    tg.where(tg.causal_mask(b), x, 0.0)  # E: where: `condition` and `x1` do not broadcast: axis -1 is b in `condition` but t in `x1` [shape]
    x @ tg.full((b, 3), 0.5)  # E: matmul: `k` is t in `x1` but b in `x2` [shape]
    tg.relu(tg.arange(5))  # E: relu: `x` must be Float, not int64 [dtype]


def special(x: Float32[Tensor, "b n"], y: Float32[Tensor, "b n m"]) -> Float32[Tensor, "b n"]:
    b, n, m = y.shape
    tg.reshape(y, (b, n))  # E: reshape: the old and the new shape hold different numbers of elements: b*m*n and b*n [shape]
    tg.reshape(x, (b, n, m))  # E: reshape: the old and the new shape hold different numbers of elements: b*n and b*m*n [shape]
    tg.reshape(y, (n, m, m))  # E: reshape: the old and the new shape hold different numbers of elements: b*m*n and m*m*n [shape]
    x[:, 1:] + tg.zeros(9)  # E: add: `x1` and `x2` do not broadcast: axis -1 is n-1 in `x1` but 9 in `x2` [shape]
    return tg.flatten(y, start=1)  # E: special: the result must have n on axis 1 (b n), not m*n [shape]


def compared(x: Float32[Tensor, "n k"], y: Float32[Tensor, "m k"]) -> Tensor:
    if x.shape[0] != y.shape[0]:
        return x + tg.zeros((3, 1))  # E: add: `x1` and `x2` do not broadcast: axis -2 is n in `x1` but 3 in `x2` [shape]
    return x + y
