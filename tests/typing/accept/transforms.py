"""Functions made of functions: gradients, checkpoints, wrappers that keep signatures, callbacks; and kinds of elements."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar, reveal_type

from jaxtyping import Bool, Float, Float16, Float32, Float64, Int32, Int64, UInt8

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense

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


def layer_loss(model: Dense, x: Float32[Tensor, "b n"]) -> Float32[Tensor, ""]:
    return tg.mean(model(x))


def transforms(w: Float32[Tensor, "5 6"], x: Float32[Tensor, "4 5"]) -> Float32[Tensor, "5 6"]:
    reveal_type(wrapped(x, w))  # R: Float32[Tensor, "4 6"]
    reveal_type(jit(product)(x, w))  # R: Float32[Tensor, "4 6"]
    reveal_type(tg.checkpoint(product)(x, w))  # R: Float32[Tensor, "4 6"]
    reveal_type(tg.checkpoint(wrapped)(x, w=w))  # R: Float32[Tensor, "4 6"]
    reveal_type(tg.grad(loss)(w, x))  # R: Float32[Tensor, "5 6"]
    gradient = tg.grad(loss)
    reveal_type(gradient(w, x))  # R: Float32[Tensor, "5 6"]
    value, direction = tg.value_and_grad(loss)(w, x)
    reveal_type(direction)  # R: Float32[Tensor, "5 6"]
    tg.grad(layer_loss)(Dense(in_features=5, out_features=2), x)
    return w - 0.1 * direction * value


def gathered(w: Float32[Tensor, "5 6"], x: Float32[Tensor, "4 5"]) -> Tensor:
    functions = [product, wrapped]
    return functions[0](x, w) + (product if w.ndim else wrapped)(x, w) + tg.zeros((4, 6))


def made(scale: float) -> Callable[[Tensor], Tensor]:
    return lambda y: y * scale


def applied(x: Float32[Tensor, "b n"]) -> Tensor:
    return made(2.0)(x) + x


def promoted(
    f: Float32[Tensor, "n"], d: Float64[Tensor, "n"], h: Float16[Tensor, "n"], i: Int64[Tensor, "n"], j: Int32[Tensor, "n"], u: UInt8[Tensor, "n"]
) -> None:
    reveal_type(f + h)  # R: Float32[Tensor, "n"]
    reveal_type(h * 2.0)  # R: Float16[Tensor, "n"]
    reveal_type(f - d)  # R: Float64[Tensor, "n"]
    reveal_type(i / 2)  # R: Float32[Tensor, "n"]
    reveal_type(i // 2)  # R: Int64[Tensor, "n"]
    reveal_type(u + j)  # R: Int32[Tensor, "n"]
    reveal_type(2**i)  # R: Int64[Tensor, "n"]
    reveal_type(f**2)  # R: Float32[Tensor, "n"]
    reveal_type(h + i)  # R: Float16[Tensor, "n"]


def compared(f: Float32[Tensor, "n"], d: Float64[Tensor, "n"], b: Bool[Tensor, "n"]) -> None:
    reveal_type((f > 0) & b)  # R: Bool[Tensor, "n"]
    reveal_type(tg.isnan(f))  # R: Bool[Tensor, "n"]
    reveal_type(tg.where(b, f, 0.0))  # R: Float32[Tensor, "n"]
    reveal_type(tg.where(f > 0, f, d))  # R: Float64[Tensor, "n"]
    reveal_type(tg.argmax(f))  # R: Int64[Tensor, ""]
    reveal_type(tg.sum(b))  # R: Int64[Tensor, ""]


def converted(f: Float32[Tensor, "n"], i: Int64[Tensor, "n"]) -> Float[Tensor, "n"]:
    reveal_type(f.astype("float16").astype(tg.float64))  # R: Float64[Tensor, "n"]
    reveal_type(tg.astype(i, tg.float32))  # R: Float32[Tensor, "n"]
    return i.astype(tg.float32) + f.astype("float16")


def mixed(x: Float16[Tensor, "b 5"], w: Float32[Tensor, "5 6"]) -> Float32[Tensor, "b 6"]:
    reveal_type(x @ w.astype("float16"))  # R: Float16[Tensor, "b 6"]
    return (x @ w.astype(tg.float16)).astype("float32")
