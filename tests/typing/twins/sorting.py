"""Orders and the largest few."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"b": 2, "t": 3, "d": 8}


def right(x: Float32[Tensor, "b d"]) -> None:
    reveal_type(tg.sort(x, axis=1))
    reveal_type(tg.argsort(x, axis=0))
    values, places = tg.topk(x, 3)
    reveal_type(values)
    reveal_type(places)
    reveal_type(tg.argmax(x, axis=1))


def more_than_there_are(x: Float32[Tensor, "b 8"]) -> None:
    tg.topk(x, 9)  # E: topk: `k` is larger than axis 1: 9 > 8 [shape]


def run_right() -> None:
    right(tg.ones((2, 8)))


def run_more_than_there_are() -> None:
    more_than_there_are(tg.ones((2, 8)))
