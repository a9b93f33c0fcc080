"""The solvers find the minima of known functions, go on where they stopped, and refuse what has no minimum to find."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, assert_type

import numpy as np
import pytest

import typedgrad as tg
from tests.backends import strict as strict
from typedgrad.backends import backend_for_device
from typedgrad.optim import minimize
from typedgrad.optim.directions import METHODS

every_method = pytest.mark.parametrize("method", METHODS)
QUICK: list[Any] = [m for m in METHODS if m != "gradient"]


def sphere(w: tg.Tensor) -> tg.Tensor:
    return tg.sum(tg.square(w))


def rosenbrock(w: tg.Tensor) -> tg.Tensor:
    x, y = w[:-1], w[1:]
    return tg.sum(tg.square(1 - x) + 100 * tg.square(y - x * x))


def rastrigin(w: tg.Tensor) -> tg.Tensor:
    return tg.sum(10 + w * w - 10 * tg.cos(2 * math.pi * w))


def at(*values: float) -> tg.Tensor:
    return tg.asarray(list(values), dtype="float64")


def seen_by(objective: Callable[[tg.Tensor], tg.Tensor], values: list[float]) -> Callable[[tg.Tensor], tg.Tensor]:
    """The same objective, which writes down its values."""

    def watched(w: tg.Tensor) -> tg.Tensor:
        value = objective(w)
        values.append(float(tg.stop_gradient(value)))
        return value

    return watched


@every_method
def test_a_sphere_is_solved(method: Any) -> None:
    result = minimize(sphere, at(3.0, -4.0, 0.5), method)
    assert result.converged
    assert result.value < 1e-16
    assert result.evaluations <= (100 if method == "gradient" else 6)


@pytest.mark.parametrize("method", QUICK)
@pytest.mark.parametrize("start", [(-1.2, 1.0), (0.0, 0.0), (2.0, -3.0), (-1.2, 1.0, -1.0, 0.5)])
def test_the_valley_of_rosenbrock_is_followed_to_its_end(method: Any, start: tuple[float, ...]) -> None:
    result = minimize(rosenbrock, at(*start), method)
    assert result.converged, result
    assert result.gradient <= 1e-8
    np.testing.assert_allclose(tg.to_numpy(result.x)[-2:], 1.0, atol=1e-6)


def test_gradient_descent_gets_there_in_the_end() -> None:
    result = minimize(rosenbrock, at(0.8, 0.7), "gradient", iterations=5000, tolerance=1e-3)
    assert result.converged
    np.testing.assert_allclose(tg.to_numpy(result.x), 1.0, atol=1e-2)


@pytest.mark.parametrize("method", ["lbfgs", "bfgs"])
def test_quasi_newton_methods_need_few_evaluations(method: Any) -> None:
    values: list[float] = []
    result = minimize(seen_by(rosenbrock, values), at(-1.2, 1.0), method)
    assert result.evaluations == len(values)
    assert min(values[:60]) <= 1e-10


@pytest.mark.parametrize("method", QUICK)
def test_in_single_precision_it_stops_where_rounding_begins(method: Any) -> None:
    result = minimize(lambda w: rosenbrock(w) + 7.0, tg.asarray([-1.2, 1.0]), method, tolerance=0.0)
    assert result.reason in {"no lower point along the direction", "the gradient is small"}
    assert result.evaluations < 1500
    np.testing.assert_allclose(tg.to_numpy(result.x), 1.0, atol=0.02)


@every_method
def test_rastrigin_is_solved_in_the_basin_of_the_start(method: Any) -> None:
    result = minimize(rastrigin, at(0.2, -0.3), method, tolerance=1e-6)
    assert result.converged
    assert result.value == pytest.approx(0.0, abs=1e-10)
    far = minimize(rastrigin, at(0.95, 2.05), method, tolerance=1e-6)
    np.testing.assert_allclose(tg.to_numpy(far.x), [0.9949586, 1.9899124], atol=1e-5)


@every_method
def test_a_run_in_parts_is_the_run_bit_by_bit(method: Any) -> None:
    start = at(-1.2, 1.0)
    whole = minimize(rosenbrock, start, method, iterations=15)
    part = minimize(rosenbrock, start, method, iterations=6)
    rest = minimize(rosenbrock, start, method, iterations=9, state=part.state)
    assert rest.x.tolist() == whole.x.tolist()
    assert (rest.iterations, rest.evaluations, rest.value) == (whole.iterations, whole.evaluations, whole.value)
    assert minimize(rosenbrock, start, method, iterations=15).x.tolist() == whole.x.tolist()


@pytest.mark.parametrize("method", QUICK)
def test_it_agrees_with_scipy_on_a_regression(method: Any) -> None:
    from scipy.optimize import minimize as of_scipy

    draw = np.random.default_rng(3)
    x, y = draw.normal(size=(40, 5)), (draw.uniform(size=40) < 0.5) * 2.0 - 1.0

    def plain(w: Any) -> float:
        return float(np.sum(np.log1p(np.exp(-y * (x @ w)))) + 0.05 * w @ w)

    def ours(w: tg.Tensor) -> tg.Tensor:
        return tg.sum(tg.log1p(tg.exp(-tg.asarray(y) * (tg.asarray(x) @ w)))) + 0.05 * tg.sum(w * w)

    wanted = of_scipy(plain, np.zeros(5), method="BFGS", options={"gtol": 1e-7})
    result = minimize(ours, tg.zeros((5,), dtype="float64"), method)
    assert result.converged
    np.testing.assert_allclose(tg.to_numpy(result.x), wanted.x, atol=1e-6)
    assert result.value <= wanted.fun + 1e-12


class Line(NamedTuple):
    slope: tg.Tensor
    offset: tg.Tensor
    name: str


def test_any_tree_can_be_solved_for_and_keeps_its_form() -> None:
    x, y = tg.asarray([[0.0], [1.0], [2.0]]), tg.asarray([1.0, 3.0, 5.0])

    def error(line: Line) -> tg.Tensor:
        return tg.sum(tg.square(x @ line.slope + line.offset - y))

    result = minimize(error, Line(tg.zeros((1,)), tg.asarray(0.0), "straight"), tolerance=1e-5)
    assert_type(result, tg.optim.Result[Line])
    assert result.x.name == "straight"
    assert result.x.slope.dtype.name == "float32"
    assert result.x.offset.shape == ()
    assert result.x.slope.item() == pytest.approx(2.0, abs=1e-4)
    assert result.x.offset.item() == pytest.approx(1.0, abs=1e-4)


@every_method
def test_every_backend_finds_the_same(method: Any) -> None:
    strictly = tg.Tensor(backend_for_device("strict").asarray(np.array([-1.2, 1.0])))
    ours, theirs = (minimize(rosenbrock, x0, method, iterations=5) for x0 in (at(-1.2, 1.0), strictly))
    assert theirs.x.device == "strict"
    np.testing.assert_allclose(theirs.x.tolist(), ours.x.tolist(), rtol=1e-10)


def test_points_without_a_value_are_stepped_back_from() -> None:
    # The logarithm of a negative number is NaN; the minimum is at 1.
    with np.errstate(invalid="ignore", divide="ignore"):
        result = minimize(lambda w: tg.sum(w - tg.log(w)), at(0.01, 30.0))
    assert result.converged
    np.testing.assert_allclose(tg.to_numpy(result.x), 1.0, rtol=1e-7)


def test_it_stops_when_told_to_and_says_why() -> None:
    told: list[tuple[int, float, float]] = []
    result = minimize(rosenbrock, at(-1.2, 1.0), iterations=4, listener=lambda *row: told.append(row))
    assert (result.iterations, result.converged, result.reason) == (4, False, "iterations")
    assert [row[0] for row in told] == [1, 2, 3, 4]
    assert [row[1] for row in told] == sorted([row[1] for row in told], reverse=True)
    assert minimize(rosenbrock, at(-1.2, 1.0), evaluations=5).reason == "evaluations"
    assert minimize(sphere, at(0.0)).evaluations == 1


def test_what_is_remembered_is_bounded_by_the_history() -> None:
    state = minimize(rosenbrock, at(-1.2, 1.0, 0.3), iterations=9, history=3).state
    assert len(state.memory) == 6


REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: minimize(lambda w: w * w, at(1.0, 2.0)), tg.ShapeError, "value_and_grad"),
    (
        lambda: minimize(lambda w: tg.sum(w) * math.nan, at(1.0)),
        FloatingPointError,
        "minimize: the objective is NaN or infinite at `x0`",
    ),
    (
        lambda: minimize(lambda t: tg.sum(t["w"]), {"w": tg.asarray([1, 2])}),
        TypeError,
        "minimize: `w` of `x0` is int64; only float tensors can be moved",
    ),
    (lambda: minimize(lambda t: tg.asarray(1.0), {}), TypeError, "minimize: `x0` must hold a tensor, got dict"),
    (
        lambda: minimize(sphere, at(1.0), "newton"),  # type: ignore[arg-type]  # what is being tested
        ValueError,
        "minimize: `method` must be one of gradient, cg-fr, cg-pr, cg-hs, bfgs, lbfgs, got 'newton'",
    ),
    (lambda: minimize(sphere, at(1.0), tolerance=math.nan), ValueError, "minimize: `tolerance` must be at least 0"),
    (lambda: minimize(sphere, at(1.0), history=0), ValueError, "minimize: `history` must be at least 1, got 0"),
    (
        lambda: minimize(sphere, at(1.0), "bfgs", state=minimize(sphere, at(1.0)).state),
        ValueError,
        'minimize: `state` is of method "lbfgs", not "bfgs"',
    ),
    (
        lambda: minimize(sphere, at(1.0), state=minimize(sphere, at(1.0, 2.0)).state),
        ValueError,
        "minimize: `state` is of 2 numbers, but `x0` has 1",
    ),
]


@pytest.mark.parametrize(("call", "kind", "words"), REFUSED, ids=[words for _, _, words in REFUSED])
def test_what_has_no_minimum_to_find_is_refused(call: Callable[[], object], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert str(caught.value).startswith(words)
