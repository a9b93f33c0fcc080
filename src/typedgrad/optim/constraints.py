"""Constraints, which parameters meet again after each update."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from typedgrad.backends import namespace
from typedgrad.optim import hyper
from typedgrad.optim.selection import Which, check_which, meant
from typedgrad.optim.walk import changed

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.optim.updater import Updater

P = TypeVar("P")
S = TypeVar("S")


@dataclass(frozen=True)
class Constraint:
    """What a parameter is brought back to: norms in [low, high] along an axis, or nothing negative."""

    title: str
    low: float = 0.0
    high: float = float("inf")
    axis: int | tuple[int, ...] | None = 0
    positive: bool = False
    on: Which | None = None

    def __post_init__(self) -> None:
        check_which(self.title, self.on)

    def meant(self, path: str, p: Tensor) -> bool:
        """Whether a parameter has to meet it."""
        return meant(self.on, path, p)

    def nearest(self, p: Tensor, _: Tensor) -> Tensor:
        """The nearest raw array that meets the constraint."""
        xp = namespace(p)
        if self.positive:
            return xp.clip(p, 0.0, None)
        norm = xp.sqrt(xp.sum(p * p, axis=self.axis if p.shape else None, keepdims=True))
        # What is 0 has no direction, and stays.
        safe = norm + xp.astype(norm == 0, p.dtype)
        wanted = xp.clip(norm, self.low, None if self.high == float("inf") else self.high)
        return p * (wanted / safe)


@dataclass(frozen=True)
class Constrained(Generic[S]):
    """See `constrained`."""

    updater: Updater[S]
    constraints: tuple[Constraint, ...]

    def init(self, params: object) -> S:
        """The state before the first update."""
        return self.updater.init(params)

    def update(self, params: P, grads: P, state: S) -> tuple[P, S]:
        """The parameters and the state after one update."""
        params, state = self.updater.update(params, grads, state)
        for constraint in self.constraints:
            params = changed(constraint.title, params, params, constraint.meant, constraint.nearest)
        return params, state


def constrained(updater: Updater[S], *constraints: Constraint) -> Constrained[S]:
    """An updater whose parameters meet constraints after each update, one after the other.

    >>> updater = tg.optim.constrained(tg.optim.sgd(1.0), tg.optim.non_negative(on="scale"))
    >>> params = {"scale": tg.ones((2,)), "shift": tg.ones((2,))}
    >>> grads = {"scale": tg.full((2,), 3.0), "shift": tg.full((2,), 3.0)}
    >>> updater.update(params, grads, updater.init(params))[0]
    {'scale': Tensor([0., 0.], dtype=float32), 'shift': Tensor([-2., -2.], dtype=float32)}
    """
    return Constrained(updater, constraints)


def max_norm(limit: float, *, axis: int | tuple[int, ...] | None = 0, on: Which | None = None) -> Constraint:
    """Norms along `axis` of at most `limit`: of the weights into each unit of a dense layer, whose first axis is `in`.

    With `axis=None` the norm of the whole parameter. `on` chooses parameters as for `grouped`; all unless given.

    Raises ValueError if `limit` is not positive.

    >>> tg.optim.constrained(tg.optim.sgd(0.1), tg.optim.max_norm(3.0, on="weight")).constraints[0].high
    3.0
    """
    hyper.check("max_norm", "limit", limit, "positive", schedule=False)
    return Constraint("max_norm", high=limit, axis=axis, on=on)


def min_max_norm(
    low: float, high: float, *, axis: int | tuple[int, ...] | None = 0, on: Which | None = None
) -> Constraint:
    """Norms along `axis` in [low, high]; what is 0 stays. See `max_norm`.

    Raises ValueError if `low` is negative, or `high` is not positive or less than `low`.

    >>> tg.optim.min_max_norm(0.5, 1.0).low
    0.5
    """
    hyper.check("min_max_norm", "low", low, "at least 0", schedule=False)
    hyper.check("min_max_norm", "high", high, "positive", schedule=False)
    if low > high:
        raise ValueError(f"min_max_norm: `low` must be at most `high`, got {low} and {high}")
    return Constraint("min_max_norm", low=low, high=high, axis=axis, on=on)


def unit_norm(*, axis: int | tuple[int, ...] | None = 0, on: Which | None = None) -> Constraint:
    """Norms of 1 along `axis`; what is 0 stays. See `max_norm`.

    >>> tg.optim.unit_norm().high
    1.0
    """
    return Constraint("unit_norm", low=1.0, high=1.0, axis=axis, on=on)


def non_negative(*, on: Which | None = None) -> Constraint:
    """Nothing below 0. See `max_norm`.

    >>> tg.optim.non_negative().positive
    True
    """
    return Constraint("non_negative", positive=True, on=on)
