"""Gradients where a formula taken literally has none: kinks, ties, poles, infinities, and numbers of any size."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.testing import assert_gradients

INF = math.inf


def t(*values: float) -> Tensor:
    return tg.asarray(list(values), dtype="float64")


def gradients(f: Callable[..., Tensor], *args: Tensor) -> list[list[float]]:
    _, pull = tg.vjp(f, *args)
    return [g.tolist() for g in pull(tg.ones_like(f(*args)))]


@pytest.mark.parametrize("f", [tg.abs, tg.sign, tg.relu], ids=["abs", "sign", "relu"])
def test_the_gradient_at_the_kink_is_zero(f: Callable[[Tensor], Tensor]) -> None:
    assert gradients(f, t(0.0, -0.0)) == [[0.0, 0.0]]


def test_mae_of_a_perfect_prediction_has_no_gradient() -> None:
    assert gradients(tg.mae, t(1.0, 2.0), t(1.0, 2.0)) == [[0.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize("f", [tg.maximum, tg.minimum], ids=["maximum", "minimum"])
def test_ties_share_the_gradient_evenly(f: Callable[[Tensor, Tensor], Tensor]) -> None:
    assert gradients(f, t(1.0, INF), t(1.0, INF)) == [[0.5, 0.5], [0.5, 0.5]]


def test_the_bounds_of_clip_are_ties() -> None:
    assert gradients(lambda x: tg.clip(x, -1, 1), t(-2, -1, 0, 1, 2)) == [[0.0, 0.5, 1.0, 0.5, 0.0]]
    assert gradients(tg.hard_tanh, t(-2, -1, 0, 1, 2)) == [[0.0, 0.5, 1.0, 0.5, 0.0]]


def test_a_power_of_zero() -> None:
    by_base, by_exponent = gradients(tg.pow, t(0.0, 0.0, 0.0, 0.0), t(0.0, 1.0, 2.0, 3.0))
    assert by_base == [0.0, 1.0, 0.0, 0.0]
    assert by_exponent == [0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(("exponent", "slopes"), [(0, [0, 0, 0]), (1, [1, 1, 1]), (2, [-4, 0, 4]), (3, [12, 0, 12])])
def test_a_static_power(exponent: int, slopes: list[float]) -> None:
    x = t(-2.0, 0.0, 2.0)
    assert gradients(lambda x: x**exponent, x) == [slopes]
    second = tg.hvp(lambda x: tg.sum(x**exponent), x, tg.ones_like(x))
    assert second.tolist() == [exponent * (exponent - 1) * v ** max(exponent - 2, 0) for v in (-2.0, 0.0, 2.0)]


def test_a_power_of_a_negative_base_has_a_gradient_by_the_base_alone() -> None:
    assert gradients(lambda x: tg.pow(x, t(2.0, 3.0)), t(-2.0, -2.0)) == [[-4.0, 12.0]]


def test_the_origin_has_no_angle_and_no_slope() -> None:
    assert gradients(tg.hypot, t(0.0), t(0.0)) == [[0.0], [0.0]]
    assert gradients(tg.atan2, t(0.0), t(0.0)) == [[0.0], [0.0]]


def test_hypot_and_atan2_where_squares_overflow_or_vanish() -> None:
    for size in (1e-200, 1e200):
        assert np.allclose(gradients(tg.hypot, t(3 * size), t(4 * size)), [[0.6], [0.8]], rtol=1e-14)
        by_y, by_x = gradients(tg.atan2, t(3 * size), t(4 * size))
        assert np.allclose([by_y[0] * size, by_x[0] * size], [4 / 25, -3 / 25], rtol=1e-14)


def test_copysign_follows_the_sign_of_zeros() -> None:
    assert gradients(tg.copysign, t(2.0, -2.0, 2.0, -2.0), t(0.0, 0.0, -0.0, -0.0))[0] == [1.0, -1.0, -1.0, 1.0]
    assert gradients(tg.copysign, t(2.0), t(-1.0))[1] == [0.0]


def test_where_keeps_what_was_not_chosen_out_of_the_gradient() -> None:
    condition = tg.asarray([True, False])
    assert gradients(lambda x: tg.where(condition, x * x, INF), t(3.0, 4.0)) == [[6.0, 0.0]]
    assert gradients(lambda x, y: tg.where(condition, x, y), t(1.0, 2.0), t(3.0, 4.0)) == [[1.0, 0.0], [0.0, 1.0]]


def test_infinite_logarithms_add_up() -> None:
    assert tg.logaddexp(t(-INF, -INF, INF), t(-INF, 1.0, 2.0)).tolist() == [-INF, 1.0, INF]
    assert gradients(tg.logaddexp, t(-INF, -INF, INF, INF), t(-INF, 1.0, 2.0, INF)) == [
        [0.5, 0.0, 1.0, 0.5],
        [0.5, 1.0, 0.0, 0.5],
    ]


def test_logaddexp_at_a_tie_is_curved() -> None:
    assert tg.hvp(lambda x: tg.sum(tg.logaddexp(x, 1.0)), t(1.0), t(1.0)).tolist() == [0.25]


SMOOTH = {
    "sigmoid": tg.sigmoid,
    "log_sigmoid": tg.log_sigmoid,
    "softplus": tg.softplus,
    "relu": tg.relu,
    "leaky_relu": tg.leaky_relu,
    "elu": tg.elu,
    "selu": tg.selu,
    "softsign": tg.softsign,
    "silu": tg.silu,
    "gelu": tg.gelu,
    "gelu tanh": lambda x: tg.gelu(x, approximate="tanh"),
    "mish": tg.mish,
    "hard_tanh": tg.hard_tanh,
    "hard_sigmoid": tg.hard_sigmoid,
    "tanh": tg.tanh,
    "erf": tg.erf,
}


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_activations_of_numbers_of_any_size_are_finite_and_silent(name: str, dtype: str) -> None:
    f = SMOOTH[name]
    x = tg.asarray([-1e4, -700.0, -90.0, -1.0, 1.0, 90.0, 700.0, 1e4], dtype=dtype)
    value, gradient = tg.value_and_grad(lambda x: tg.sum(f(x)))(x)
    curvature = tg.hvp(lambda x: tg.sum(f(x)), x, tg.ones_like(x))
    for found in (value, gradient, curvature):
        assert found.dtype.name == dtype
        assert np.isfinite(tg.to_numpy(found)).all()


@pytest.mark.parametrize("name", ["selu", "mish", "hard_tanh", "hard_sigmoid"])
def test_composite_activations(name: str) -> None:
    f = SMOOTH[name]
    x = t(-5.0, -0.7, 0.4, 0.9, 5.0)
    assert_gradients(f, x)

    def squares(x: Tensor) -> Tensor:
        return tg.sum(f(x) ** 2)

    assert_gradients(tg.grad(squares), x)


def test_clip_with_tensors_for_bounds() -> None:
    x, low, high = t(-2.0, 0.3, 4.0), t(-1.0), t(1.0, 2.0, 3.0)
    assert tg.clip(x, low, high).tolist() == [-1.0, 0.3, 3.0]
    assert tg.clip(x, max=high).tolist() == [-2.0, 0.3, 3.0]
    assert tg.clip(x).tolist() == x.tolist()
    assert_gradients(lambda x, low, high: tg.clip(x, low, high) ** 2, x, low, high)


def test_the_values_of_activations_from_the_papers() -> None:
    assert np.allclose(tg.to_numpy(tg.selu(t(1.0, -1.0))), [1.0507009873554805, -1.1113307378125625])
    assert np.allclose(tg.to_numpy(tg.mish(t(1.0, -1.0))), [0.8650983882673103, -0.3034014613741089])
    assert tg.hard_sigmoid(t(-3.0, 0.0, 3.0, 1.5)).tolist() == [0.0, 0.5, 1.0, 0.75]
    assert tg.hard_sigmoid(t(-2.5, 2.5), slope=0.2).tolist() == [0.0, 1.0]
