"""softmax and logsumexp: large numbers, -inf, empty axes, and what they refuse."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.testing import assert_gradients

INF = math.inf


def test_large_numbers_neither_overflow_nor_vanish() -> None:
    x = tg.asarray([1e4, 1e4 + 1, -1e4])
    assert np.isclose(tg.sum(tg.softmax(x)).item(), 1.0)
    assert tg.log_softmax(x).tolist()[2] == pytest.approx(-20001.3125)
    assert tg.logsumexp(x).item() == pytest.approx(10001.3125)


def test_minus_infinity_is_a_probability_of_zero() -> None:
    x = tg.asarray([0.0, -INF, 0.0])
    assert tg.softmax(x).tolist() == [0.5, 0.0, 0.5]
    assert tg.log_softmax(x).tolist()[1] == -INF
    assert tg.logsumexp(x).item() == pytest.approx(math.log(2))
    for f in (tg.softmax, tg.log_softmax):
        gradient = tg.grad(lambda x, f=f: tg.sum(f(x)[::2] ** 2))(x)
        assert np.isfinite(tg.to_numpy(gradient)).all()
    assert tg.grad(tg.logsumexp)(x).tolist() == [0.5, 0.0, 0.5]


def test_logsumexp_of_nothing_but_minus_infinity_is_minus_infinity() -> None:
    x = tg.asarray([[-INF, -INF], [0.0, -INF]])
    assert tg.logsumexp(x, axis=1).tolist() == [-INF, 0.0]
    assert tg.grad(lambda x: tg.sum(tg.logsumexp(x, axis=1)[1:]))(x).tolist() == [[0.0, 0.0], [1.0, 0.0]]
    assert tg.grad(lambda x: tg.logsumexp(x[0]))(x).tolist() == [[0.0, 0.0], [0.0, 0.0]]


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_softmax_of_nothing_but_minus_infinity_is_not_defined() -> None:
    assert all(map(math.isnan, tg.softmax(tg.asarray([-INF, -INF])).tolist()))


def test_logsumexp_of_plus_infinity() -> None:
    assert tg.logsumexp(tg.asarray([INF, 0.0, -INF])).item() == INF


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0)])
def test_no_elements(shape: tuple[int, ...]) -> None:
    x = tg.zeros(shape)
    assert tg.softmax(x).shape == tg.log_softmax(x).shape == shape
    assert tg.grad(lambda x: tg.sum(tg.softmax(x) + tg.log_softmax(x)))(x).shape == shape
    assert tg.logsumexp(x).item() == -INF
    rows = tg.logsumexp(x, axis=-1)
    assert rows.shape == shape[:-1]
    assert rows.tolist() == ([-INF] * 3 if shape == (3, 0) else -INF if shape == (0,) else [])
    assert tg.grad(lambda x: tg.sum(tg.exp(tg.logsumexp(x, axis=-1, keepdims=True))))(x).shape == shape


def test_an_axis_that_is_not_there() -> None:
    with pytest.raises(tg.ShapeError, match="softmax: axis 2 is out of range for 2 axes"):
        tg.softmax(tg.ones((2, 3)), axis=2)
    with pytest.raises(tg.ShapeError, match="log_softmax: axis -1 is out of range for 0 axes"):
        tg.log_softmax(tg.ones(()))
    with pytest.raises(tg.ShapeError, match="logsumexp: axis 1 is named more than once"):
        tg.logsumexp(tg.ones((2, 3)), axis=(1, -1))


def test_shapes_alone() -> None:
    x = tg.abstract("*batch n")
    assert str(tg.eval_shape(tg.softmax, x)) == "Tensor(float32[*batch n], abstract)"
    assert str(tg.eval_shape(lambda x: tg.logsumexp(x, axis=-1), x)) == "Tensor(float32[*batch], abstract)"


def test_third_order() -> None:
    x = tg.asarray([0.3, -0.2, 0.9], dtype="float64")

    def first(x: Tensor) -> Tensor:
        return tg.softmax(x)[0]

    def third(f: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
        def cubes(x: Tensor) -> Tensor:
            return tg.sum(tg.grad(f)(x) ** 3)

        return tg.grad(cubes)

    assert_gradients(third(first), x)
    assert_gradients(third(tg.logsumexp), x)
