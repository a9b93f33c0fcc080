"""The error function against the standard library's and scipy's."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

import typedgrad as tg

INF = math.inf
Array = NDArray[np.floating]


def points(dtype: str, low: float, high: float) -> Array:
    source = np.random.default_rng(0)
    tiny = 10.0 ** source.uniform(-30, 0, 2_000)
    near = np.array([0.5, np.nextafter(0.5, 0), -0.5, 1.0, 5.9, 6.0])
    drawn = np.concatenate([source.uniform(low, high, 20_000), tiny, -tiny, near])
    return np.asarray(drawn, dtype=dtype)


def units(made: Array, wanted: Array) -> float:
    """The largest error, in units in the last place of what is wanted."""
    spacing = np.spacing(np.abs(wanted.astype(made.dtype))).astype("float64")
    return float(np.max(np.abs(made.astype("float64") - wanted) / spacing))


def apply(f: Callable[[tg.Tensor], tg.Tensor], x: Array) -> Array:
    return tg.to_numpy(f(tg.asarray(x)))


@pytest.mark.parametrize(("dtype", "most"), [("float32", 2.5), ("float64", 3.5)])
def test_erf_is_right_to_a_few_units_in_the_last_place(dtype: str, most: float) -> None:
    x = points(dtype, -7.0, 7.0)
    assert units(apply(tg.erf, x), special.erf(x.astype("float64"))) <= most


@pytest.mark.parametrize(("dtype", "high", "most"), [("float32", 9.0, 8.0), ("float64", 26.0, 8.0)])
def test_erfc_is_so_even_where_it_is_next_to_nothing(dtype: str, high: float, most: float) -> None:
    x = points(dtype, -7.0, high)
    wanted = np.array([math.erfc(float(v)) for v in x])
    assert units(apply(tg.erfc, x), wanted) <= most


def test_float16_is_computed_in_float32() -> None:
    x = np.linspace(-5, 5, 1001).astype("float16")
    for f, wanted in ((tg.erf, special.erf), (tg.erfc, special.erfc)):
        made = apply(f, x)
        assert made.dtype == np.float16
        assert units(made, wanted(x.astype("float64"))) <= 0.51


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_ends_and_the_middle(dtype: str) -> None:
    huge = float(np.finfo(dtype).max)
    x = tg.asarray([-INF, -huge, -0.0, 0.0, huge, INF], dtype=dtype)
    assert tg.erf(x).tolist() == [-1.0, -1.0, 0.0, 0.0, 1.0, 1.0]
    assert tg.signbit(tg.erf(x)).tolist() == [True, True, True, False, False, False]
    assert tg.erfc(x).tolist() == [2.0, 2.0, 1.0, 1.0, 0.0, 0.0]
    nan = tg.asarray(math.nan, dtype=dtype)
    assert tg.isnan(tg.erf(nan))
    assert tg.isnan(tg.erfc(nan))


def test_gelu_of_very_negative_numbers_keeps_its_digits() -> None:
    x = np.array([-3.0, -8.0, -12.0], dtype="float32")
    wanted = x.astype("float64") * special.ndtr(x.astype("float64"))
    assert np.allclose(apply(tg.gelu, x), wanted, rtol=1e-5, atol=0.0)
