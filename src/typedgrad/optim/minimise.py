"""`minimize`: the classical solvers, which look for the minimum of a function that is not noisy."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, TypeVar

from typedgrad.backends import namespace
from typedgrad.core.tensor import Tensor
from typedgrad.optim.directions import METHODS, Method
from typedgrad.optim.flat import Flat, Point, dot, largest
from typedgrad.optim.line_search import Trial, along
from typedgrad.optim.solution import Result, SolverState
from typedgrad.optim.walk import raw

if TYPE_CHECKING:
    from typedgrad.optim.directions import Memory

P = TypeVar("P")
MethodName: TypeAlias = Literal["gradient", "cg-fr", "cg-pr", "cg-hs", "bfgs", "lbfgs"]
# A search that needs more than this will not succeed.
_LONGEST_SEARCH = 30


class _At(NamedTuple):
    """Where the solver is."""

    now: Point
    before: Point | None
    memory: Memory
    promise: float
    iterations: int


def minimize(
    objective: Callable[[P], Tensor],
    x0: P,
    method: MethodName = "lbfgs",
    *,
    tolerance: float = 1e-8,
    iterations: int = 1000,
    evaluations: int = 10_000,
    history: int = 10,
    state: SolverState | None = None,
    listener: Callable[[int, float, float], object] | None = None,
) -> Result[P]:
    """Where a scalar function of a tree of float tensors is least nearby: by its gradients, without a learning rate.

    Methods: "gradient" descent with backtracking; conjugate gradients of Fletcher and Reeves "cg-fr", Polak and Ribière
    "cg-pr" (never negative), Hestenes and Stiefel "cg-hs"; "bfgs" with a whole matrix; "lbfgs" with the last `history`
    steps. All but the first search along each direction until the strong Wolfe conditions hold. They are deterministic.
    Source: Nocedal and Wright, "Numerical optimization", 2nd edition, 2006.

    Args:
        objective: gives a 0-d tensor, the same for the same argument.
        x0: where to start; leaves that are no tensors stay as they are.
        method: one of those above.
        tolerance: stop when no element of the gradient is larger.
        iterations: stop after so many directions in this call.
        evaluations: stop after so many gradients in this call, possibly a few more: a search is not cut short.
        history: how many steps "lbfgs" remembers.
        state: that of an earlier result, to go on from instead of `x0`, as if there had been no interruption.
        listener: told the iteration, the value and the size of the gradient after each step.

    Raises:
        TypeError: if `x0` holds no tensor or one that is not float.
        ShapeError: if the objective does not return a scalar.
        ValueError: if an argument is outside its domain, or the state is of another method or size.
        FloatingPointError: if the objective is NaN or infinite at `x0`. On the way such points are stepped back from.

    >>> def objective(w: tg.Tensor) -> tg.Tensor:
    ...     return tg.sum(tg.square(w - tg.asarray([1.0, 2.0])))
    >>> result = tg.optim.minimize(objective, tg.zeros((2,)))
    >>> result.x, result.converged
    (Tensor([1., 2.], dtype=float32), True)
    """
    _check(method, tolerance, iterations, evaluations, history)
    flat = Flat(objective, x0)
    at = _first(flat) if state is None else _resumed(flat, state, method)
    reason = "iterations"
    first = at.iterations
    while at.iterations - first < iterations:
        if largest(at.now.gradient) <= tolerance:
            break
        if at.now.value == -math.inf:
            reason = "the objective has no lower bound"
            break
        if flat.evaluations >= evaluations:
            reason = "evaluations"
            break
        following = _one(METHODS[method], flat, at, history)
        if following is None:
            reason = "no lower point along the direction"
            break
        at = following
        if listener is not None:
            listener(at.iterations, at.now.value, largest(at.now.gradient))
    return _result(flat, at, method, tolerance, reason, 0 if state is None else state.evaluations)


def _one(method: Method, flat: Flat[P], at: _At, history: int) -> _At | None:
    """One direction and the search along it; `None` if even the steepest one goes nowhere."""
    now, memory = at.now, at.memory
    if at.before is None:
        direction = -now.gradient
    else:
        direction, memory = method.direction(memory, at.before, now, history)
    slope = dot(now.gradient, direction)
    if not slope < 0:
        # No direction of descent: what is remembered misleads.
        direction, memory, slope = -now.gradient, (), -dot(now.gradient, now.gradient)
    step = _first_step(method, at, slope, fresh=at.before is None or memory == ())
    noise = 4 * float(namespace(now.x).finfo(now.x.dtype).eps) * abs(now.value)
    start = Trial(0.0, now.value, slope, now, noise)
    found = method.search(along(flat, now, direction), start, step, method.curvature, _LONGEST_SEARCH)
    if found is None or (found.value >= now.value and largest(found.point.gradient) >= largest(now.gradient)):
        if at.before is None:
            return None
        return _one(method, flat, at._replace(before=None, memory=()), history)
    return _At(found.point, now, memory, found.step * slope, at.iterations + 1)


def _first_step(method: Method, at: _At, slope: float, *, fresh: bool) -> float:
    """What to try first: 1 where directions have a length, else as much as the last step promised."""
    if method.scaled and not fresh:
        return 1.0
    if at.promise < 0 and at.before is not None:
        return 2 * at.promise / slope if method.search.__name__ == "backtracking" else at.promise / slope
    return min(1.0, 1.0 / math.sqrt(-slope))


def _first(flat: Flat[P]) -> _At:
    now = flat(flat.start)
    if not math.isfinite(now.value):
        raise FloatingPointError(f"minimize: the objective is {_shown(now.value)} at `x0`")
    return _At(now, None, (), 0.0, 0)


def _shown(value: float) -> str:
    return "NaN or infinite" if value == math.inf else str(value)


def _resumed(flat: Flat[P], state: SolverState, method: str) -> _At:
    size = flat.start.shape
    if state.method != method:
        raise ValueError(f'minimize: `state` is of method "{state.method}", not "{method}"')
    if state.x.shape != size:
        raise ValueError(f"minimize: `state` is of {state.x.shape[0]} numbers, but `x0` has {size[0]}")
    before = None
    if state.before is not None:
        x, value, gradient = state.before
        before = Point(raw(x), value, raw(gradient))
    now = Point(raw(state.x), state.value, raw(state.gradient))
    return _At(now, before, tuple(map(raw, state.memory)), state.promise, state.iterations)


def _result(flat: Flat[P], at: _At, method: str, tolerance: float, reason: str, earlier: int) -> Result[P]:
    now, before = at.now, at.before
    size = largest(now.gradient)
    converged = size <= tolerance
    count = earlier + flat.evaluations
    state = SolverState(
        method,
        Tensor(now.x),
        now.value,
        Tensor(now.gradient),
        None if before is None else (Tensor(before.x), before.value, Tensor(before.gradient)),
        tuple(map(Tensor, at.memory)),
        at.promise,
        at.iterations,
        count,
    )
    why = "the gradient is small" if converged else reason
    return Result(flat.tree(now.x), now.value, size, converged, why, at.iterations, count, state)


def _check(method: str, tolerance: float, iterations: int, evaluations: int, history: int) -> None:
    if method not in METHODS:
        raise ValueError(f"minimize: `method` must be one of {', '.join(METHODS)}, got {method!r}")
    if not 0 <= tolerance < math.inf:
        raise ValueError(f"minimize: `tolerance` must be at least 0 and finite, got {tolerance}")
    for name, value, least in (("iterations", iterations, 0), ("evaluations", evaluations, 1), ("history", history, 1)):
        if value < least:
            raise ValueError(f"minimize: `{name}` must be at least {least}, got {value}")
