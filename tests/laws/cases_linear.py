"""What the laws must be told of `typedgrad.ops.linear` and `typedgrad.ops.normalise`."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
from scipy.special import expit

from typedgrad.testing.laws import Case

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]
ACTIVATIONS = {"none": np.positive, "relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "sigmoid": expit}


def _bias_activation(x: Array, bias: Array | None, *, activation: str) -> Any:
    return ACTIVATIONS[activation](x if bias is None else x + bias)


def _layer_norm(x: Array, weight: Array | None, bias: Array | None, *, epsilon: float) -> Any:
    if 0 in x.shape:
        return x
    y = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + epsilon)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def _batch_norm(x: Array, weight: Array | None, bias: Array | None, *, epsilon: float, activation: str) -> Any:
    axes, column = (0, *range(2, x.ndim)), (x.shape[1], *(1,) * (x.ndim - 2))
    if x.shape[1] == 0:  # with channels but without values there is no mean
        return x, np.zeros(0), np.zeros(0)
    mean, variance = x.mean(axes), x.var(axes)
    y = (x - mean.reshape(column)) / np.sqrt(variance.reshape(column) + epsilon)
    y = y if weight is None else y * weight.reshape(column)
    return ACTIVATIONS[activation](y if bias is None else y + bias.reshape(column)), mean, variance


def _any_activation(shapes: dict[str, tuple[int, ...]], rng: Random) -> dict[str, Any]:
    return {"activation": rng.choice(sorted(ACTIVATIONS))}


def _epsilon(shapes: dict[str, tuple[int, ...]], rng: Random) -> dict[str, Any]:
    return {"epsilon": rng.choice((1e-2, 0.1, 1.0))}


def _epsilon_and_relu(shapes: dict[str, tuple[int, ...]], rng: Random) -> dict[str, Any]:
    return {**_epsilon(shapes, rng), "activation": rng.choice(("none", "relu"))}


CASES = {
    "bias_activation": Case(_bias_activation, statics=_any_activation),
    "batch_norm": Case(_batch_norm, statics=_epsilon_and_relu),
    "layer_norm": Case(_layer_norm, statics=_epsilon),
}
