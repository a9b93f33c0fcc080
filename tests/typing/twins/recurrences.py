"""Recurrent layers."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3}


def right(x: Float32[Tensor, "b t 5"]) -> None:
    layer = tg.init(tg.nn.Lstm(in_features=5, features=7), tg.random.key(0))
    reveal_type(layer(x))
    reveal_type(tg.init(tg.nn.Gru(in_features=5, features=7), tg.random.key(0))(x))
    reveal_type(layer(x)[:, -1])


def of_other_features(x: Float32[Tensor, "b t 6"]) -> None:
    tg.init(tg.nn.Lstm(in_features=5, features=7), tg.random.key(0))(x)  # E: Lstm(in_features=5, features=7): `x` has in_features=6, but in_features is 5 [shape]


def run_right() -> None:
    right(tg.ones((2, 3, 5)))


def run_of_other_features() -> None:
    of_other_features(tg.ones((2, 3, 6)))
