"""Words as vectors."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3}


def right(words: Int64[Tensor, "b t"]) -> None:
    table = tg.init(tg.nn.Embedding(vocabulary=10, features=4), tg.random.key(0))
    reveal_type(table(words))
    reveal_type(tg.mean(table(words), axis=1))


def of_floats(x: Float32[Tensor, "b t"]) -> None:
    tg.init(tg.nn.Embedding(vocabulary=10, features=4), tg.random.key(0))(x)  # E: Embedding(vocabulary=10, features=4): `indices` must be Int, not float32 [dtype]


def run_right() -> None:
    right(tg.zeros((2, 3), dtype=tg.int64))


def run_of_floats() -> None:
    of_floats(tg.ones((2, 3)))
