"""Tensors made of sizes."""

from __future__ import annotations

from typing import reveal_type

import typedgrad as tg

SIZES: dict[str, int] = {"n": 3}


def right(n: int) -> None:
    reveal_type(tg.zeros((4, 5)))
    reveal_type(tg.ones(7))
    reveal_type(tg.eye(3))
    reveal_type(tg.full((2, 2), 1.5))
    reveal_type(tg.asarray([[1.0, 2.0], [3.0, 4.0]]))
    reveal_type(tg.zeros((2, 3), dtype=tg.int64))


def added(n: int) -> None:
    tg.zeros((4, 5)) + tg.zeros((5, 4))  # E: add: `x1` and `x2` do not broadcast: axis -1 is 5 in `x1` but 4 in `x2` [shape]


def run_right() -> None:
    right(3)


def run_added() -> None:
    added(3)
