"""Losses refuse shapes that numpy would broadcast."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor

SIZES = {"b": 4, "c": 3}


def losses(logits: Float32[Tensor, "b c"], labels: Int64[Tensor, "b"]) -> None:
    reveal_type(tg.softmax_cross_entropy(logits, labels))
    reveal_type(tg.mse(logits, logits * 2))
    reveal_type(tg.log_softmax(logits, axis=-1))


def column(x: Float32[Tensor, "b 1"], y: Float32[Tensor, "b"]) -> None:
    tg.mse(x, y)  # E: mse: `*s` is [b 1] in `prediction` but [b] in `target` [shape]


def too_few(logits: Float32[Tensor, "b c"], labels: Int64[Tensor, "c"]) -> None:
    tg.softmax_cross_entropy(logits, labels)  # E: softmax_cross_entropy: `*batch` is [b] in `logits` but [c] in `labels` [shape]


def run_losses() -> None:
    losses(tg.ones((4, 3)), tg.asarray([0, 1, 2, 1]))


def run_column() -> None:
    column(tg.ones((4, 1)), tg.ones((4,)))


def run_too_few() -> None:
    too_few(tg.ones((4, 3)), tg.asarray([0, 1, 2]))
