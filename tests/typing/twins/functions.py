"""Functions of the user's with named dimensions, checked when they are called."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor

SIZES = {"p": 2, "q": 3, "r": 4, "n": 2, "m": 3}


@tg.typed
def dense(x: Float32[Tensor, "*batch n"], w: Float32[Tensor, "n m"]) -> Float32[Tensor, "*batch m"]:
    return x @ w


@tg.typed
def pair(x: Float32[Tensor, "n m"]) -> tuple[Float32[Tensor, "m"], Float32[Tensor, "m n"]]:
    return x[0], x.mT


@tg.typed
def doubled(x: Float32[Tensor, "n"]) -> Float32[Tensor, "2*n"]:
    return tg.concat([x, x])


@tg.typed
def careless(x: Float32[Tensor, "n m"]) -> Float32[Tensor, "n m"]:
    return x.mT  # E: careless: the result must have n on axis 0 (n m), not m [shape]


@tg.typed
def labelled(x: Float32[Tensor, "n"], i: Int64[Tensor, "n"]) -> Float32[Tensor, "n"]:
    return x[i]


def calls(x: Float32[Tensor, "p q"], w: Float32[Tensor, "q r"]) -> None:
    reveal_type(dense(x, w))
    reveal_type(dense(x[0], w=w))
    reveal_type(dense(tg.expand_dims(x, 0), w))
    first, second = pair(w)
    reveal_type(first)
    reveal_type(second)
    reveal_type(doubled(x[0]))


def clash(x: Float32[Tensor, "p q"], w: Float32[Tensor, "r q"]) -> None:
    dense(x, w)  # E: dense: `n` is q in `x` but r in `w` [shape]


def wrong_rank(x: Float32[Tensor, "p q r"]) -> None:
    pair(x)  # E: pair: `x` needs 2 axes (n m), got 3 [shape]


def wrong_dtype(x: Float32[Tensor, "p"]) -> None:
    labelled(x, x)  # E: labelled: `i` must be Int64, not float32 [dtype]


def run_calls() -> None:
    calls(tg.ones((2, 3)), tg.ones((3, 4)))


def run_careless() -> None:
    careless(tg.ones((2, 3)))


def run_clash() -> None:
    clash(tg.ones((2, 3)), tg.ones((4, 3)))


def run_wrong_rank() -> None:
    wrong_rank(tg.ones((2, 3, 4)))


def run_wrong_dtype() -> None:
    wrong_dtype(tg.ones((2,)))
