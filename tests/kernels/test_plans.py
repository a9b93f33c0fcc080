"""Plans refuse arrays that they were not made for; elementary functions are exact to a few units in the last place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from tests.kernels.comparing import LEVELS, available
from typedgrad.core.aval import aval_of
from typedgrad.kernels.plans import making, plan

FLOAT = np.dtype("float32")


def _relu(n: int) -> Any:
    aval = aval_of((n,), FLOAT, "cpu")
    return plan("relu", (aval,), (making(aval),), work=n, unit=1)


@pytest.mark.parametrize(
    "wrong",
    [np.zeros(4, "float32"), np.zeros(6, "float32"), np.zeros(5, "float64"), np.zeros(5, ">f4"), [0.0] * 5, None],
)
def test_a_plan_refuses_other_arrays(wrong: object) -> None:
    if isinstance(wrong, np.ndarray) and wrong.dtype.byteorder == ">":
        assert _relu(5)(wrong).tolist() == [0.0] * 5  # it is turned round, and copied
        return
    with pytest.raises((TypeError, ValueError), match="argument 0"):
        _relu(5)(wrong)


def test_a_plan_refuses_another_number_of_arrays() -> None:
    with pytest.raises(TypeError, match="this plan takes 1 arrays"):
        _relu(5)()


def test_an_unknown_kernel_is_refused() -> None:
    aval = aval_of((2,), FLOAT, "cpu")
    with pytest.raises(ValueError, match="no such plan: nonsense"):
        plan("nonsense", (aval,), (making(aval),), work=2, unit=1)


@pytest.mark.parametrize("view", [lambda x: x[::2], lambda x: x[::-2], lambda x: np.ascontiguousarray(x[::2])])
def test_arrays_with_gaps_and_backward_ones_are_read_rightly(view: Any) -> None:
    x = view(np.arange(-5, 5, dtype="float32"))
    assert _relu(5)(x).tolist() == np.maximum(x, 0).tolist()


def test_misaligned_arrays_are_read_rightly() -> None:
    memory = np.zeros(4 * 5 + 1, "uint8")
    x = memory[1:].view("float32")
    x[:] = [-2, -1, 0, 1, 2]
    assert not x.flags.aligned
    assert _relu(5)(x).tolist() == [0, 0, 0, 1, 2]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("name", "exact"), [("sigmoid", expit), ("tanh", np.tanh)])
def test_elementary_functions_are_exact_to_four_units(name: str, exact: Any, level: str, dtype: str) -> None:
    if not available(level):
        pytest.skip(f"this processor has not the instructions of {level}")
    values = np.concatenate([np.linspace(-100, 100, 20_001), np.linspace(-3, 3, 20_001)]).astype(dtype)
    aval = aval_of(values.shape, values.dtype, "cpu")
    found = plan(name, (aval,), (making(aval),), work=values.size, unit=1)(values)
    assert available(LEVELS[-1]) or available(LEVELS[-2]) or available(LEVELS[0])
    expected = exact(values.astype(np.longdouble))
    units = np.abs(found.astype(np.longdouble) - expected) / np.spacing(np.abs(expected).astype(dtype))
    assert float(units.max()) <= 4.0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nan_and_infinities_are_those_of_numpy(dtype: str) -> None:
    values = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0], dtype)
    aval = aval_of(values.shape, values.dtype, "cpu")
    for name, function in (("relu", lambda x: np.maximum(x, 0)), ("tanh", np.tanh), ("sigmoid", expit)):
        found = plan(name, (aval,), (making(aval),), work=5, unit=1)(values)
        np.testing.assert_array_equal(found, function(values))
