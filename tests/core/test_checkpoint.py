"""`checkpoint`: the same values and gradients, less memory, the same random numbers."""

from __future__ import annotations

import re
import weakref
from typing import Any

import numpy as np
import pytest

import typedgrad as tg
from tests.core.tensors import same, t
from typedgrad import Tensor
from typedgrad.core.run import current_run


def block(x: Tensor, w: Tensor) -> Tensor:
    return tg.exp(x * w) / (1.0 + x * x)


X, W = t([0.1, -0.5, 2.0]), t([1.0, 0.3, -0.7])


def plain(x: Tensor, w: Tensor) -> Tensor:
    return tg.sum(block(block(x, w), w))


def recomputed(x: Tensor, w: Tensor) -> Tensor:
    checked = tg.checkpoint(block)
    return tg.sum(checked(checked(x, w), w))


def test_values_and_gradients_are_those_of_the_plain_function() -> None:
    value, gradient = tg.value_and_grad(plain, (0, 1))(X, W)
    again, gradient_again = tg.value_and_grad(recomputed, (0, 1))(X, W)
    assert same(again, float(value))
    for g, h in zip(gradient, gradient_again, strict=True):
        assert same(h, tg.to_numpy(g))


def test_outside_a_differentiation_it_is_the_plain_function() -> None:
    assert same(recomputed(X, W), float(plain(X, W)))


def test_second_derivatives() -> None:
    assert same(tg.hessian(recomputed)(X, W), tg.to_numpy(tg.hessian(plain)(X, W)), rtol=1e-10)
    third = tg.jacobian(tg.hessian(recomputed))(X, W)
    assert same(third, tg.to_numpy(tg.jacobian(tg.hessian(plain))(X, W)), rtol=1e-9)


def test_forward_mode() -> None:
    v = t([1.0, 2.0, -1.0])
    value, tangent = tg.jvp(lambda x: recomputed(x, W), (X,), (v,))
    wanted, wanted_tangent = tg.jvp(lambda x: plain(x, W), (X,), (v,))
    assert same(value, float(wanted))
    assert same(tangent, float(wanted_tangent))
    _, both = tg.jvp(recomputed, (X, W), (v, v))
    assert same(both, float(tg.jvp(plain, (X, W), (v, v))[1]))


def test_checkpoints_inside_checkpoints() -> None:
    def nested(x: Tensor) -> Tensor:
        inner = tg.checkpoint(lambda y: tg.exp(y) * y)
        return tg.sum(tg.checkpoint(lambda y: inner(y) * inner(y))(x))

    def flat(x: Tensor) -> Tensor:
        y = tg.exp(x) * x
        return tg.sum(y * y)

    assert same(tg.grad(nested)(X), tg.to_numpy(tg.grad(flat)(X)))


def test_arguments_and_results_may_be_trees_with_anything_in_them() -> None:
    @tg.checkpoint
    def f(p: dict[str, Any], *, power: int) -> dict[str, Any]:
        y = p["x"]
        for _ in range(power - 1):
            y = y * p["x"]
        return {"y": y, "count": tg.asarray(3), "note": "hello", "none": None, "number": 2.5}

    def loss(x: Tensor) -> tuple[Tensor, Any]:
        out = f({"x": x, "name": "x", "n": tg.asarray([1, 2])}, power=3)
        return tg.sum(out["y"]), out

    gradient, out = tg.grad(loss, has_aux=True)(t([1.0, 2.0]))
    assert same(gradient, [3.0, 12.0])
    assert (int(out["count"]), out["note"], out["none"], out["number"]) == (3, "hello", None, 2.5)
    _, tangent = tg.jvp(lambda x: loss(x)[0], (t([1.0, 2.0]),), (t([1.0, 1.0]),))
    assert same(tangent, 15.0)


def test_an_argument_may_come_back_as_it_is() -> None:
    gradient = tg.grad(lambda x: tg.sum(tg.checkpoint(lambda y: (y, y * y))(x)[0]))(t([1.0, 2.0]))
    assert same(gradient, [1.0, 1.0])


