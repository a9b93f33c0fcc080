"""Ints, slices, new axes, ellipses, index tensors and masks between the brackets."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor

SIZES = {"b": 4, "t": 6, "n": 3}


def indexing(x: Float32[Tensor, "b t 5"], i: Int64[Tensor, "n"]) -> None:
    reveal_type(x[0])
    reveal_type(x[-1, 2])
    reveal_type(x[:, 1:])
    reveal_type(x[:, :-1])
    reveal_type(x[..., :2])
    reveal_type(x[:, None])
    reveal_type(x[..., 0])
    reveal_type(x[i])
    reveal_type(x[:, i])
    reveal_type(x[i, i])
    for row in x:
        reveal_type(row)


def out_of_range(x: Float32[Tensor, "b 5"]) -> None:
    x[:, 5]  # E: getitem: index 5 is out of range for axis 1 of size 5 [shape]


def too_many(x: Float32[Tensor, "b t"]) -> None:
    x[0, 0, 0]  # E: getitem: too many indices: 3 for 2 axes [shape]


def run_indexing() -> None:
    indexing(tg.ones((4, 6, 5)), tg.asarray([0, 2, 1]))


def run_out_of_range() -> None:
    out_of_range(tg.ones((4, 5)))


def run_too_many() -> None:
    too_many(tg.ones((4, 6)))
