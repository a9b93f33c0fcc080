"""Losses, activations and initialisers: what comes out is known."""

from __future__ import annotations

from typing import reveal_type

from jaxtyping import Bool, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor, nn


def reductions(p: Float32[Tensor, "8 3"], t: Float32[Tensor, "8 3"], w: Float32[Tensor, "8"]) -> None:
    reveal_type(tg.mse(p, t))  # R: Float32[Tensor, ""]
    reveal_type(tg.mse(p, t, reduction="none"))  # R: Float32[Tensor, "8 3"]
    reveal_type(tg.mse(p, t, weights=w, reduction="batch_mean"))  # R: Float32[Tensor, ""]
    reveal_type(tg.huber(p, t, weights=w, reduction="none"))  # R: Float32[Tensor, "8 3"]
    reveal_type(tg.l2_sum(p, t, weights=w, reduction="none"))  # R: Float32[Tensor, "8"]
    reveal_type(tg.dice(tg.sigmoid(p), t, reduction="none"))  # R: Float32[Tensor, "8"]
    reveal_type(tg.triplet(p, t, p, reduction="none"))  # R: Float32[Tensor, "8"]


def classes(x: Float32[Tensor, "b c"], y: Int64[Tensor, "b"], m: Bool[Tensor, "b"], k: Float32[Tensor, "c"]) -> None:
    reveal_type(tg.softmax_cross_entropy(x, y, class_weights=k, mask=m))  # R: Float32[Tensor, ""]
    reveal_type(tg.softmax_cross_entropy(x, y, label_smoothing=0.1, reduction="none"))  # R: Float32[Tensor, "b"]
    reveal_type(tg.multi_margin(x, y, reduction="none"))  # R: Float32[Tensor, "b"]
    reveal_type(tg.categorical_cross_entropy(tg.softmax(x), tg.softmax(x), reduction="none"))  # R: Float32[Tensor, "b"]


def sequences(x: Float32[Tensor, "n t c"], y: Int64[Tensor, "n l"], lengths: Int64[Tensor, "n"]) -> None:
    reveal_type(tg.ctc(tg.log_softmax(x), y, lengths=lengths, reduction="none"))  # R: Float32[Tensor, "n"]


def activations(x: Float32[Tensor, "8 6"], image: Float32[Tensor, "2 3 4 4"]) -> None:
    reveal_type(tg.sparsemax(x, axis=0))  # R: Float32[Tensor, "8 6"]
    reveal_type(tg.glu(x))  # R: Float32[Tensor, "8 3"]
    reveal_type(tg.crelu(image))  # R: Float32[Tensor, "2 6 4 4"]
    reveal_type(tg.mish(tg.hard_silu(x)))  # R: Float[Tensor, "8 6"]
    reveal_type(nn.Glu()(x))  # R: Float[Tensor, "8 3"]
    reveal_type(nn.CRelu()(image))  # R: Float[Tensor, "2 6 4 4"]
    reveal_type(nn.PRelu(channels=3)(image))  # R: Float[Tensor, "2 3 4 4"]
    reveal_type(nn.activation("relu6")(x))  # R: Float[Tensor, "8 6"]


def initialised(key: tg.Key) -> None:
    model = nn.Dense(in_features=6, out_features=4)
    reveal_type(tg.init(model, key, initializers={"weight": nn.orthogonal(), "bias": "ones"})(tg.ones((8, 6))))  # R: Float[Tensor, "8 4"]
