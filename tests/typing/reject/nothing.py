"""Axes without elements, where a value would have to be made up."""

from __future__ import annotations

from jaxtyping import Float32, Int64

from typedgrad import (
    Tensor,
    attention_weights,
    batch_norm,
    l2_sum,
    lstm_sequence,
    mse,
    nll,
)


def no_keys(q: Float32[Tensor, "h t d"], k: Float32[Tensor, "h 0 d"]) -> Float32[Tensor, "h t 0"]:
    return attention_weights(q, k)  # E: attention_weights: `key` has no places to be seen: 1 > 0 [shape]


def no_features(q: Float32[Tensor, "h t 0"]) -> Float32[Tensor, "h t t"]:
    return attention_weights(q, q)  # E: attention_weights: the heads have no features to compare: 1 > 0 [shape]


def no_steps(
    x: Float32[Tensor, "0 b 8"], h: Float32[Tensor, "b 2"], w: Float32[Tensor, "2 8"]
) -> Float32[Tensor, "0 b 2"]:
    return lstm_sequence(x, h, h, w)[0]  # E: lstm_sequence: `given` has no steps: 1 > 0 [shape]


def no_statistics(x: Float32[Tensor, "0 3 h w"]) -> Float32[Tensor, "3"]:
    return batch_norm(x)[1]  # E: batch_norm: `x` has no values in any channel, so there is no mean: 1 > 0 [shape]


def no_elements(x: Float32[Tensor, "b 0"]) -> Float32[Tensor, ""]:
    return l2_sum(x, x)  # E: l2_sum: `outputs` is 0: examples of nothing have no loss [shape]


def no_classes(x: Float32[Tensor, "b 0"], y: Int64[Tensor, "b"]) -> Float32[Tensor, ""]:
    return nll(x, y)  # E: nll: `classes` is 0: examples of nothing have no loss [shape]


def no_mean(x: Float32[Tensor, "0 n"]) -> Float32[Tensor, ""]:
    return mse(x, x)  # E: mse: the batch is empty (shape [0 n]), so there is no mean of its losses [shape]
