"""What a network must say of itself to be trained without being told how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from typedgrad.core.tensor import Tensor
from typedgrad.optim import Updater


class RecipeLike(Protocol):
    """How a network wants to be trained: `tg.config.Recipe`, or one's own."""

    @property
    def loss(self) -> Callable[..., Tensor]:
        """What to make small: a function of the output and the labels."""

    @property
    def updater(self) -> Updater[Any]:
        """How to follow the gradients; what its state is, it alone knows."""

    @property
    def seed(self) -> int:
        """Where the randomness comes from."""

    @property
    def truncate(self) -> int | None:
        """After how many steps back-propagation through time is cut."""


class Trainable(Protocol):
    """A model with a recipe, as a built network is.

    >>> class Line(tg.nn.Layer):
    ...     slope: Float[tg.Tensor, ""] = tg.nn.param(tg.nn.zeros)
    ...
    ...     @property
    ...     def recipe(self) -> tg.config.Recipe:
    ...         return tg.config.Recipe(tg.mse, tg.optim.sgd(0.1), seed=0)
    ...
    ...     def __call__(self, x: Float[tg.Tensor, "n"]) -> Float[tg.Tensor, "n"]:
    ...         return x * self.slope
    >>> x = tg.asarray([1.0, 2.0])
    >>> model = tg.fit(tg.init(Line(), tg.random.key(0)), [(x, 3.0 * x)], epochs=50)
    >>> round(model.slope.item(), 3)
    3.0
    """

    @property
    def recipe(self) -> RecipeLike:
        """How it wants to be trained."""

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """Its outputs: what the loss takes."""
