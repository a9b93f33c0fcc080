"""Axes without elements, where a value would have to be made up."""

from __future__ import annotations

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor


def no_keys(q: Float32[Tensor, "h t d"], k: Float32[Tensor, "h 0 d"]) -> Float32[Tensor, "h t 0"]:
    return tg.attention_weights(q, k)  # E: attention_weights: `key` has no places to be seen: 1 > 0 [shape]


def no_features(q: Float32[Tensor, "h t 0"], v: Float32[Tensor, "h t d"]) -> Float32[Tensor, "h t d"]:
    return tg.scaled_dot_product_attention(  # E: scaled_dot_product_attention: the heads of `query` and `key` have no features to be compared: 1 > 0 [shape]
        q, q, v
    )  # E: scaled_dot_product_attention: the heads of `query` and `key` have no features to be compared: 1 > 0 [shape]


def no_steps(
    x: Float32[Tensor, "0 b 8"], h: Float32[Tensor, "b 2"], w: Float32[Tensor, "2 8"]
) -> Float32[Tensor, "0 b 2"]:
    return tg.lstm_sequence(x, h, h, w)[0]  # E: lstm_sequence: `given` has no steps: 1 > 0 [shape]


def no_statistics(x: Float32[Tensor, "0 3 h w"]) -> Float32[Tensor, "3"]:
    return tg.batch_norm(x)[1]  # E: batch_norm: `x` has no values in any channel, so there is no mean: 1 > 0 [shape]


def no_elements(x: Float32[Tensor, "b 0"]) -> Float32[Tensor, "b"]:
    return tg.l2_sum(  # E: l2_sum: `outputs` is 0: an example without elements has no loss [shape]
        x, x, reduction="none"
    )  # E: l2_sum: `outputs` is 0: an example without elements has no loss [shape]


def no_classes(x: Float32[Tensor, "b 0"], y: Int64[Tensor, "b"]) -> Float32[Tensor, ""]:
    return tg.softmax_cross_entropy(  # E: softmax_cross_entropy: `classes` is 0: an example without elements has no loss [shape]
        x, y
    )  # E: softmax_cross_entropy: `classes` is 0: an example without elements has no loss [shape]


def no_mean(x: Float32[Tensor, "0 n"]) -> Float32[Tensor, ""]:
    return tg.mse(x, x)  # E: mse: the batch is empty (shape [0 n]), so there is no mean of its losses [shape]
