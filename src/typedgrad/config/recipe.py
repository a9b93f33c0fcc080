"""How a network wants to be trained."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from typedgrad.core.tensor import Tensor
    from typedgrad.optim import Updater


class Recipe(NamedTuple):
    """What `fit` takes from a network: what to make small, how, and from which seed; `net.recipe`.

    Penalties, constraints, gradient normalisation and the updaters of single layers are all within the `updater`.
    `truncate` is the number of steps after which back-propagation through time is cut, or None.

    >>> recipe = tg.config.Recipe(tg.mse, tg.optim.adam(1e-3), seed=7, truncate=None)
    >>> recipe.seed
    7
    """

    loss: Callable[..., Tensor]
    updater: Updater[Any]  # what its state is, it alone knows
    seed: int
    truncate: int | None = None
