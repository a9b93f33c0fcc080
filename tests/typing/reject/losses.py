"""Losses, activations and initialisers that do not fit."""

from __future__ import annotations

from jaxtyping import Bool, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor, nn


def weighted(p: Float32[Tensor, "8 3"], t: Float32[Tensor, "8 3"], w: Float32[Tensor, "3"], m: Bool[Tensor, "8 1"]) -> None:
    tg.mse(p, t, weights=w)  # E: mse: `weights` must have the shape of the losses, or of their first axes: [3] and [8] [shape]
    tg.mse(p, t, mask=m)  # E: mse: `mask` must have the shape of the losses, or of their first axes: [8 1] and [8 3] [shape]
    tg.l1_sum(p, t, mask=m)  # E: l1_sum: `mask` must have the shape of the losses, or of their first axes: [8 1] and [8] [shape]
    tg.mse(p, t, mask=w)  # E: mse: `mask` must be Bool, not float32 [dtype]
    tg.log_cosh(p, w)  # E: log_cosh: `*s` is [8 3] in `prediction` but [3] in `target` [shape]


def classes(x: Float32[Tensor, "b c"], y: Int64[Tensor, "b"], k: Float32[Tensor, "b"]) -> None:
    tg.softmax_cross_entropy(x, y, class_weights=k)  # E: softmax_cross_entropy: `classes` is c in `logits` but b in `class_weights` [shape]
    tg.softmax_cross_entropy(x, x)  # E: softmax_cross_entropy: `labels` must be Int, not float32 [dtype]
    tg.soft_label_cross_entropy(x, y)  # E: soft_label_cross_entropy: `target` must be Float, not int64 [dtype]
    tg.multi_margin(x, y[:, None])  # E: multi_margin: `*batch` is [b] in `prediction` but [b 1] in `labels` [shape]


def halved(x: Float32[Tensor, "8 5"]) -> None:
    tg.glu(x)  # E: glu: axis -1 must be even, to be halved: 5 is not a multiple of 2 [shape]


def channels(image: Float32[Tensor, "2 3 4 4"]) -> None:
    nn.PRelu(channels=4)(image)  # E: PRelu(channels=4): `x` has channels=3, but channels is 4 [shape]
