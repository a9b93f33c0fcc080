"""Sizes that are values: fields of configurations, runs of axes, tensors made of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense

SIZES = {"b": 2, "t": 3, "d": 8}


@dataclass(frozen=True)
class Config:
    width: int
    heads: int = 4


def configured(x: Float32[Tensor, "b 32"]) -> None:
    config = Config(width=32)
    reveal_type(tg.zeros((config.width, config.heads)))
    reveal_type(tg.init(Dense(in_features=config.width, out_features=2 * config.heads), tg.random.key(0))(x))


def runs(x: Float32[Tensor, "b t d"]) -> None:
    *outer, d = x.shape
    y = tg.reshape(x, (*outer, 4, d // 4))
    reveal_type(y)
    reveal_type(tg.reshape(y, (*x.shape[:-1], -1)))
    reveal_type(tg.flatten(x, start=-2))


def made(x: Float32[Tensor, "b t d"]) -> None:
    b, t, d = x.shape
    reveal_type(tg.arange(t))
    reveal_type(tg.arange(1, 10, 3))
    reveal_type(tg.arange(0.0, 1.0, 0.3))
    reveal_type(tg.arange(1, d))
    reveal_type(tg.linspace(0, 1, b))
    reveal_type(tg.asarray([[1, 2, 3], [4, 5, 6]]))
    reveal_type(tg.asarray([0.5, 1]))
    reveal_type(tg.asarray(True))
    reveal_type(tg.causal_mask(t))
    reveal_type(tg.full((b, 2), 7))
    reveal_type(tg.full(t, 0.5))


def wrong_positions(x: Float32[Tensor, "b t d"]) -> None:
    x + tg.arange(x.shape[1])  # E: add: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but t in `x2` [shape]


def wrong_field(x: Float32[Tensor, "b 32"]) -> None:
    config = Config(width=32)
    x @ tg.zeros((config.heads, 3))  # E: matmul: `k` is 32 in `x1` but 4 in `x2` [shape]


def run_configured() -> None:
    configured(tg.ones((2, 32)))


def run_runs() -> None:
    runs(tg.ones((2, 3, 8)))


def run_made() -> None:
    made(tg.ones((2, 3, 8)))


def run_wrong_positions() -> None:
    wrong_positions(tg.ones((2, 3, 8)))


def run_wrong_field() -> None:
    wrong_field(tg.ones((2, 32)))
