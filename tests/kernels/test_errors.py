"""How far the elementary functions of the kernels are from the truth: at most four units in the last place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import erf

import typedgrad as tg
from tests.kernels.comparing import LEVELS, available
from typedgrad.core.accelerate import find
from typedgrad.core.aval import aval_of
from typedgrad.core.primitive import lookup

TRUTH: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "erf": (tg.erf, lambda x: erf(x.astype(np.float64))),
    "sigmoid": (tg.sigmoid, lambda x: 1.0 / (1.0 + np.exp(-x))),
    "tanh": (tg.tanh, np.tanh),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", TRUTH)
def test_the_error_is_at_most_four_units_in_the_last_place(name: str, level: str, dtype: str) -> None:
    if not available(level):
        pytest.skip(f"this processor has not the instructions of {level}")
    if np.finfo(np.longdouble).eps >= np.finfo(np.float64).eps:
        pytest.skip("there are no numbers here that are more exact than those of the kernels")
    rng = np.random.default_rng(3)
    x = np.concatenate([rng.uniform(-20, 20, 50_000), rng.standard_normal(50_000), rng.standard_normal(999) * 1e-4])
    x = x.astype(dtype)
    function, truth = TRUTH[name]
    try:
        aval = aval_of(x.shape, x.dtype, "cpu")
        kernel = find(lookup(function), (tg.asarray(x),), {}, (aval,))
        assert kernel is not None
        expected = np.asarray(truth(x.astype(np.longdouble)))
        unit = np.spacing(np.abs(expected).astype(dtype))
        assert float((np.abs(kernel.run(x) - expected) / unit).max()) <= 4.0
        ends = np.array([np.inf, -np.inf, np.nan, 0.0, -0.0] * 16, dtype)
        one = aval_of(ends.shape, ends.dtype, "cpu")
        kernel = find(lookup(function), (tg.asarray(ends),), {}, (one,))
        assert kernel is not None
        np.testing.assert_array_equal(kernel.run(ends), truth(ends.astype(np.longdouble)).astype(dtype))
    finally:
        available([level for level in LEVELS if available(level)][-1])
