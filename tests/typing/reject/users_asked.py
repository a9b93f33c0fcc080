"""More questions: programs of all kinds, each beside what was meant."""

from __future__ import annotations

from jaxtyping import Bool, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor, nn
from typedgrad.nn import (
    AdaptiveAvgPool2d,
    Conv2d,
    Conv3d,
    Dense,
    GlobalPool,
    GroupNorm,
    Layer,
    LayerNorm,
    Relu,
    Sequential,
    param,
    sub,
    zeros,
)


def bad35(x: Float32[Tensor, "n d"], keep: Bool[Tensor, "d"]) -> Float32[Tensor, "d n"]:
    return tg.where(keep, x, 0.0)  # E: bad35: the result must have d on axis 0 (d n), not n [shape]


def bad36(x: Int64[Tensor, "n d"]) -> Tensor:
    return tg.softmax(x)  # E: softmax: `x` must be Float, not int64 [dtype]


def bad37(x: Float32[Tensor, "n 3 32 32"]) -> Tensor:
    body = nn.freeze(Sequential(Conv2d(in_channels=3, out_channels=8, kernel=3), Relu(), GlobalPool()))
    return Dense(in_features=16, out_features=2)(body(x))  # E: Dense(in_features=16, out_features=2): `x` has in_features=8, but in_features is 16 [shape]


class Pair(Layer):
    left: Dense
    right: Dense

    def __call__(self, x: Float32[Tensor, "n d"], y: Float32[Tensor, "n e"]) -> Tensor:
        return tg.concat([self.left(x), self.right(y)], axis=1)


def bad38(x: Float32[Tensor, "n 4"], y: Float32[Tensor, "n 5"]) -> Tensor:
    p = Pair(left=Dense(in_features=4, out_features=8), right=Dense(in_features=4, out_features=8))
    return p.right(y)  # E: Dense(in_features=4, out_features=8): `x` has in_features=5, but in_features is 4 [shape]


@tg.typed
def project(x: Float32[Tensor, "n d"], w: Float32[Tensor, "d k"]) -> Float32[Tensor, "n k"]:
    return x @ w


def bad39(x: Float32[Tensor, "n 8"], w: Float32[Tensor, "3 8"]) -> Tensor:
    return project(x, w)  # E: project: `d` is 8 in `x` but 3 in `w` [shape]


def bad40(x: Float32[Tensor, "n 8"], w: Float32[Tensor, "8 3"], b: Float32[Tensor, "n"]) -> Tensor:
    return project(x, w) + b  # E: add: `x1` and `x2` do not broadcast: axis -1 is 3 in `x1` but n in `x2` [shape]


def bad41(xs: Float32[Tensor, "t n"], w: Float32[Tensor, "n m"]) -> Float32[Tensor, "n"]:
    h = tg.zeros((w.shape[1],))
    for i in range(3):
        h = tg.tanh(xs[i] + h)  # E: add: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but m in `x2` [shape]
    return h


def bad42(xs: list[Float32[Tensor, "n d"]]) -> Float32[Tensor, "n d"]:
    return tg.concat(xs, axis=1)[:, 0]  # E: bad42: the result must have 2 axes (n d), not 1 [shape]


def total(*xs: Float32[Tensor, "n d"]) -> Float32[Tensor, "n d"]:
    out = xs[0]
    for x in xs:
        out = out + x
    return out


def bad43(a: Float32[Tensor, "n d"], b: Float32[Tensor, "d n"]) -> Tensor:
    return total(a, b)  # E: total: `n` is n in `xs[0]` but d in `xs[1]` [shape]


def bad44(a: Float32[Tensor, "n d"], w: Float32[Tensor, "k d"]) -> Tensor:
    return tg.linear(a, weight=w)  # E: linear: `k` is d in `x` but k in `weight` [shape]


class Pos(Layer):
    d: int
    table: Float32[Tensor, "512 d"] = param(zeros)

    @property
    def last(self) -> Float32[Tensor, "d"]:
        return self.table[:-1]  # E: last: the result must have 1 axis (d), not 2 [shape]

    def at(self, i: int) -> Float32[Tensor, "d"]:
        return self.table[i]

    def plus(self, x: Float32[Tensor, "b 256 d"]) -> Float32[Tensor, "b 256 d"]:
        return x + self.table[:255]  # E: add: `x1` and `x2` do not broadcast: axis -2 is 256 in `x1` but 255 in `x2` [shape]

    def plus_ok(self, x: Float32[Tensor, "b 256 d"]) -> Float32[Tensor, "b 256 d"]:
        return x + self.table[:256]


