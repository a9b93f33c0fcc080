"""Layers that give what they get, and change only the gradient on its way back."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.ops import gradient_shaping


class ClipGradient(Layer):
    """Brings every element of the gradient into [-limit, limit].

    Raises ValueError if the limit is not positive.

    >>> tg.nn.ClipGradient(limit=1.0)(tg.asarray([2.0]))
    Tensor([2.], dtype=float32)
    """

    limit: float

    def __check__(self) -> None:
        if not self.limit > 0:
            raise ValueError(f"ClipGradient: `limit` must be positive, got {self.limit}")

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return gradient_shaping.clip_gradient(x, limit=self.limit)


class ActivityPenalty(Layer):
    """Adds to the gradient that of a penalty `l1 * |x| + l2 / 2 * x²` on every element, which no loss reports.

    Raises ValueError if a number is negative.

    >>> tg.nn.ActivityPenalty(l1=0.5)(tg.asarray([2.0]))
    Tensor([2.], dtype=float32)
    """

    l1: float = 0.0
    l2: float = 0.0

    def __check__(self) -> None:
        if not (self.l1 >= 0 and self.l2 >= 0):
            raise ValueError(f"ActivityPenalty: `l1` and `l2` must not be negative, got {self.l1} and {self.l2}")

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return gradient_shaping.penalize_activity(x, l1=self.l1, l2=self.l2)
