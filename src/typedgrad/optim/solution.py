"""What a solver found, and what it needs to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor

P = TypeVar("P")


class SolverState(NamedTuple):
    """All that a solver needs to go on: a tree of tensors and numbers. `before` is the last point but one."""

    method: str
    x: Tensor
    value: float
    gradient: Tensor
    before: tuple[Tensor, float, Tensor] | None
    memory: tuple[Tensor, ...]
    # What the last step promised: its length times the slope.
    promise: float
    iterations: int
    evaluations: int


class Result(NamedTuple, Generic[P]):
    """What `minimize` found. `converged` says whether the gradient is small enough, `reason` why it stopped."""

    x: P
    value: float
    # The largest size of an element of the gradient.
    gradient: float
    converged: bool
    reason: str
    iterations: int
    evaluations: int
    state: SolverState
