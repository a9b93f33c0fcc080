"""Numbers beside tensors are weak, and tensors of several dtypes are promoted by one table."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np
import pytest

import typedgrad as tg
from tests.core.tensors import same, t
from typedgrad import Tensor
from typedgrad.core.dtypes import dtype_name

NUMBERS: list[tuple[str, Any, str]] = [
    ("float32", 2, "float32"),
    ("float32", 2.5, "float32"),
    ("float64", 2.5, "float64"),
    ("float16", 2.5, "float16"),
    ("int64", 2, "int64"),
    ("int8", 2, "int8"),
    ("int64", 2.5, "float32"),
    ("int8", 2.5, "float32"),
    ("float32", 1j, "complex64"),
    ("float64", 1j, "complex128"),
    ("complex64", 2.5, "complex64"),
    ("float32", True, "float32"),
    ("int64", True, "int64"),
]


@pytest.mark.parametrize(("dtype", "number", "result"), NUMBERS)
def test_a_number_takes_the_dtype_of_the_tensor_unless_its_kind_is_higher(dtype: str, number: Any, result: str) -> None:
    x = tg.ones(2, dtype=dtype)
    for out in (x * number, number * x, tg.multiply(x, number), tg.multiply(number, x)):
        assert out.dtype.name == result
        assert same(out, np.array([1, 1]) * number, rtol=1e-3)


PROMOTIONS = [
    ("float32", "float64", "float64"),
    ("float16", "float32", "float32"),
    ("int8", "int32", "int32"),
    ("uint8", "uint32", "uint32"),
    ("int64", "float32", "float32"),
    ("int64", "float16", "float16"),
    ("float64", "complex64", "complex128"),
    ("float32", "complex64", "complex64"),
]


@pytest.mark.parametrize(("one", "other", "result"), PROMOTIONS)
def test_tensors_are_promoted(one: str, other: str, result: str) -> None:
    x, y = tg.ones(2, dtype=one), tg.ones(2, dtype=other)
    assert (x + y).dtype.name == (y + x).dtype.name == result


def test_gradients_come_back_in_the_dtypes_of_the_arguments() -> None:
    gradient = tg.grad(lambda x, y: tg.sum(x * y), (0, 1))(t([1.0], "float32"), t([2.0], "float64"))
    assert [g.dtype.name for g in gradient] == ["float32", "float64"]
    assert [g.tolist() for g in gradient] == [[2.0], [1.0]]


def test_unsigned_64_bits_and_signed_have_no_common_dtype() -> None:
    with pytest.raises(tg.DTypeError, match="astype"):
        tg.ones(1, dtype="uint64") + tg.ones(1, dtype="int64")


def test_remembered_numbers_keep_their_signs_and_their_nan() -> None:
    x = tg.asarray([1.0])
    for _ in range(2):
        assert math.copysign(1.0, float((x * 0.0)[0])) == 1.0
        assert math.copysign(1.0, float((x * -0.0)[0])) == -1.0
        assert math.isnan(float((x * math.nan)[0]))
        assert float((x * math.inf)[0]) == math.inf


def test_equal_numbers_of_different_kinds_are_not_confused() -> None:
    x = tg.asarray([1, 2])
    for _ in range(2):
        assert (x * 1).dtype == np.int64
        assert (x * 1.0).dtype == np.float32
        assert (x * True).dtype == np.int64


def test_numbers_that_do_not_fit_are_not_wrapped_silently() -> None:
    with pytest.raises((OverflowError, ValueError, TypeError)):
        tg.ones(1, dtype="int8") + 1000


def test_numpy_scalars_count_as_numbers() -> None:
    x = tg.ones(2)
    double, whole = cast("float", np.float64(2.0)), cast("int", np.int64(2))
    for out in (x * double, x + whole, tg.multiply(double, x), double * x):
        assert out.dtype == np.float32


def test_numbers_live_on_the_device_of_their_tensor() -> None:
    import tests.backends.strict as double

    x = Tensor(double.STRICT.asarray([1.0, 2.0]))
    for out in (x * 2.0, 2 * x, x + 1):
        assert out.device == "strict"


def test_numbers_are_weak_inside_gradients_of_any_order() -> None:
    for order in range(1, 4):
        f: Any = lambda x: 2 * x * x * x * 0.5  # noqa: E731  # differentiated below
        for _ in range(order):
            f = tg.grad(f)
        for dtype in ("float32", "float64"):
            assert f(t(2.0, dtype)).dtype == dtype


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("float32", "float32"),
        (np.float32, "float32"),
        (np.dtype("int8"), "int8"),
        (float, "float32"),
        (int, "int64"),
        (bool, "bool"),
        (complex, "complex64"),
        (">f4", "float32"),
    ],
)
def test_dtypes_by_any_name(given: Any, name: str) -> None:
    assert dtype_name(given) == name


@pytest.mark.parametrize("given", [None, "float17", "object", object, "U5", np.dtype("datetime64[s]"), 3, "int", []])
def test_what_is_no_dtype_is_refused(given: Any) -> None:
    if given == "int":  # numpy's name for its widest
        assert dtype_name(given) == "int64"
        return
    with pytest.raises(TypeError, match="is not a dtype; use a name such as 'float32'"):
        dtype_name(given)
