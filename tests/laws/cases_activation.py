"""What the laws must be told of `typedgrad.ops.activation` and `typedgrad.ops.softmax`."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
from scipy import special

from tests.laws.cases_elementwise import in_dtype
from typedgrad.testing.laws import Case

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def _softmax(x: Array, axis: int = -1) -> Any:
    e = np.exp(x)
    return e / e.sum(axis=axis, keepdims=True)


def _logsumexp(x: Array, axis: Any = None, *, keepdims: bool = False) -> Any:
    with np.errstate(divide="ignore"):
        powers: Any = np.exp(x)
        return np.log(powers.sum(axis=axis, keepdims=keepdims))


def _axis(shapes: dict[str, Any], rng: Random) -> dict[str, object]:
    rank = len(shapes["x"])
    return {"axis": rng.randrange(-rank, rank)}


def _axes(shapes: dict[str, Any], rng: Random) -> dict[str, object]:
    rank = len(shapes["x"])
    axis = rng.choice([None, (), tuple(rng.sample(range(rank), rng.randint(0, rank)))])
    return {"axis": axis, "keepdims": rng.random() < 0.5}


def _gelu(x: Array, approximate: str) -> Any:
    if approximate == "none":
        return x * special.ndtr(x).astype(x.dtype)
    if approximate == "sigmoid":
        return x / (1 + np.exp(-1.702 * x))
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi).astype(x.dtype) * (x + 0.044715 * x**3)))


CASES = {
    "sigmoid": Case(in_dtype(special.expit)),
    "log_sigmoid": Case(in_dtype(special.log_expit)),
    "softplus": Case(lambda x: np.log1p(np.exp(x))),
    "relu": Case(lambda x: x * (x > 0)),
    "leaky_relu": Case(
        lambda x, slope: np.where(x > 0, x, slope * x), statics=lambda shapes, rng: {"slope": rng.choice([0.2, 0, 2])}
    ),
    "elu": Case(
        lambda x, alpha: np.where(x > 0, x, alpha * (np.exp(x) - 1)),
        statics=lambda shapes, rng: {"alpha": rng.choice([1.0, 0.5, 2])},
    ),
    "softsign": Case(lambda x: x / (1 + np.abs(x))),
    "silu": Case(lambda x: x / (1 + np.exp(-x))),
    "gelu": Case(_gelu, statics=lambda shapes, rng: {"approximate": rng.choice(["none", "tanh", "sigmoid"])}),
    "softmax": Case(_softmax, statics=_axis),
    "log_softmax": Case(lambda x, axis: np.log(_softmax(x, axis)), statics=_axis),
    "logsumexp": Case(_logsumexp, statics=_axes),
    "logaddexp": Case(np.logaddexp),
}
