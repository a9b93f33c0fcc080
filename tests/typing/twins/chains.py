"""Layers one after the other."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 3}


def right(x: Float32[Tensor, "n 4"]) -> None:
    net = tg.nn.Sequential(tg.nn.Dense(in_features=4, out_features=6), tg.nn.Relu(), tg.nn.Dense(in_features=6, out_features=2))
    reveal_type(tg.init(net, tg.random.key(0))(x))


def of_other_features(x: Float32[Tensor, "n 5"]) -> None:
    tg.init(tg.nn.Sequential(tg.nn.Dense(in_features=4, out_features=6)), tg.random.key(0))(x)  # E: Dense(in_features=4, out_features=6): `x` has in_features=5, but in_features is 4 [shape]


def run_right() -> None:
    right(tg.ones((3, 4)))


def run_of_other_features() -> None:
    of_other_features(tg.ones((3, 5)))
