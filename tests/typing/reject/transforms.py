"""Functions made of functions, called with what does not fit; elements of the wrong kind."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from jaxtyping import Bool, Float16, Float32, Float64, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Embedding

P = ParamSpec("P")
R = TypeVar("R")


def jit(f: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(f)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        return f(*args, **kwargs)

    return inner


def product(x: Float32[Tensor, "b n"], w: Float32[Tensor, "n m"]) -> Float32[Tensor, "b m"]:
    return x @ w


@jit
def wrapped(x: Float32[Tensor, "b n"], w: Float32[Tensor, "n m"]) -> Float32[Tensor, "b m"]:
    return x @ w


def loss(w: Float32[Tensor, "n m"], x: Float32[Tensor, "b n"]) -> Float32[Tensor, ""]:
    return tg.mean(x @ w)


def transforms(w: Float32[Tensor, "5 6"], x: Float32[Tensor, "4 5"]) -> None:
    wrapped(x, x)  # E: wrapped: `n` is 5 in `x` but 4 in `w` [shape]
    jit(product)(x, x)  # E: jit: `n` is 5 in `x` but 4 in `w` [shape]
    tg.checkpoint(product)(w, x)  # E: checkpoint: `n` is 6 in `x` but 4 in `w` [shape]
    tg.grad(loss)(x, w)  # E: loss: `n` is 4 in `w` but 6 in `x` [shape]
    checkpointed = tg.checkpoint(product)
    checkpointed(x, w.mT)  # E: checkpointed: `n` is 5 in `x` but 6 in `w` [shape]


def descent(w: Float32[Tensor, "n m"], x: Float32[Tensor, "b n"]) -> Float32[Tensor, "n m"]:
    _, direction = tg.value_and_grad(loss)(w, x)
    return w - 0.1 * direction.mT  # E: subtract: `x1` and `x2` do not broadcast: axis -1 is m in `x1` but n in `x2` [shape]


def kinds(f: Float32[Tensor, "n"], d: Float64[Tensor, "n"], h: Float16[Tensor, "n"], i: Int64[Tensor, "n"], b: Bool[Tensor, "n"]) -> None:
    tg.softmax_cross_entropy(tg.zeros((4, 3)), tg.zeros(4))  # E: softmax_cross_entropy: `labels` must be Int, not float32 [dtype]
    Embedding(vocabulary=3, features=4)(f)  # E: Embedding(vocabulary=3, features=4): `indices` must be Int, not float32 [dtype]
    product(h[None], h[:, None])  # E: product: `x` must be Float32, not float16 [dtype]
    product(f[None], (f + d)[:, None])  # E: product: `w` must be Float32, not float64 [dtype]
    tg.exp(i)  # E: exp: `x` must be Inexact, not int64 [dtype]
    tg.relu(f > 0)  # E: relu: `x` must be Float, not bool [dtype]
    tg.gelu(f.astype("int64"))  # E: gelu: `x` must be Float, not int64 [dtype]
    tg.take(f, f)  # E: take: `indices` must be Integer, not float32 [dtype]


def widened(f: Float32[Tensor, "n"], d: Float64[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return f * d  # E: widened: `return` must be Float32, not float64 [dtype]


def narrowed(h: Float16[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return h * 2.0  # E: narrowed: `return` must be Float32, not float16 [dtype]


def truth(f: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return tg.where(f > 0, f, f.astype(tg.float64))  # E: truth: `return` must be Float32, not float64 [dtype]


def counted(b: Bool[Tensor, "n"]) -> Float32[Tensor, ""]:
    return tg.sum(b)  # E: counted: `return` must be Float32, not int64 [dtype]
