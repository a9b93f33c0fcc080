"""Reductions at their edges: ties, zeros, nothing to reduce."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad.shapes import DTypeError, ShapeError

NOTHING = tg.zeros((2, 0, 3))


def _double(values: Any) -> tg.Tensor:
    return tg.asarray(values, dtype="float64")


@pytest.mark.parametrize("op", [tg.max, tg.min])
def test_elements_that_tie_share_the_gradient_evenly(op: Any) -> None:
    x = _double([[1.0, 3.0, 3.0], [3.0, 1.0, 1.0]])
    sign = 1.0 if op is tg.max else -1.0
    over_rows = tg.grad(lambda x: tg.sum(op(sign * x, axis=1) * _double([1.0, 10.0])))(x)
    np.testing.assert_array_equal(tg.to_numpy(over_rows), np.array([[0, 0.5, 0.5], [10, 0, 0]]) * sign)
    over_all = tg.grad(lambda x: op(sign * x))(x)
    np.testing.assert_allclose(tg.to_numpy(over_all), np.array([[0, 1, 1], [1, 0, 0]]) / 3 * sign)


@pytest.mark.parametrize("values", [[2.0, 3.0, 4.0], [2.0, 0.0, 4.0], [0.0, 3.0, 0.0], [0.0, 0.0, 0.0], [5.0]])
def test_the_derivatives_of_a_product_are_right_where_elements_are_zero(values: list[float]) -> None:
    x = np.array(values)
    n = len(x)
    first = [np.prod(np.delete(x, i)) for i in range(n)]
    second = [[0.0 if i == j else np.prod(np.delete(x, [i, j])) for j in range(n)] for i in range(n)]
    np.testing.assert_array_equal(tg.to_numpy(tg.grad(tg.prod)(_double(x))), first)
    np.testing.assert_array_equal(tg.to_numpy(tg.hessian(tg.prod)(_double(x))), second)


@pytest.mark.parametrize("values", [[2.0, 0.0, 4.0, -1.0], [0.0, 0.0, 1.0, 2.0, 3.0], [3.0]])
def test_the_derivatives_of_cumulative_products_are_right_where_elements_are_zero(values: list[float]) -> None:
    x = np.array(values)
    n = len(x)
    wanted = [[np.prod(np.delete(x[: k + 1], i)) if i <= k else 0.0 for i in range(n)] for k in range(n)]
    found = tg.jacobian(tg.cumulative_prod)(_double(x))
    np.testing.assert_array_equal(tg.to_numpy(found), wanted)


@pytest.mark.parametrize("op", [tg.max, tg.min, tg.argmax, tg.argmin])
def test_an_extreme_of_nothing_is_refused_and_names_the_axis(op: Any) -> None:
    message = f"{op.__name__}: there is no element to choose from along axis 1, which has size 0"
    with pytest.raises(ValueError, match=message):
        op(NOTHING, axis=-2)
    with pytest.raises(ValueError, match=message):
        op(NOTHING)
    assert op(NOTHING, axis=0).shape == (0, 3)


def test_sums_and_products_of_nothing_are_neutral() -> None:
    np.testing.assert_array_equal(tg.to_numpy(tg.sum(NOTHING, axis=1)), np.zeros((2, 3)))
    np.testing.assert_array_equal(tg.to_numpy(tg.prod(NOTHING, axis=1)), np.ones((2, 3)))
    assert bool(tg.all(NOTHING))
    assert not bool(tg.any(NOTHING))


@pytest.mark.parametrize("op", [tg.mean, tg.var, tg.std])
def test_means_of_nothing_are_nan_without_a_warning(op: Any) -> None:
    assert np.isnan(tg.to_numpy(op(NOTHING, axis=1))).all()
    assert tg.grad(lambda x: tg.sum(op(x)))(NOTHING).shape == NOTHING.shape


def test_variance_without_enough_elements_is_nan_without_a_warning() -> None:
    assert np.isnan(tg.to_numpy(tg.var(tg.ones(1), correction=1)))


def test_a_deviation_of_zero_has_gradient_zero() -> None:
    gradient = tg.grad(lambda x: tg.std(x) * 3.0)(tg.ones(4))
    np.testing.assert_array_equal(tg.to_numpy(gradient), np.zeros(4))


@pytest.mark.parametrize("op", [tg.sum, tg.prod, tg.cumulative_sum, tg.cumulative_prod])
@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("bool", "int64"),
        ("int8", "int64"),
        ("int64", "int64"),
        ("uint8", "uint64"),
        ("float32", "float32"),
        ("float16", "float16"),
        ("complex64", "complex64"),
    ],
)
def test_small_integers_are_accumulated_in_64_bits(op: Any, given: str, wanted: str) -> None:
    assert op(tg.ones(3, dtype=given), axis=0).dtype.name == wanted
    assert op(tg.ones(3, dtype=given), axis=0, dtype="complex128").dtype.name == "complex128"


def test_the_dtype_of_a_sum_reaches_its_gradient() -> None:
    x = tg.ones(3)
    gradient = tg.grad(lambda x: tg.sum(x, dtype="float64"))(x)
    assert gradient.dtype.name == "float32"


def test_only_floats_have_a_mean() -> None:
    with pytest.raises(DTypeError, match="mean: `x` must be Inexact, not int64"):
        tg.mean(tg.asarray([1, 2]))


@pytest.mark.parametrize(
    ("axis", "error", "message"),
    [
        (3, ShapeError, "sum: axis 3 is out of range for 3 axes"),
        (-4, ShapeError, "sum: axis -4 is out of range for 3 axes"),
        ((0, -3), ShapeError, r"sum: axis 0 is named more than once by axis=\(0, -3\)"),
        ([0], TypeError, "sum: the static argument `axis` must be hashable, not list"),
        (1.0, TypeError, "sum: `axis` must be"),
    ],
)
def test_wrong_axes_are_refused(axis: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        tg.sum(NOTHING, axis=axis)


def test_cumulative_ops_ask_for_the_axis_of_a_matrix() -> None:
    with pytest.raises(ShapeError, match="cumulative_sum: axis must be given for a tensor with 2 axes"):
        tg.cumulative_sum(tg.ones((2, 3)))


def test_methods_are_the_ops() -> None:
    x = tg.asarray([[1.0, 4.0], [2.0, 3.0]])
    assert x.sum(0).tolist() == [3.0, 7.0]
    assert x.mean(axis=(0, 1)).tolist() == 2.5
    assert x.max(1, keepdims=True).tolist() == [[4.0], [3.0]]
    assert x.argmin(axis=0).tolist() == [0, 1]
    assert x.prod().item() == 24.0
    assert (x > 1).any(axis=1).tolist() == [True, True]
    assert (x > 1).all().item() is False
