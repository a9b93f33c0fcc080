"""`vjp` and `jvp` against each other and against closed forms, and what they refuse."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from jaxtyping import Float

import typedgrad as tg
from tests.core.tensors import same, t
from typedgrad import Tensor
from typedgrad.backends import namespace
from typedgrad.core.primitive import primitive, vjp, where


def test_vjp_returns_the_value_and_pulls_back_to_every_argument() -> None:
    out, pull = tg.vjp(lambda x, y: x * y, t([1.0, 2.0]), t([3.0, 4.0]))
    assert same(out, [3.0, 8.0])
    assert out.node is None
    pulled = pull(t([10.0, 100.0]))
    assert same(pulled[0], [30.0, 400.0])
    assert same(pulled[1], [10.0, 200.0])


def test_a_pull_may_be_used_again() -> None:
    _, pull = tg.vjp(lambda x: x * x, t(3.0))
    assert same(pull(t(1.0))[0], 6.0)
    assert same(pull(t(2.0))[0], 12.0)


def test_values_and_arguments_may_be_trees() -> None:
    def f(p: dict[str, Tensor]) -> dict[str, Any]:
        return {"product": p["a"] * p["b"], "rest": (p["a"] + 1.0,)}

    out, pull = tg.vjp(f, {"a": t(2.0), "b": t(3.0)})
    assert same(out["product"], 6.0)
    (pulled,) = pull({"product": t(10.0), "rest": (t(100.0),)})
    assert same(pulled["a"], 130.0)
    assert same(pulled["b"], 20.0)


def test_a_value_that_depends_on_nothing_pulls_zeros() -> None:
    _, pull = tg.vjp(lambda x: t([1.0, 2.0]), t(3.0))
    assert same(pull(t([1.0, 1.0]))[0], 0.0)


def test_an_argument_that_is_returned_gets_its_cotangent() -> None:
    _, pull = tg.vjp(lambda x: (x, x, x * x), t(3.0))
    assert same(pull((t(1.0), t(10.0), t(100.0)))[0], 611.0)


def test_jvp_is_the_directional_derivative() -> None:
    value, tangent = tg.jvp(lambda x, y: x * x * y, (t(3.0), t(5.0)), (t(1.0), t(10.0)))
    assert same(value, 45.0)
    assert same(tangent, 2 * 3 * 5 + 9 * 10)
    assert tangent.node is None


def test_jvp_of_trees_and_of_parts_that_do_not_move() -> None:
    def f(p: dict[str, Tensor]) -> list[Tensor]:
        return [p["a"] * p["b"], p["a"], t(7.0)]

    value, tangent = tg.jvp(f, ({"a": t(2.0), "b": t(3.0)},), ({"a": t(1.0), "b": t(0.0)},))
    assert [float(v) for v in value] == [6.0, 2.0, 7.0]
    assert [float(v) for v in tangent] == [3.0, 1.0, 0.0]


def test_the_tangent_of_a_broadcast_has_the_value_s_shape() -> None:
    _, tangent = tg.jvp(lambda x: x + t([[1.0], [2.0]]), (t([1.0, 2.0, 3.0]),), (t([1.0, 2.0, 3.0]),))
    assert same(tangent, [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]])


def test_integer_results_have_tangents_of_zeros() -> None:
    _, tangent = tg.jvp(lambda x: tg.astype(x, "int64"), (t(3.7),), (t(1.0),))
    assert same(tangent, 0)


@primitive
def mixed(x: Float[Tensor, "n"], y: Float[Tensor, "m"]) -> Float[Tensor, "n m"]:
    """An outer product, without a rule for forward mode."""
    return namespace(x).reshape(x, (-1, 1)) * y


@vjp(mixed)
def _(g: Tensor, out: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    column = tg.reshape(x, (-1, 1))
    return tg.sum(g * y, axis=1), tg.sum(g * column, axis=0)


@primitive
def parts(x: Float[Tensor, "n"]) -> tuple[Float[Tensor, "n"], Float[Tensor, "2"]]:
    """Several results: the squares, and the sums of the elements and of the squares."""
    xp = namespace(x)
    return x * x, xp.stack((xp.sum(x), xp.sum(x * x)))


@vjp(parts)
def _(g: tuple[Tensor, Tensor], out: tuple[Tensor, Tensor], x: Tensor) -> tuple[Tensor]:
    first, second = tg.reshape(g[1], (2, 1))[0], tg.reshape(g[1], (2, 1))[1]
    return (2.0 * g[0] * x + first + 2.0 * second * x,)


def test_forward_mode_works_without_a_rule_of_its_own() -> None:
    x, y, u, v = t([1.0, 2.0]), t([3.0, 4.0, 5.0]), t([0.1, 0.2]), t([1.0, 0.0, 2.0])
    value, tangent = tg.jvp(mixed, (x, y), (u, v))
    assert same(value, np.outer([1.0, 2.0], [3.0, 4.0, 5.0]))
    assert same(tangent, np.outer([0.1, 0.2], [3.0, 4.0, 5.0]) + np.outer([1.0, 2.0], [1.0, 0.0, 2.0]))
    _, one_sided = tg.jvp(lambda y: mixed(x, y), (y,), (v,))
    assert same(one_sided, np.outer([1.0, 2.0], [1.0, 0.0, 2.0]))


def test_ops_with_several_results() -> None:
    x = t([1.0, 2.0])
    (squares, sums), tangents = tg.jvp(parts, (x,), (t([1.0, 10.0]),))
    assert same(squares, [1.0, 4.0])
    assert same(sums, [3.0, 5.0])
    assert same(tangents[0], [2.0, 40.0])
    assert same(tangents[1], [11.0, 42.0])
    assert same(tg.grad(lambda x: tg.sum(parts(x)[0]))(x), [2.0, 4.0])
    assert same(tg.grad(lambda x: tg.sum(parts(x)[1]))(x), [3.0, 5.0])
    assert same(tg.grad(lambda x: tg.sum(parts(x)[0]) * tg.sum(parts(x)[1]))(x), [2 * 8 + 5 * 3, 4 * 8 + 5 * 5])


def test_second_derivatives_of_ops_with_several_results() -> None:
    def f(x: Tensor) -> Tensor:
        squares, sums = parts(x)
        return tg.sum(squares * squares) + tg.sum(sums * sums)

    # f = sum x^4 + (sum x)^2 + (sum x^2)^2
    x = np.array([1.0, 2.0])
    hessian = np.diag(12 * x**2) + 2 + 8 * np.outer(x, x) + 4 * np.eye(2) * np.sum(x**2)
    assert same(tg.hessian(f)(t(x)), hessian)


def test_jvp_and_vjp_are_adjoint() -> None:
    def f(x: Tensor, y: Tensor) -> Tensor:
        return tg.exp(x) * y / (1.0 + x * x)

    rng = np.random.default_rng(0)
    x, y, u, v, g = (t(rng.normal(size=s)) for s in [(3,), (2, 3), (3,), (2, 3), (2, 3)])
    _, tangent = tg.jvp(f, (x, y), (u, v))
    pulled = tg.vjp(f, x, y)[1](g)
    left = float(tg.sum(g * tangent))
    assert left == pytest.approx(float(tg.sum(pulled[0] * u) + tg.sum(pulled[1] * v)), rel=1e-12)


@pytest.mark.parametrize(
    ("cotangent", "message"),
    [
        (tg.ones(3, dtype="float64"), "vjp: the cotangent must have the value's shape [2], not [3]"),
        (tg.ones(2), "vjp: the cotangent must be float64 like the value, not float32"),
        (1.0, "vjp: the cotangent must be a Tensor, not float"),
        ((tg.ones(2), tg.ones(2)), "vjp: the cotangent must have the structure of the value"),
    ],
)
def test_a_cotangent_that_does_not_fit_the_value_is_refused(cotangent: Any, message: str) -> None:
    _, pull = tg.vjp(lambda x: x * x, t([1.0, 2.0]))
    with pytest.raises(TypeError, match="^" + re.escape(message)):
        pull(cotangent)


@pytest.mark.parametrize(
    ("primals", "tangents", "message"),
    [
        ((t(1.0),), (t([1.0]),), "jvp: the tangent must have the argument's shape [], not [1]"),
        ((t(1.0),), (t(1.0, "float32"),), "jvp: the tangent must be float64 like the argument, not float32"),
        ((t(1.0),), (1.0,), "jvp: the tangent must be a Tensor, not float"),
        (({"a": t(1.0)},), ({"b": t(1.0)},), "jvp: the tangent must have the structure of the argument"),
        (t(1.0), t(1.0), "jvp: primals and tangents must be tuples of one length"),
        ((t(1.0),), (), "jvp: primals and tangents must be tuples of one length"),
        ((tg.asarray(1),), (tg.asarray(1),), "jvp: argument 0 is an int64 Tensor, which cannot be differentiated"),
    ],
)
def test_tangents_that_do_not_fit_the_arguments_are_refused(primals: Any, tangents: Any, message: str) -> None:
    with pytest.raises(TypeError, match="^" + re.escape(message)):
        tg.jvp(lambda x: x, primals, tangents)


def test_a_function_without_rules_says_so_when_it_is_differentiated() -> None:
    @primitive
    def forgetful(x: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
        return x + x

    assert same(forgetful(t([1.0])), [2.0])
    for transform in (
        lambda: tg.grad(lambda x: tg.sum(forgetful(x)))(t([1.0])),
        lambda: tg.jvp(forgetful, (t([1.0]),), (t([1.0]),)),
    ):
        with pytest.raises(TypeError, match="forgetful has no gradient: attach a rule with @vjp"):
            transform()


def test_a_rule_of_the_wrong_length_says_so() -> None:
    @primitive
    def lopsided(x: Float[Tensor, "n"], y: Float[Tensor, "n"]) -> Float[Tensor, "n"]:
        return x + y

    @vjp(lopsided)
    def _(g: Tensor, out: Tensor, x: Tensor, y: Tensor) -> tuple[Tensor]:
        return (g,)

    with pytest.raises((TypeError, ValueError)):
        tg.grad(lambda x: tg.sum(lopsided(x, x)))(t([1.0]))


@primitive
def kept(x: Float[Tensor, "n"], mask: Float[Tensor, "n"] | None = None, *, factor: float) -> Float[Tensor, "n"]:
    """An optional tensor, and a static argument."""
    return (x if mask is None else x * mask) * factor


@vjp(kept)
def _(g: Tensor, out: Tensor, x: Tensor, mask: Tensor | None, *, factor: float) -> tuple[Tensor, Tensor | None]:
    return (g if mask is None else g * mask) * factor, None if mask is None else g * x * factor


def test_optional_tensors_and_static_arguments() -> None:
    x, mask = t([1.0, 2.0]), t([3.0, 4.0])
    assert same(tg.grad(lambda x: tg.sum(kept(x, factor=10.0)))(x), [10.0, 10.0])
    both = tg.grad(lambda x, m: tg.sum(kept(x, m, factor=10.0)), (0, 1))(x, mask)
    assert same(both[0], [30.0, 40.0])
    assert same(both[1], [10.0, 20.0])
    assert same(tg.jvp(lambda x: kept(x, mask, factor=2.0), (x,), (t([1.0, 1.0]),))[1], [6.0, 8.0])
    assert same(tg.jvp(lambda x: kept(x, factor=2.0), (x,), (t([1.0, 1.0]),))[1], [2.0, 2.0])
    assert same(tg.hvp(lambda x: tg.sum(kept(x, x, factor=2.0)), x, t([1.0, 1.0])), [4.0, 4.0])


@primitive
def fold(xs: tuple[Float[Tensor, "n"], ...], *, offset: float = 0.0) -> Float[Tensor, "n"]:
    """A sequence of tensors."""
    total = xs[0] + offset
    for x in xs[1:]:
        total = total * x
    return total


@where(fold)
def _() -> dict[str, Any]:
    return {}


@vjp(fold)
def _(g: Tensor, out: Tensor, xs: tuple[Tensor, ...], *, offset: float) -> tuple[tuple[Tensor, ...]]:
    shifted = (xs[0] + offset, *xs[1:])
    return (tuple(g * out / x for x in shifted),)


def test_sequences_of_tensors() -> None:
    xs = (t([2.0]), t([3.0]), t([5.0]))
    assert same(fold(xs), [30.0])
    assert same(fold(list(xs)), [30.0])  # type: ignore[arg-type]  # a list is taken, and becomes a tuple
    gradient = tg.grad(lambda xs: tg.sum(fold(xs)))(xs)
    assert [float(g[0]) for g in gradient] == [15.0, 10.0, 6.0]
    assert same(tg.jvp(lambda x: fold((xs[0], x, xs[2])), (xs[1],), (t([1.0]),))[1], [10.0])
    assert same(tg.hvp(lambda x: tg.sum(fold((x, x, x))), t([2.0]), t([1.0])), [12.0])