def bad47(x: Float32[Tensor, "n d"], flag: bool) -> Float32[Tensor, "n d"]:
    y = x.mT if flag else x.T
    return x + y  # E: add: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but n in `x2` [shape]


def bad48(x: Float32[Tensor, "n d"], b: Float32[Tensor, "n"] | None = None) -> Float32[Tensor, "n d"]:
    if b is not None:
        x = x + b  # E: add: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but n in `x2` [shape]
    return x


def bad49(x: Float32[Tensor, "n d"], w: Float32[Tensor, "k d"]) -> Tensor:
    def f(v):  # E: Function is missing a type annotation [no-untyped-def]
        return v @ w
    return tg.relu(x) @ w  # E: matmul: `k` is d in `x1` but k in `x2` [shape]


def bad50(x: Float32[Tensor, "n 1 40 100"]) -> Float32[Tensor, "n 8 1 98"]:
    return Conv2d(in_channels=1, out_channels=8, kernel=(3, 40))(x)  # E: bad50: the result must have 1 on axis 2 (n 8 1 98), not 38 [shape]


def bad51(x: Float32[Tensor, "n t 3 h w"]) -> Tensor:
    return Conv3d(in_channels=3, out_channels=8, kernel=3, padding=1)(x)  # E: Conv3d(in_channels=3, out_channels=8, kernel=3, padding=1): `x` has in_channels=t, but in_channels is 3 [shape]


def bad52(x: Float32[Tensor, "n 3 h w"]) -> Tensor:
    return GroupNorm(features=32, groups=8)(Conv2d(in_channels=3, out_channels=16, kernel=1)(x))  # E: GroupNorm(features=32, groups=8): `x` has features=16, but features is 32 [shape]


def bad53(x: Float32[Tensor, "n 64 h w"]) -> Tensor:
    return LayerNorm(features=64)(x)  # E: LayerNorm(features=64): `x` has features=w, but features is 64 [shape]


def bad54(x: Float32[Tensor, "b t 768"]) -> Float32[Tensor, "b 2"]:
    return Dense(in_features=768, out_features=2)(x[:, :1])  # E: bad54: the result must have 2 axes (b 2), not 3 [shape]


def bad55(x: Float32[Tensor, "n 16 7 7"]) -> Tensor:
    y = AdaptiveAvgPool2d(size=2)(x)
    return Dense(in_features=16, out_features=4)(tg.flatten(y, start=1))  # E: Dense(in_features=16, out_features=4): `x` has in_features=64, but in_features is 16 [shape]


class Siamese(Layer):
    net: Dense = sub(lambda self: Dense(in_features=32, out_features=16))
    head: Dense = sub(lambda self: Dense(in_features=16, out_features=1))

    def __call__(self, a: Float32[Tensor, "n 32"], b: Float32[Tensor, "n 32"]) -> Float32[Tensor, "n 1"]:
        return self.head(tg.concat([self.net(a), self.net(b)], axis=1))  # E: Dense(in_features=16, out_features=1): `x` has in_features=32, but in_features is 16 [shape]

    def ok(self, a: Float32[Tensor, "n 32"], b: Float32[Tensor, "n 32"]) -> Float32[Tensor, "n 1"]:
        return self.head(tg.abs(self.net(a) - self.net(b)))


def bad57(x: Float32[Tensor, "n 1"]) -> Float32[Tensor, "n"]:
    return tg.squeeze(x, axis=0)  # E: squeeze: axis 0 cannot be dropped: its size is n, not 1 [shape]


def bad58(x: Float32[Tensor, "n 10"]) -> Float32[Tensor, "n 3"]:
    v, i = tg.topk(x, 3)
    return i  # E: bad58: `return` must be Float32, not int64 [dtype]


def bad59(x: Float32[Tensor, "n 10"]) -> Float32[Tensor, "n 3"]:
    v, i = tg.topk(x, 5)
    return v  # E: bad59: the result must have 3 on axis 1 (n 3), not 5 [shape]
