"""Reshaping, permuting, joining."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32

import typedgrad as tg
from typedgrad import Tensor

SIZES = {"b": 2, "t": 3, "d": 8}


def moves(x: Float32[Tensor, "b t d"]) -> None:
    b, t, d = x.shape
    reveal_type(x.reshape(b * t, d))
    reveal_type(x.reshape(b, -1))
    reveal_type(x.reshape(b, t, 4, d // 4))
    reveal_type(x.permute_dims(2, 0, 1))
    reveal_type(tg.expand_dims(x, 1))
    reveal_type(tg.expand_dims(x, 0).squeeze(0))
    reveal_type(tg.concat([x, x], axis=1))
    reveal_type(tg.concat([x, x[:, :1]], axis=1))
    reveal_type(tg.stack([x, x], axis=-1))
    reveal_type(tg.broadcast_to(x, (7, b, t, d)))


def wrong_count(x: Float32[Tensor, "b t d"]) -> None:
    x.reshape(x.shape[0], x.shape[1], x.shape[2] + 1)  # E: reshape: the old and the new shape hold different numbers of elements: b*d*t and b*d*t+b*t [shape]


def wrong_join(x: Float32[Tensor, "b t"], y: Float32[Tensor, "b d"]) -> None:
    tg.concat([x, y], axis=0)  # E: concat: but for axis 0, `arrays[0]` and `arrays[1]` must have the same shape: [t] and [d] [shape]


def wrong_order(x: Float32[Tensor, "b t d"]) -> None:
    x.permute_dims(0, 1)  # E: permute_dims: axes=(0, 1) must name each of the 3 axes once [shape]


def run_moves() -> None:
    moves(tg.ones((2, 3, 8)))


def run_wrong_count() -> None:
    wrong_count(tg.ones((2, 3, 8)))


def run_wrong_join() -> None:
    wrong_join(tg.ones((2, 3)), tg.ones((2, 8)))


def run_wrong_order() -> None:
    wrong_order(tg.ones((2, 3, 8)))
