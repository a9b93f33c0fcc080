"""What losses share: one number for many, and where it may not be made."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, TypeAlias

from typedgrad.core.tensor import Tensor
from typedgrad.shapes import Inconclusive, Shape

if TYPE_CHECKING:
    from typedgrad.backends import Namespace

Reduction: TypeAlias = Literal["mean", "sum", "none"]


def reduce_losses(name: str, xp: Namespace[Tensor], values: Tensor, reduction: Reduction) -> Tensor:
    """The mean or the sum of the losses of all examples, or these themselves.

    Raises:
        ValueError: for the mean of no losses at all.
    """
    if reduction == "none":
        return values
    if reduction == "sum":
        return xp.sum(values)
    if 0 in values.shape:
        sizes = " ".join(map(str, values.shape))
        raise ValueError(f"{name}: the batch is empty (shape [{sizes}]), so there is no mean of its losses")
    return xp.mean(values)


def reduced_losses(s: Shape, reduction: Reduction) -> dict[str, Shape]:
    """The `where` rule of losses of the values `*s`."""
    if not isinstance(reduction, str):
        raise Inconclusive("the reduction is not known")
    return {"reduced": s if reduction == "none" else ()}


def spread(g: Tensor, shape: tuple[int, ...], reduction: Reduction) -> Tensor:
    """The cotangent of each loss, from that of the reduction of losses of this shape."""
    return g / math.prod(shape) if reduction == "mean" else g
