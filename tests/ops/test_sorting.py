"""Sorting, searching, gathering: ties, missing values, positions out of range."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from typedgrad.shapes import ShapeError

X = tg.asarray([3.0, 1.0, 2.0, 1.0], dtype="float64")


@pytest.mark.parametrize("descending", [False, True])
def test_equal_elements_keep_their_order(descending: bool) -> None:
    order = tg.argsort(tg.asarray([1, 0, 1, 0, 1]), descending=descending)
    assert order.tolist() == ([0, 2, 4, 1, 3] if descending else [1, 3, 0, 2, 4])


@pytest.mark.parametrize("descending", [False, True])
def test_the_gradient_of_sorting_goes_back_to_where_elements_came_from(descending: bool) -> None:
    weights = tg.asarray([1.0, 10.0, 100.0, 1000.0], dtype="float64")
    gradient = tg.grad(lambda x: tg.sum(tg.sort(x, descending=descending) * weights))(X)
    wanted = np.zeros(4)
    wanted[tg.to_numpy(tg.argsort(X, descending=descending))] = [1, 10, 100, 1000]
    np.testing.assert_array_equal(tg.to_numpy(gradient), wanted)


def test_the_gradient_of_the_largest_goes_to_them_alone() -> None:
    gradient = tg.grad(lambda x: tg.sum(tg.topk(x, 2)[0] ** 2))(X)
    np.testing.assert_array_equal(tg.to_numpy(gradient), [6.0, 0.0, 4.0, 0.0])
    values, places = tg.topk(X, 2, largest=False)
    assert (values.tolist(), places.tolist()) == ([1.0, 1.0], [1, 3])


def test_forward_mode_sorts_tangents_along() -> None:
    _, tangent = tg.jvp(tg.sort, (X,), (tg.asarray([1.0, 2.0, 3.0, 4.0], dtype="float64"),))
    assert tangent.tolist() == [2.0, 4.0, 3.0, 1.0]


def test_missing_values_are_sorted_last() -> None:
    assert np.isnan(tg.to_numpy(tg.sort(tg.asarray([np.nan, 1.0, 0.0])))).tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: tg.topk(X, 5), ShapeError, "topk: `k` is larger than axis 0: 5 > 4"),
        (lambda: tg.topk(X, -1), ShapeError, "topk: `k` must not be negative"),
        (lambda: tg.sort(X, axis=1), ShapeError, "sort: axis 1 is out of range for 1 axis"),
        (lambda: tg.sort(tg.asarray(1.0)), ShapeError, "sort: axis -1 is out of range for 0 axes"),
        (lambda: tg.take(X, tg.asarray([4])), IndexError, "take: index 4 is out of bounds"),
        (
            lambda: tg.take(X.reshape(2, 2), tg.asarray([0])),
            ShapeError,
            "take: axis must be given for a tensor with 2 axes",
        ),
        (lambda: tg.take(X, X), TypeError, "take: `indices` must be Integer, not float64"),
        (lambda: tg.take_along_axis(X, tg.asarray([4])), IndexError, "take_along_axis: index 4 is out of bounds"),
        (lambda: tg.take_along_axis(X, tg.asarray([[0]])), ShapeError, "must have equally many axes, not 1 and 2"),
        (lambda: tg.searchsorted(X.reshape(2, 2), X), ShapeError, "searchsorted: `x1` needs 1 axis"),
        (lambda: tg.nonzero(tg.asarray(1.0)), ValueError, "nonzero: a 0-d tensor has no axes"),
        (lambda: tg.eval_shape(tg.nonzero, "n"), TypeError, "nonzero: the result's shape depends on values"),
    ],
)
def test_what_does_not_fit_is_refused(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_rows_of_a_table_that_repeat_add_up_their_gradients() -> None:
    table, ids = tg.zeros((4, 2), dtype="float64"), tg.asarray([[1, 3, 1], [0, 1, 3]])
    gradient = tg.grad(lambda t: tg.sum(tg.take(t, ids, axis=0)))(table)
    np.testing.assert_array_equal(tg.to_numpy(gradient), [[1, 1], [3, 3], [0, 0], [2, 2]])


def test_sets() -> None:
    x = tg.asarray([[5, 1], [5, 9]])
    assert tg.unique_values(x).tolist() == [1, 5, 9]
    values, indices, inverse, counts = tg.unique_all(x)
    assert (values.tolist(), indices.tolist(), counts.tolist()) == ([1, 5, 9], [1, 0, 3], [1, 2, 1])
    assert tg.take(values, inverse).tolist() == x.tolist()
    assert tg.isin(x, tg.asarray([1, 9])).tolist() == [[False, True], [False, True]]
    assert tg.isin(x, tg.zeros(0, dtype="int64"), invert=True).tolist() == [[True, True], [True, True]]
    assert tg.isin(tg.zeros((0, 2), dtype="int64"), x).shape == (0, 2)
