"""Calls of functions with named dimensions whose arguments do not fit together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from jaxtyping import Float, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor


def dense(x: Float[Tensor, "*batch n"], w: Float[Tensor, "n m"], b: Float[Tensor, "m"]) -> Float[Tensor, "*batch m"]:
    return x @ w + b


def fixed(x: Float32[Tensor, "batch 784"]) -> Float32[Tensor, "batch 10"]:
    return x[:, :10]


def same(x: Float32[Tensor, "n"], y: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return x + y


def many(*xs: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return xs[0]


def items(xs: Sequence[Float32[Tensor, "n 2"]]) -> Float32[Tensor, "n"]:
    return xs[0][:, 0]


def next_size(x: Float32[Tensor, "n"], y: Float32[Tensor, "n+1"]) -> Float32[Tensor, "n"]:
    return x


def sized(n: int, x: Float32[Tensor, "{n}"]) -> Float32[Tensor, "{n}"]:
    return x


def maybe(x: Float32[Tensor, "n"], y: Float32[Tensor, "n"] | None = None) -> Float32[Tensor, "n"]:
    return x


@tg.typed
def decorated(x: Float32[Tensor, "n m"], /, *, y: Float32[Tensor, "m"]) -> Float32[Tensor, "n"]:
    return x @ y


class Model:
    def step(self, x: Float32[Tensor, "b n"], y: Float32[Tensor, "b"]) -> Float32[Tensor, "n b"]:
        return x.mT * y

    @staticmethod
    def static(x: Float32[Tensor, "b b"]) -> Float32[Tensor, "b"]:
        return x[0]

    @classmethod
    def by_class(cls, x: Float32[Tensor, "b 3"]) -> Float32[Tensor, "b"]:
        return x[:, 0]

    def __call__(self, x: Float32[Tensor, "b 4"]) -> Float32[Tensor, "b"]:
        return x[:, 0]


class Applies(Protocol):
    def __call__(self, x: Float32[Tensor, "n n"]) -> Float32[Tensor, "n"]: ...


def literal(x: Float32[Tensor, "32 784"], w: Float32[Tensor, "10 784"], b: Float32[Tensor, "10"]) -> None:
    dense(x, w, b)  # E: dense: `n` is 784 in `x` but 10 in `w` [shape]
    dense(w=w.mT, b=x[0], x=x)  # E: dense: `m` is 10 in `w` but 784 in `b` [shape]
    dense(x, b=b, w=w)  # E: dense: `n` is 784 in `x` but 10 in `w` [shape]
    fixed(w[0])  # E: fixed: `x` needs 2 axes (batch 784), got 1 [shape]
    fixed(x[:, 1:])  # E: fixed: `x` must have 784 on axis 1 (batch 784), not 783 [shape]
    same(b, x[0])  # E: same: `n` is 10 in `x` but 784 in `y` [shape]
    many(b, b, x[0])  # E: many: `n` is 10 in `xs[0]` but 784 in `xs[2]` [shape]
    items([w[:, :2], x])  # E: items: `n` is 10 in `xs[0]` but 32 in `xs[1]` [shape]
    next_size(b, b)  # E: next_size: `y` must have n+1=11 on axis 0 (n+1), not 10 [shape]
    sized(11, b)  # E: sized: `x` must have {n}=11 on axis 0 ({n}), not 10 [shape]
    maybe(b, x[0])  # E: maybe: `n` is 10 in `x` but 784 in `y` [shape]
    decorated(x, y=b)  # E: decorated: `m` is 784 in `argument 1` but 10 in `y` [shape]


def symbolic(x: Float32[Tensor, "batch features"], y: Float32[Tensor, "classes"]) -> None:
    same(x[0], y)  # E: same: `n` is features in `x` but classes in `y` [shape]
    same(x, y)  # E: same: `x` needs 1 axis (n), got 2 [shape]
    decorated(x, y=y)  # E: decorated: `m` is features in `argument 1` but classes in `y` [shape]
    fixed(x[None])  # E: fixed: `x` needs 2 axes (batch 784), got 3 [shape]


def methods(m: Model, f: Applies, x: Float32[Tensor, "4 5"], y: Float32[Tensor, "5"]) -> None:
    m.step(x, y)  # E: step: `b` is 4 in `x` but 5 in `y` [shape]
    Model.static(x)  # E: static: `b` is 4 on axis 0 of `x` but 5 on axis 1 [shape]
    m.by_class(x)  # E: by_class: `x` must have 3 on axis 1 (b 3), not 5 [shape]
    m(x)  # E: Model: `x` must have 4 on axis 1 (b 4), not 5 [shape]
    f(x)  # E: Applies: `n` is 4 on axis 0 of `x` but 5 on axis 1 [shape]


def result_used(x: Float32[Tensor, "8 784"], y: Float32[Tensor, "12"]) -> None:
    h = fixed(x)
    h @ y  # E: matmul: `k` is 10 in `x1` but 12 in `x2` [shape]
    same(fixed(x)[0], y)  # E: same: `n` is 10 in `x` but 12 in `y` [shape]


def dtypes(i: Int64[Tensor, "4"], x: Float32[Tensor, "4"]) -> None:
    same(x, i)  # E: same: `y` must be Float32, not int64 [dtype]
    sized(4, x.astype("float64"))  # E: sized: `x` must be Float32, not float64 [dtype]


def by_alias(x: Float32[Tensor, "4 5"], y: Float32[Tensor, "4"]) -> None:
    f = same
    f(x[0], y)  # E: f: `n` is 5 in `x` but 4 in `y` [shape]
    [same][0](x[0], y)


def union(x: Float32[Tensor, "4"], y: Float32[Tensor, "5"], c: bool) -> None:
    z = x if c else y
    same(z, x)
    same(tg.concat([z, z]), x)
