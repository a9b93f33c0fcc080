"""How large parameters, gradients and updates are."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from typedgrad.core.pytree import leaves_with_paths
from typedgrad.core.tensor import Tensor
from typedgrad.optim import global_norm

if TYPE_CHECKING:
    from typedgrad.train.listener import Update


class Magnitudes(NamedTuple):
    """The norms of a parameter, of its gradient and of its update: roots of sums of squares.

    >>> tg.train.Magnitudes(parameter=2.0, gradient=0.5, update=0.002).ratio
    0.001
    """

    parameter: float
    gradient: float
    update: float

    @property
    def ratio(self) -> float:
        """The update beside the parameter; around 0.001 is usual. Infinite where a parameter of zeros moves."""
        if self.parameter == 0:
            return 0.0 if self.update == 0 else float("inf")
        return self.update / self.parameter


def statistics(update: Update) -> dict[str, Magnitudes]:
    """The magnitudes of each parameter that training changes, by its path. For a listener's `on_backward`.

    >>> before, gradient = {"w": tg.asarray([3.0, 4.0])}, {"w": tg.asarray([1.0, 0.0])}
    >>> update = tg.train.Update(before, gradient, {"w": tg.asarray([2.5, 4.0])})
    >>> tg.train.statistics(update)
    {'w': Magnitudes(parameter=5.0, gradient=1.0, update=0.5)}
    """
    gradients, after = dict(leaves_with_paths(update.gradients)), dict(leaves_with_paths(update.after))
    return {
        path: Magnitudes(global_norm(x), global_norm(gradients[path]), global_norm(after[path] - x))
        for path, x in leaves_with_paths(update.before)
        if isinstance(x, Tensor)
    }
