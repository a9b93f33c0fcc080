"""Losses with integer labels."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor

SIZES: dict[str, int] = {"n": 4, "k": 3}


def right(logits: Float32[Tensor, "n k"], labels: Int64[Tensor, "n"]) -> None:
    reveal_type(tg.softmax_cross_entropy(logits, labels))
    reveal_type(tg.softmax_cross_entropy(logits, labels, reduction="none"))
    reveal_type(tg.nll(tg.log_softmax(logits), labels))


def one_hot_labels(logits: Float32[Tensor, "n k"], labels: Int64[Tensor, "n k"]) -> None:
    tg.softmax_cross_entropy(logits, labels)  # E: softmax_cross_entropy: `*batch` is [n] in `logits` but [n k] in `labels` [shape]


def a_column(logits: Float32[Tensor, "n k"], labels: Int64[Tensor, "n 1"]) -> None:
    tg.softmax_cross_entropy(logits, labels)  # E: softmax_cross_entropy: `*batch` is [n] in `logits` but [n 1] in `labels` [shape]


def run_right() -> None:
    right(tg.ones((4, 3)), tg.zeros(4, dtype=tg.int64))


def run_one_hot_labels() -> None:
    one_hot_labels(tg.ones((4, 3)), tg.zeros((4, 3), dtype=tg.int64))


def run_a_column() -> None:
    a_column(tg.ones((4, 3)), tg.zeros((4, 1), dtype=tg.int64))
