"""The elementary functions of generated code: a few units in the last place from the truth."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad.codegen import compiler
from typedgrad.codegen.plan import attach, grouped
from typedgrad.graph.rewrites import simplified

pytestmark = [
    pytest.mark.skipif(compiler.find() is None, reason="there is no C compiler"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
]

LONG = np.longdouble


def _each(f: Callable[[float], float]) -> Callable[[Any], Any]:
    return lambda x: np.array([f(float(value)) for value in x])


# The function, the truth in more digits than it has, where it is tried, and how many units it may be off.
CASES: dict[str, tuple[Any, Callable[[Any], Any], tuple[float, float], float]] = {
    "exp": (tg.exp, lambda x: np.exp(x.astype(LONG)), (-80.0, 80.0), 2),
    "expm1": (tg.expm1, lambda x: np.expm1(x.astype(LONG)), (-20.0, 30.0), 4),
    "expm1 near 0": (tg.expm1, lambda x: np.expm1(x.astype(LONG)), (-0.01, 0.01), 4),
    "log": (tg.log, lambda x: np.log(x.astype(LONG)), (1e-30, 1e30), 2),
    "log near 1": (tg.log, lambda x: np.log(x.astype(LONG)), (0.5, 2.0), 2),
    "log1p": (tg.log1p, lambda x: np.log1p(x.astype(LONG)), (-0.99, 50.0), 4),
    "log1p near 0": (tg.log1p, lambda x: np.log1p(x.astype(LONG)), (-0.01, 0.01), 4),
    "tanh": (tg.tanh, lambda x: np.tanh(x.astype(LONG)), (-10.0, 10.0), 4),
    "sigmoid": (tg.sigmoid, lambda x: 1 / (1 + np.exp(-x.astype(LONG))), (-60.0, 60.0), 4),
    "softplus": (tg.softplus, lambda x: np.logaddexp(x.astype(LONG), LONG(0)), (-60.0, 60.0), 4),
    "log_sigmoid": (tg.log_sigmoid, lambda x: -np.logaddexp(-x.astype(LONG), LONG(0)), (-60.0, 60.0), 4),
    "erf": (tg.erf, _each(math.erf), (-6.0, 6.0), 4),
    "erfc": (tg.erfc, _each(math.erfc), (-4.0, 8.0), 8),
    "silu": (tg.silu, lambda x: x.astype(LONG) / (1 + np.exp(-x.astype(LONG))), (-60.0, 60.0), 5),
}


def sample(low: float, high: float, dtype: str) -> np.ndarray[Any, Any]:
    rng = np.random.default_rng(0)
    if low > 0 and high / low > 1e6:
        return np.exp(rng.uniform(np.log(low), np.log(high), 50_000)).astype(dtype)
    return np.concatenate((rng.uniform(low, high, 50_000), np.linspace(low, high, 1_001))).astype(dtype)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_errors_are_a_few_units_in_the_last_place(dtype: str) -> None:
    xs = {name: sample(*case[2], dtype) for name, case in CASES.items()}
    plans = {}
    for name, (f, *_) in CASES.items():
        traced = tg.trace(lambda x, f=f: f(x) * 2.0)(tg.Tensor(xs[name]))  # scaling is exact
        plans[name] = grouped(simplified(traced.graph))
    attach([group for _, groups in plans.values() for group in groups])
    off = {}
    for name, (_, truth, _, allowed) in CASES.items():
        found = plans[name][0].on_arrays(xs[name])[0] / 2
        wanted = truth(xs[name])
        tiny = np.finfo(dtype).tiny
        unit = np.spacing(np.maximum(np.abs(wanted), tiny).astype(dtype)).astype(LONG)
        worst = float(np.max(np.abs(found.astype(LONG) - wanted) / unit))
        if worst > allowed:
            off[name] = worst
    assert not off