def test_results_that_nothing_uses_cost_nothing() -> None:
    gradient = tg.grad(lambda x: tg.sum(tg.checkpoint(lambda y: (y * 2.0, y * y))(x)[1]))(t([1.0, 2.0]))
    assert same(gradient, [2.0, 4.0])


def test_the_function_runs_again_only_when_its_gradient_is_wanted() -> None:
    runs: list[int] = []

    def counted(x: Tensor) -> Tensor:
        runs.append(1)
        return x * x

    out, pull = tg.vjp(tg.checkpoint(counted), t(3.0))
    assert (float(out), len(runs)) == (9.0, 1)
    pull(t(1.0))
    assert len(runs) == 2


def test_what_is_computed_inside_is_not_kept() -> None:
    kept: list[weakref.ref[Tensor]] = []

    def f(x: Tensor) -> Tensor:
        middle = tg.exp(x)
        kept.append(weakref.ref(middle))
        return middle * middle

    def alive_at_the_end(g: Any) -> bool:
        kept.clear()

        def loss(x: Tensor) -> tuple[Tensor, bool]:
            y = tg.sum(g(x))
            return y, kept[0]() is not None

        return bool(tg.grad(loss, has_aux=True)(t([1.0]))[1])

    # The node on the tape holds the tensor's data, and the tensor itself as an input of the product.
    assert alive_at_the_end(f)
    assert not alive_at_the_end(tg.checkpoint(f))


def test_random_numbers_are_the_same_when_it_is_run_again() -> None:
    seen: list[np.ndarray[Any, Any]] = []

    def noisy(x: Tensor) -> Tensor:
        run = current_run()
        assert run is not None
        noise = tg.random.normal(run.next_key(), (3,), dtype="float64")
        seen.append(tg.to_numpy(noise))
        return x * x * noise

    def loss(x: Tensor, f: Any) -> Tensor:
        return tg.sum(f(f(x)))

    results = []
    for f in (noisy, tg.checkpoint(noisy)):
        seen.clear()
        with tg.training(tg.random.key(7)) as run:
            value, gradient = tg.value_and_grad(loss)(X, f)
            after = run.next_key()
        results.append((float(value), tg.to_numpy(gradient).tolist(), after))
    assert results[0] == results[1]
    assert len(seen) == 4
    assert not np.array_equal(seen[0], seen[1])
    assert np.array_equal(seen[1], seen[2])
    assert np.array_equal(seen[0], seen[3])


def test_random_numbers_are_the_same_when_the_gradient_is_taken_after_the_run() -> None:
    @tg.checkpoint
    def noisy(x: Tensor) -> Tensor:
        run = current_run()
        assert run is not None, "the run is open again while the function is run again"
        return x * x * tg.random.normal(run.next_key(), (3,), dtype="float64")

    with tg.training(tg.random.key(7)):
        out, pull = tg.vjp(noisy, X)
    assert current_run() is None
    assert same(pull(t([1.0, 1.0, 1.0]))[0], 2 * tg.to_numpy(out) / tg.to_numpy(X))
    assert current_run() is None


def test_an_error_on_the_second_run_leaves_the_training_run_sane() -> None:
    fail = False

    @tg.checkpoint
    def fragile(x: Tensor) -> Tensor:
        run = current_run()
        assert run is not None
        run.next_key()
        if fail:
            raise RuntimeError("broken")
        return x * x

    with tg.training(tg.random.key(7)) as run:
        _, pull = tg.vjp(fragile, X)
        before = run._drawn
        fail = True
        with pytest.raises(RuntimeError, match="broken"):
            pull(t([1.0, 1.0, 1.0]))
        assert (run._drawn, run._recomputing, current_run()) == (before, False, run)


def test_a_recorded_tensor_that_is_not_an_argument_is_refused() -> None:
    def loss(x: Tensor) -> Tensor:
        return tg.sum(tg.checkpoint(lambda y: y * x)(x))

    message = "checkpoint: the function uses a recorded tensor that is not an argument; pass it as one"
    with pytest.raises(ValueError, match=re.escape(message)):
        tg.grad(loss)(X)


def test_the_name_and_signature_stay() -> None:
    assert tg.checkpoint(block).__name__ == "block"
