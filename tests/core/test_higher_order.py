"""Gradients of gradients, and differentiations inside one another that must not get into each other's way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import typedgrad as tg
from tests.core.tensors import same, t
from typedgrad import Tensor

Scalar = Callable[[Tensor], Tensor]

# A function, and its derivatives from the first to the fourth, in numpy.
CLOSED_FORMS: dict[str, tuple[Scalar, list[Callable[[float], float]]]] = {
    "x^5": (
        lambda x: x * x * x * x * x,
        [lambda x: 5 * x**4, lambda x: 20 * x**3, lambda x: 60 * x**2, lambda x: 120 * x],
    ),
    "1/x": (lambda x: 1.0 / x, [lambda x: -(x**-2), lambda x: 2 * x**-3, lambda x: -6 * x**-4, lambda x: 24 * x**-5]),
    "exp(2x)": (
        lambda x: tg.exp(2.0 * x),
        [
            lambda x: 2 * np.exp(2 * x),
            lambda x: 4 * np.exp(2 * x),
            lambda x: 8 * np.exp(2 * x),
            lambda x: 16 * np.exp(2 * x),
        ],
    ),
    "sin": (tg.sin, [np.cos, lambda x: -np.sin(x), lambda x: -np.cos(x), np.sin]),
    "log": (tg.log, [lambda x: 1 / x, lambda x: -(x**-2), lambda x: 2 * x**-3, lambda x: -6 * x**-4]),
    "sqrt": (
        tg.sqrt,
        [
            lambda x: 0.5 * x**-0.5,
            lambda x: -0.25 * x**-1.5,
            lambda x: 0.375 * x**-2.5,
            lambda x: -0.9375 * x**-3.5,
        ],
    ),
    "broadcast": (
        lambda x: tg.sum(tg.broadcast_to(x, (3,)) * t([1.0, 2.0, 3.0]) * x * x),
        [lambda x: 18 * x**2, lambda x: 36 * x, lambda x: 36.0, lambda x: 0.0],
    ),
}


@pytest.mark.parametrize("order", [1, 2, 3, 4])
@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_derivatives_up_to_the_fourth_are_the_closed_forms(name: str, order: int) -> None:
    f, derivatives = CLOSED_FORMS[name]
    for _ in range(order):
        f = tg.grad(f)
    for x in (0.3, 1.0, 2.5):
        assert same(f(t(x)), derivatives[order - 1](x))


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_forward_mode_nests_to_the_fourth_order_too(name: str) -> None:
    f, derivatives = CLOSED_FORMS[name]

    def forward(g: Scalar) -> Scalar:
        return lambda x: tg.jvp(g, (x,), (t(1.0),))[1]

    for order in range(4):
        f = forward(f)
        assert same(f(t(0.7)), derivatives[order](0.7))


@pytest.mark.parametrize("modes", ["fr", "rf", "frf", "rfr", "ffr", "rrf"])
def test_forward_and_reverse_mode_nest_in_any_order(modes: str) -> None:
    f, derivatives = CLOSED_FORMS["x^5"]

    def differentiated(g: Scalar, mode: str) -> Scalar:
        return tg.grad(g) if mode == "r" else lambda x: tg.jvp(g, (x,), (t(1.0),))[1]

    for mode in modes:
        f = differentiated(f, mode)
    assert same(f(t(1.3)), derivatives[len(modes) - 1](1.3))


def test_an_inner_gradient_takes_outer_variables_for_constants() -> None:
    # d/dx x * d/dy (x + y) = d/dx x * 1 = 1
    assert same(tg.grad(lambda x: x * tg.grad(lambda y: x + y)(t(5.0)))(t(3.0)), 1.0)


def test_an_inner_gradient_depends_on_outer_variables() -> None:
    # d/dx x * d/dy (x * y) = d/dx x * x = 2x
    assert same(tg.grad(lambda x: x * tg.grad(lambda y: x * y)(t(5.0)))(t(3.0)), 6.0)
    # d/dx d/dy (x * x * y * y) = d/dx 2 x x y = 4 x y
    assert same(tg.grad(lambda x: tg.grad(lambda y: x * x * y * y)(t(5.0)))(t(3.0)), 60.0)


def test_an_inner_gradient_at_the_outer_variable() -> None:
    # d/dx (d/dy (x * y * y) at y = x) = d/dx 2 x x = 4x
    assert same(tg.grad(lambda x: tg.grad(lambda y: x * y * y)(x))(t(3.0)), 12.0)


def test_an_inner_gradient_that_does_not_look_at_its_own_variable() -> None:
    assert same(tg.grad(lambda x: x + tg.grad(lambda y: x * x)(x))(t(3.0)), 1.0)


@pytest.mark.parametrize("outer", ["r", "f"])
@pytest.mark.parametrize("inner", ["r", "f"])
def test_perturbations_are_not_confused_in_any_mode(outer: str, inner: str) -> None:
    def d(f: Scalar, x: Tensor, mode: str) -> Tensor:
        return tg.grad(f)(x) if mode == "r" else tg.jvp(f, (x,), (t(1.0),))[1]

    assert same(d(lambda x: x * d(lambda y: x + y, t(1.0), inner), t(1.0), outer), 1.0)
    assert same(d(lambda x: x * d(lambda y: x * y, t(1.0), inner), t(3.0), outer), 6.0)
    assert same(d(lambda x: d(lambda y: x * y * y, x, inner), t(3.0), outer), 12.0)


def test_three_levels_with_variables_of_all_of_them() -> None:
    # d/dx d/dy d/dz (x x y y y z z z z) = 2x 3yy 4zzz
    def f(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
        return x * x * y * y * y * z * z * z * z

    def mixed(x: Tensor) -> Tensor:
        inner: Tensor = tg.grad(lambda y: tg.grad(lambda z: f(x, y, z))(t(2.0)))(t(3.0))
        return inner

    assert same(tg.grad(mixed)(t(5.0)), 2 * 5 * 3 * 9 * 4 * 8)


def test_gradients_of_closures_do_not_touch_what_they_close_over() -> None:
    w = t([1.0, 2.0])
    assert same(tg.grad(lambda x: tg.sum(w * x))(t([3.0, 4.0])), [1.0, 2.0])
    assert w.node is None


def test_a_tensor_that_leaks_out_of_one_differentiation_is_a_constant_in_the_next() -> None:
    kept: list[Tensor] = []

    def leaking(x: Tensor) -> Tensor:
        kept.append(x * x)
        return x * x

    tg.grad(leaking)(t(3.0))
    assert same(tg.grad(lambda y: y * kept[0])(t(2.0)), 9.0)
    assert same(tg.grad(tg.grad(lambda y: y * y * kept[0]))(t(2.0)), 18.0)


def test_the_gradient_of_a_gradient_step() -> None:
    """Differentiating through an update: the meta-gradient of a quadratic is known."""

    def loss(w: Tensor) -> Tensor:
        return 0.5 * w * w

    def after(rate: Tensor) -> Tensor:
        w = t(4.0)
        for _ in range(3):
            w = w - rate * tg.grad(loss)(w)
        return loss(w)

    # w3 = 4 (1 - r)^3, loss = 8 (1 - r)^6
    assert same(tg.grad(after)(t(0.1)), -48 * 0.9**5)


def test_second_derivatives_of_trees() -> None:
    def f(p: dict[str, Tensor]) -> Tensor:
        return p["a"] * p["a"] * p["b"]

    def norm(p: dict[str, Tensor]) -> Tensor:
        gradient = tg.grad(f)(p)
        return gradient["a"] * gradient["a"] + gradient["b"] * gradient["b"]

    # |grad|^2 = 4aabb + aaaa
    gradient = tg.grad(norm)({"a": t(2.0), "b": t(3.0)})
    assert same(gradient["a"], 8 * 2 * 9 + 4 * 8)
    assert same(gradient["b"], 8 * 4 * 3)


def test_the_first_order_result_is_the_same_whether_or_not_it_is_recorded() -> None:
    def f(x: Tensor) -> Tensor:
        return tg.sum(tg.exp(x) / (x * x + 1.0))

    x = t([0.1, -0.7, 2.0])
    plain = tg.grad(f)(x)
    recorded, _ = tg.vjp(tg.grad(f), x)
    assert same(recorded, tg.to_numpy(plain))
