"""Calls of elementwise ops, activations and losses that are refused."""

from __future__ import annotations

import math
from collections.abc import Callable

import typedgrad as tg

LOGITS = tg.ones((2, 3))

CASES: dict[str, Callable[[], object]] = {
    "broadcast": lambda: tg.maximum(tg.ones((4, 3)), tg.ones((4, 1, 2))),
    "dtype-of-an-operand": lambda: tg.hypot(tg.ones(2), tg.asarray([1, 2])),
    "dtype-of-a-number": lambda: tg.bitwise_left_shift(tg.asarray([1, 2]), 1.5),  # type: ignore[arg-type]  # that is the mistake
    "dtype-without-bits": lambda: tg.ones(2) & tg.asarray([1, 2]),
    "only-numbers": lambda: tg.maximum(1.0, 2.0),
    "not-a-tensor": lambda: tg.add(tg.ones(2), [1.0, 2.0]),  # type: ignore[arg-type]  # that is the mistake
    "negative-power-of-integers": lambda: tg.asarray([1, 2]) ** -1,
    "static-argument": lambda: tg.gelu(tg.ones(2), approximate="erf"),  # type: ignore[arg-type]  # that is the mistake
    "softmax-axis": lambda: tg.softmax(LOGITS, axis=2),
    "loss-column-against-row": lambda: tg.mse(tg.ones((8, 1)), tg.ones(8)),
    "loss-swapped": lambda: tg.softmax_cross_entropy(tg.ones((8, 3)), tg.zeros((3,), dtype="int64")),
    "loss-float-labels": lambda: tg.softmax_cross_entropy(LOGITS, tg.asarray([0.0, math.nan])),
    "loss-label-out-of-range": lambda: tg.softmax_cross_entropy(LOGITS, tg.asarray([0, 3])),
    "loss-label-negative": lambda: tg.nll(LOGITS, tg.asarray([-1, 0])),
    "loss-target-nan": lambda: tg.binary_cross_entropy_with_logits(tg.ones(2), tg.asarray([1.0, math.nan])),
    "loss-target-no-probability": lambda: tg.kl_divergence(LOGITS, tg.full((2, 3), 1.5)),
    "loss-target-no-sign": lambda: tg.hinge(tg.ones(2), tg.asarray([1.0, 0.0])),
    "loss-empty-batch": lambda: tg.mse(tg.zeros((0, 3)), tg.zeros((0, 3))),
    "loss-reduction": lambda: tg.mse(tg.ones(2), tg.ones(2), reduction="average"),  # type: ignore[arg-type]  # that is the mistake
    "loss-delta": lambda: tg.huber(tg.ones(2), tg.ones(2), delta=-1),
}
