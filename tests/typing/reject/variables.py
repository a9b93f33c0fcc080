"""Variables that a branch or a loop assigns."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor


def assigned_1(xs: list[Tensor], w: Float32[Tensor, "n m"]) -> Float32[Tensor, "n"]:
    h = tg.zeros((w.shape[1],))
    for x in xs:
        h = x
    reveal_type(h)  # R: Tensor
    return h


def assigned_2(x: Tensor, w: Float32[Tensor, "n m"], c: bool) -> Float32[Tensor, "n"]:
    h = tg.zeros((w.shape[1],))
    if c:
        h = x
    reveal_type(h)  # R: Tensor
    return h


def assigned_3(xs: list[Tensor], w: Float32[Tensor, "n m"]) -> Float32[Tensor, "n"]:
    h = tg.zeros((w.shape[1],))
    for x in xs:
        h = x + h
    reveal_type(h)  # R: Tensor
    return h


def assigned_4(xs: Float32[Tensor, "t n"], w: Float32[Tensor, "n m"]) -> Float32[Tensor, "n"]:
    h = tg.zeros((w.shape[1],))
    for i in range(3):
        h = tg.tanh(xs[i] + h)  # E: add: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but m in `x2` [shape]
    reveal_type(h)  # R: Tensor
    return h


def assigned_5(xs: Float32[Tensor, "t n"], w: Float32[Tensor, "n m"]) -> Float32[Tensor, "n"]:
    h = tg.zeros((w.shape[1],))
    for i in range(3):
        z = xs[i] + h  # E: add: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but m in `x2` [shape]
        reveal_type(z)  # R: Tensor
        h = tg.tanh(z)
    reveal_type(h)  # R: Tensor
    return h


def assigned_6(w: Float32[Tensor, "n m"], c: bool) -> Float32[Tensor, "m n"]:
    h = tg.relu(w)
    if c:
        h = w.mT
    reveal_type(h)  # R: Float32[Tensor, "_ _"]
    return h


def assigned_7(w: Float32[Tensor, "n m"], c: bool) -> Float32[Tensor, "m n"]:
    if c:
        w = w.mT
    reveal_type(w)  # R: Float32[Tensor, "_ _"]
    return w


def assigned_8(w: Float32[Tensor, "n m"], c: bool) -> Tensor:
    h = tg.relu(w)
    for _i in range(3):
        h = tg.relu(h)
    reveal_type(h)  # R: Float32[Tensor, "n m"]
    h = h.mT
    reveal_type(h)  # R: Float32[Tensor, "m n"]
    y = w if c else h
    reveal_type(y)  # R: Float32[Tensor, "..."]
    return h @ w.mT  # E: matmul: `k` is n in `x1` but m in `x2` [shape]


def assigned_9(w: Float32[Tensor, "n m"], c: bool) -> tuple[Float32[Tensor, "m n"], Float32[Tensor, "n m"]]:
    h = tg.relu(w)
    g = tg.relu(w)
    if c:
        h, g = w.mT, w.mT
    reveal_type(h)  # R: Float32[Tensor, "_ _"]
    reveal_type(g)  # R: Float32[Tensor, "_ _"]
    return h, g
