"""What follows inside a function from the shapes of its arguments."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Bool, Float, Float32, Float64, Int64

import typedgrad as tg
from typedgrad import Tensor


def product(x: Float32[Tensor, "batch n_in"], w: Float32[Tensor, "n_in n_out"]) -> Float32[Tensor, "batch n_out"]:
    reveal_type(x @ w)  # R: Float32[Tensor, "batch n_out"]
    return x @ w


def stacked(x: Float32[Tensor, "*b m k"], y: Float32[Tensor, "k n"]) -> Float32[Tensor, "*b m n"]:
    reveal_type(tg.matmul(x, y))  # R: Float32[Tensor, "*b m n"]
    return x @ y


def vectors(x: Float32[Tensor, "n"], y: Float32[Tensor, "n"], a: Float32[Tensor, "m n"]) -> Float32[Tensor, ""]:
    reveal_type(a @ x)  # R: Float32[Tensor, "m"]
    return x @ y


def transposed(x: Float32[Tensor, "*b m n"]) -> Float32[Tensor, "*b n m"]:
    reveal_type(tg.matrix_transpose(x))  # R: Float32[Tensor, "*b n m"]
    return x.mT


def broadcast(
    x: Float32[Tensor, "b n"], row: Float32[Tensor, "n"], column: Float32[Tensor, "b 1"]
) -> Float32[Tensor, "b n"]:
    reveal_type(x + row)  # R: Float32[Tensor, "b n"]
    reveal_type(row * column)  # R: Float32[Tensor, "b n"]
    reveal_type(x - column)  # R: Float32[Tensor, "b n"]
    return x / (row + column)


def scalars(x: Float32[Tensor, "n"], i: Int64[Tensor, "n"], d: Float64[Tensor, "n"]) -> None:
    reveal_type(x + 1)  # R: Float32[Tensor, "n"]
    reveal_type(2.0 * x)  # R: Float32[Tensor, "n"]
    reveal_type(-x)  # R: Float32[Tensor, "n"]
    reveal_type(i + 1)  # R: Int64[Tensor, "n"]
    reveal_type(i + 1.5)  # R: Float32[Tensor, "n"]
    reveal_type(1 - d)  # R: Float64[Tensor, "n"]
    reveal_type(x + d)  # R: Float64[Tensor, "n"]
    reveal_type(x + i)  # R: Float32[Tensor, "n"]


def augmented(x: Float32[Tensor, "n"], y: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    x += y
    x *= 2
    return x


def unknown(x: Tensor, y: Float32[Tensor, "n"], z: Float[Tensor, "..."]) -> Float32[Tensor, "n"]:
    reveal_type(x + y)  # R: Num[Tensor, "..."]
    reveal_type(x @ y)  # R: Num[Tensor, "..."]
    reveal_type(x + 1)  # R: Num[Tensor, "..."]
    reveal_type(tg.negative(x))  # R: Num[Tensor, "..."]
    _ = x @ x + z @ y - y
    return y


def anonymous(x: Float32[Tensor, "_ n"], y: Float32[Tensor, "m n"]) -> Float32[Tensor, "m n"]:
    return x + y


def free_names(x: Float32[Tensor, "b t d"]) -> tuple[Float32[Tensor, "n d"], Float32[Tensor, "k"]]:
    flat: Float32[Tensor, "n d"] = tg.reshape(x, (x.shape[0] * x.shape[1], x.shape[2]))
    return flat, tg.reshape(x, (-1,))


def rebinding(x: Float32[Tensor, "b n"], w: Float32[Tensor, "n m"], c: bool) -> Float32[Tensor, "b m"]:
    x = x @ w
    reveal_type(x)  # R: Float32[Tensor, "b m"]
    if c:
        x = x + 1
    reveal_type(x)  # R: Float32[Tensor, "b m"]
    for _ in range(3):
        x = x * 2
    return x


def branching(x: Float32[Tensor, "b n"], c: bool) -> Float32[Tensor, "_ _"]:
    y = x if c else x.mT
    reveal_type(y)  # R: Float32[Tensor, "b n"] | Float32[Tensor, "n b"]
    if c:
        y = y + 1
    return y


def looping(x: Float32[Tensor, "n"]) -> Float32[Tensor, "..."]:
    y = x
    while y.ndim < 4:
        y = tg.expand_dims(y, 0)
    return y


def optional(x: Float32[Tensor, "n"], bias: Float32[Tensor, "n"] | None = None) -> Float32[Tensor, "n"]:
    if bias is not None:
        x = x + bias
    return x


def outer(x: Float32[Tensor, "n"], y: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
    def inner(z: Float32[Tensor, "n"]) -> Float32[Tensor, "n"]:
        return z * x

    return inner(y)


def comparing(x: Float32[Tensor, "b n"], y: Float32[Tensor, "n"]) -> Bool[Tensor, "b n"]:
    reveal_type(x < y)  # R: Bool[Tensor, "b n"]
    reveal_type(x == 0)  # R: Bool[Tensor, "b n"]
    return x >= y


def gradual_dtype(x: Float[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return x


def gradual_family(x: Float32[Tensor, "n"]) -> Float[Tensor, "n"]:
    return x * x


def expressions(x: Float32[Tensor, "h d"], y: Float32[Tensor, "h*d"]) -> Float32[Tensor, "d*h"]:
    return tg.reshape(x, (x.shape[0] * x.shape[1],)) + y


def undecided(x: Float32[Tensor, "h d"], y: Float32[Tensor, "m"]) -> Float32[Tensor, "m"]:
    return tg.reshape(x, (x.shape[0] * x.shape[1],)) + y
