"""Matrices of derivatives, and products with them, against closed forms."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.core.tensors import same, t
from typedgrad import Tensor

RNG = np.random.default_rng(0)
A = RNG.normal(size=(3, 3))


def quadratic(x: Tensor) -> Tensor:
    """x' A x."""
    return tg.sum(tg.sum(t(A) * x, axis=1) * x)


def test_the_jacobian_of_a_linear_map_is_its_matrix() -> None:
    assert same(tg.jacobian(lambda x: tg.sum(t(A) * x, axis=1))(t([1.0, 2.0, 3.0])), A)


def test_axes_of_the_value_come_first() -> None:
    x, w = t(RNG.normal(size=(2,))), t(RNG.normal(size=(4, 3, 2)))
    jacobian = tg.jacobian(lambda x: tg.sum(w * x, axis=-1))(x)
    assert same(jacobian, tg.to_numpy(w))


@pytest.mark.parametrize(("out", "argument"), [((), ()), ((), (2, 3)), ((2, 3), ()), ((0,), (2,)), ((2,), (0,))])
def test_the_shape_of_a_jacobian(out: tuple[int, ...], argument: tuple[int, ...]) -> None:
    jacobian = tg.jacobian(lambda x: tg.broadcast_to(tg.sum(x * x), out))(tg.ones(argument, dtype="float64"))
    assert jacobian.shape == (*out, *argument)
    assert jacobian.dtype == np.float64
    assert same(jacobian, np.full((*out, *argument), 2.0))


def test_the_jacobian_of_a_tree_is_a_tree_of_trees() -> None:
    def f(p: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"sum": p["a"] + p["b"], "product": p["a"] * p["b"]}

    jacobian = tg.jacobian(f)({"a": t([1.0, 2.0]), "b": t(3.0)})
    assert same(jacobian["sum"]["a"], np.eye(2))
    assert same(jacobian["sum"]["b"], [1.0, 1.0])
    assert same(jacobian["product"]["a"], 3 * np.eye(2))
    assert same(jacobian["product"]["b"], [1.0, 2.0])


def test_argnums_of_a_jacobian() -> None:
    def f(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
        return x * y * y * z

    xs = t(2.0), t(3.0), t(5.0)
    assert same(tg.jacobian(f, 1)(*xs), 60.0)
    assert same(tg.jacobian(f, -1)(*xs), 18.0)
    assert same(tg.jacobian(f, -3)(*xs), 45.0)
    assert same(tg.hessian(f, -2)(*xs), 20.0)
    with pytest.raises(TypeError, match="jacobian: argnums has 3, but 3 positional arguments were given"):
        tg.jacobian(f, 3)(*xs)


def test_keyword_arguments_pass_through() -> None:
    assert same(tg.jacobian(lambda x, *, k: k * x)(t([1.0]), k=2.0), [[2.0]])


def test_the_hessian_of_a_quadratic_form() -> None:
    assert same(tg.hessian(quadratic)(t([1.0, 2.0, 3.0])), A + A.T)


def test_the_hessian_of_a_function_of_a_matrix() -> None:
    hessian = tg.hessian(lambda x: tg.sum(x * x * x))(t([[1.0, 2.0], [3.0, 4.0]]))
    wanted = np.zeros((2, 2, 2, 2))
    for i, j in np.ndindex(2, 2):
        wanted[i, j, i, j] = 6 * [[1.0, 2.0], [3.0, 4.0]][i][j]
    assert same(hessian, wanted)


def test_the_hessian_of_a_tree() -> None:
    hessian = tg.hessian(lambda p: p["a"] * p["a"] * p["b"])({"a": t(2.0), "b": t(3.0)})
    assert [[float(hessian[i][j]) for j in "ab"] for i in "ab"] == [[6.0, 4.0], [4.0, 0.0]]


def test_the_hessian_of_a_linear_function_is_zero() -> None:
    assert same(tg.hessian(lambda x: tg.sum(2.0 * x))(t([1.0, 2.0])), np.zeros((2, 2)))


def test_hvp_is_the_product_with_the_hessian() -> None:
    x, v = t([1.0, 2.0, 3.0]), t([-1.0, 0.5, 2.0])
    assert same(tg.hvp(quadratic, x, v), (A + A.T) @ tg.to_numpy(v))


def test_hvp_of_a_tree() -> None:
    product = tg.hvp(lambda p: p["a"] * p["a"] * p["b"], {"a": t(2.0), "b": t(3.0)}, {"a": t(1.0), "b": t(10.0)})
    assert same(product["a"], 6.0 + 40.0)
    assert same(product["b"], 4.0)


def test_hvp_may_be_differentiated() -> None:
    # H(x) v = 6 x v for sum x^3; its derivative in the direction of ones is 6 v.
    v = t([1.0, 2.0])
    _, tangent = tg.jvp(lambda x: tg.hvp(lambda x: tg.sum(x * x * x), x, v), (t([3.0, 4.0]),), (t([1.0, 1.0]),))
    assert same(tangent, [6.0, 12.0])


def test_the_third_derivative_by_a_jacobian_of_a_hessian() -> None:
    third = tg.jacobian(tg.hessian(lambda x: tg.sum(x * x * x)))(t([1.0, 2.0]))
    wanted = np.zeros((2, 2, 2))
    wanted[0, 0, 0] = wanted[1, 1, 1] = 6.0
    assert same(third, wanted)


def refused(transform: Any, message: str) -> None:
    with pytest.raises(TypeError, match="^" + re.escape(message)):
        transform()


def test_what_cannot_be_differentiated_is_refused() -> None:
    refused(lambda: tg.jacobian(lambda x: x)(tg.asarray(1)), "jacobian: argument 0 is an int64 Tensor, which")
    refused(lambda: tg.jacobian(lambda x: 3.0)(t(1.0)), "jacobian: the function must return Tensors, not float")
    refused(
        lambda: tg.hessian(lambda x: x)(t([1.0])), "hessian: the function must return a scalar, but it returned [1]"
    )
    refused(lambda: tg.hvp(lambda x: x, t([1.0]), t([1.0])), "hvp: the function must return a scalar, but it")
    refused(
        lambda: tg.hvp(quadratic, t([1.0, 2.0, 3.0]), t([1.0])),
        "hvp: the vector must have the argument's shape [3], not [1]",
    )
    number: Any = 3
    refused(lambda: tg.hvp(lambda x: x, number, number), "hvp: argument 0 is 3 (int), which cannot be differentiated")
