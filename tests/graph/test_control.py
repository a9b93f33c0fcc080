"""`cond`, `while_loop` and `scan` while they are traced."""

from __future__ import annotations

import pytest

import typedgrad as tg
from tests.graph.test_primitives import same


def choose(x: tg.Tensor, w: tg.Tensor) -> tg.Tensor:
    return tg.cond(tg.sum(x) > 0, lambda x, w: tg.sum(x * x * w), lambda x, w: tg.sum(tg.exp(x) - w), x, w)


X, W = tg.asarray([1.0, 2.0]), tg.asarray([3.0, -1.0])


def test_a_branch_is_one_step_with_both_sides_inside() -> None:
    traced = tg.trace(choose)(X, W)
    assert [step.operation.name for step in traced.graph.steps].count("cond") == 1
    assert "true(a: Float32[2], b: Float32[2]):" in str(traced)
    for x in (X, -X):
        same(traced.run(x, W), choose(x, W))


def test_a_branch_has_gradients_of_any_order() -> None:
    first = tg.grad(choose, (0, 1))
    second = tg.grad(lambda x, w: tg.sum(tg.grad(choose)(x, w) * w))
    for f in (first, second):
        traced = tg.trace(f)(X, W)
        for x in (X, -X):
            same(traced.run(x, W), f(x, W))


def test_a_graph_with_a_branch_can_be_differentiated() -> None:
    traced = tg.trace(choose)(X, W)
    for x in (X, -X):
        same(tg.grad(traced.run)(x, W), tg.grad(choose)(x, W))


def test_only_the_side_that_is_taken_runs() -> None:
    def f(x: tg.Tensor, i: tg.Tensor) -> tg.Tensor:
        return tg.cond(x > 0, lambda: x, lambda: tg.take(tg.stack((x, x)), i, axis=0))

    assert tg.trace(f)(tg.asarray(1.0), tg.asarray(0)).run(tg.asarray(1.0), tg.asarray(7)).item() == 1.0


def test_sides_may_use_what_is_around_them_and_be_nested() -> None:
    def f(x: tg.Tensor, w: tg.Tensor) -> tg.Tensor:
        def inner(y: tg.Tensor) -> tg.Tensor:
            return tg.cond(y > w, lambda y: y - w, lambda y: y * w, y)

        return tg.cond(x > 0, inner, lambda y: -inner(y), x)

    traced = tg.trace(f)(tg.asarray(1.0), tg.asarray(2.0))
    for x in (-1.0, 1.0, 3.0):
        same(traced.run(tg.asarray(x), tg.asarray(2.0)), f(tg.asarray(x), tg.asarray(2.0)))


def test_a_recorded_tensor_must_be_an_operand() -> None:
    def f(x: tg.Tensor) -> tg.Tensor:
        return tg.cond(x > 0, lambda: x * 2.0, lambda: -x)

    with pytest.raises(ValueError, match="pass it as one"):
        tg.trace(tg.grad(f))(tg.asarray(1.0))


def test_sides_must_agree() -> None:
    with pytest.raises(TypeError, match="must return the same"):
        tg.trace(lambda x: tg.cond(x > 0, lambda: x, lambda: tg.stack((x, x))))(tg.asarray(1.0))


def grow(x: tg.Tensor, w: tg.Tensor) -> tg.Tensor:
    total, _ = tg.while_loop(lambda c: c[0] < 50.0, lambda c: (c[0] * w, c[1] + 1), (x, tg.asarray(0)), limit=8)
    return total


def test_a_loop_is_one_step() -> None:
    x, w = tg.asarray(3.0), tg.asarray(2.0)
    traced = tg.trace(grow)(x, w)
    assert [step.operation.name for step in traced.graph.steps] == [*["less"][:0], "while_loop"]
    same(traced.run(x, w), grow(x, w))
    same(traced.run(tg.asarray(60.0), w), grow(tg.asarray(60.0), w))
    with pytest.raises(ValueError, match="still holds after 8 steps"):
        traced.run(x, tg.asarray(0.5))


def test_a_loop_with_a_limit_has_a_gradient() -> None:
    x = tg.asarray(3.0)

    def powers(x: tg.Tensor) -> tg.Tensor:
        return tg.while_loop(lambda y: y < 100, lambda y: y * y, x, limit=5)

    f = tg.grad(powers)
    traced = tg.trace(f)(x)
    for value in (3.0, 11.0, 200.0):
        same(traced.run(tg.asarray(value)), f(tg.asarray(value)))
    with pytest.raises(ValueError, match="still holds after 5 steps"):
        traced.run(tg.asarray(1.0))
    with pytest.raises(ValueError, match="need a `limit`"):
        tg.trace(tg.grad(lambda x: tg.while_loop(lambda y: y < 9, lambda y: y + 1, x)))(x)


def test_a_scan_is_unrolled() -> None:
    def f(xs: tg.Tensor) -> tg.Tensor:
        return tg.sum(tg.scan(lambda c, x: (c * x, c), tg.asarray(1.0), xs)[1])

    xs = tg.asarray([1.0, 2.0, 3.0])
    same(tg.trace(tg.grad(f))(xs).run(xs), tg.grad(f)(xs))
