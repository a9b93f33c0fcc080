"""What the laws must be told of reductions and of cumulative sums and products."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np

from tests.laws.drawn import Shapes, Statics, nonempty_reduction, one_axis, reduction
from typedgrad.testing.laws import Case

Array = np.ndarray[Any, Any]


def _corrected(shapes: Shapes, rng: Random) -> Statics:
    return {**reduction(shapes, rng), "correction": rng.choice([0, 0.0, 0.5])}


def _searched(shapes: Shapes, rng: Random) -> Statics:
    if 0 in shapes["x"]:
        raise ValueError("there is no element")
    drawn = one_axis(shapes, rng) if shapes["x"] and rng.random() < 0.75 else {"axis": None}
    return {**drawn, "keepdims": rng.random() < 0.5}


def _accumulated(shapes: Shapes, rng: Random) -> Statics:
    drawn = {"axis": None} if len(shapes["x"]) == 1 and rng.random() < 0.5 else one_axis(shapes, rng)
    return {**drawn, "include_initial": rng.random() < 0.5}


def _cumulative(op: Any, first: int) -> Any:
    def reference(x: Array, *, axis: int | None, include_initial: bool) -> Array:
        i = -1 if axis is None else axis
        out = op(x, axis=i)
        if not include_initial:
            return np.asarray(out)
        start = np.full([1 if k == i % x.ndim else n for k, n in enumerate(x.shape)], first, out.dtype)
        return np.concatenate([start, out], axis=i)

    return reference


def _counted(x: Array, *, axis: Any, keepdims: bool) -> Array:
    nonzero: Any = x != 0
    return np.asarray(nonzero.sum(axis=axis, keepdims=keepdims))


CASES = {
    "sum": Case(np.sum, statics=reduction),
    "mean": Case(np.mean, statics=reduction),
    "max": Case(np.max, statics=nonempty_reduction, view=True),
    "min": Case(np.min, statics=nonempty_reduction, view=True),
    "prod": Case(np.prod, statics=reduction),
    "var": Case(np.var, statics=_corrected),
    "std": Case(np.std, statics=_corrected, domain=(-2.0, 2.0)),
    "all": Case(np.all, statics=reduction),
    "any": Case(np.any, statics=reduction),
    "count_nonzero": Case(_counted, statics=reduction),
    "argmax": Case(np.argmax, statics=_searched),
    "argmin": Case(np.argmin, statics=_searched),
    "cumulative_sum": Case(_cumulative(np.cumsum, 0), statics=_accumulated),
    "cumulative_prod": Case(_cumulative(np.cumprod, 1), statics=_accumulated),
}
