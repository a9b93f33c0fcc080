"""Solvers in the place of updaters: line searches, conjugate gradients, BFGS and L-BFGS on whole batches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from typedgrad.optim import minimize

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.optim import Result, SolverState
    from typedgrad.optim.minimise import MethodName

M = TypeVar("M")


@dataclass(frozen=True)
class Solver:
    """See `solver`."""

    method: MethodName
    iterations: int
    tolerance: float
    history: int

    def __post_init__(self) -> None:
        for name, value in (("iterations", self.iterations), ("history", self.history)):
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ValueError(f"solver: `{name}` must be an int of at least 1, got {value!r}")
        # The rest is judged by `minimize`, which has nothing to do here.
        minimize(_square, 0 * _one(), self.method, tolerance=self.tolerance, iterations=0)

    def __call__(self, objective: Callable[[M], Tensor], model: M, state: SolverState | None) -> Result[M]:
        """Where the objective is less."""
        return minimize(
            objective,
            model,
            self.method,
            tolerance=self.tolerance,
            iterations=self.iterations,
            history=self.history,
            state=state,
        )


def solver(method: MethodName = "lbfgs", *, iterations: int = 1, tolerance: float = 1e-8, history: int = 10) -> Solver:
    """What `fit` takes as an updater to follow `optim.minimize`: no learning rate, a line search in each step.

    A step makes so many iterations of the method on its batch. A dataset is one batch, unless `fit` is told how large
    batches are; then, and with several batches of one's own, a method forgets at each batch what it learnt of the one
    before. Dropout drops the same in every step. Listeners are not told of gradients: there are several in a step.
    The training ends when the gradient is no larger than `tolerance`, or nothing better can be found.

    Raises ValueError for an unknown method or a number outside its domain.

    >>> x = tg.asarray([[0.0], [1.0], [2.0]])
    >>> data = tg.data.Dataset(x, 2.0 * x + 1.0)
    >>> model = tg.init(tg.nn.Dense(in_features=1, out_features=1), tg.random.key(0))
    >>> model = tg.fit(model, data, loss=tg.mse, updater=tg.train.solver("lbfgs"), epochs=20, key=tg.random.key(1))
    >>> round(model.weight.item(), 3), round(model.bias.item(), 3)
    (2.0, 1.0)
    """
    return Solver(method, iterations, tolerance, history)


def _one() -> Tensor:
    from typedgrad.ops.create import ones

    return ones((1,))


def _square(x: Tensor) -> Tensor:
    return (x * x).sum()
