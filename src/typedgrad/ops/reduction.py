"""What losses share: one number for many, and where it may not be made."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, TypeAlias

from typedgrad.core.tensor import Tensor
from typedgrad.shapes import Inconclusive, Shape

if TYPE_CHECKING:
    from typedgrad.backends import Namespace

# "mean" is that over all losses, or as much of them as weights and masks leave; "batch_mean" divides their sum by the
# size of the first axis alone.
Reduction: TypeAlias = Literal["mean", "sum", "none", "batch_mean"]


def reduce_losses(name: str, xp: Namespace[Tensor], values: Tensor, reduction: Reduction) -> Tensor:
    """The mean or the sum of the losses of all examples, or these themselves.

    Raises:
        ValueError: for the mean of no losses at all.
    """
    if reduction == "none":
        return values
    if reduction == "sum":
        return xp.sum(values)
    refuse_empty_batch(name, values.shape)
    return xp.mean(values) if reduction == "mean" else xp.sum(values) / batch_size(values.shape)


def refuse_empty_batch(name: str, shape: Shape) -> None:
    """Raise ValueError if there is nothing to take a mean of."""
    if any(isinstance(n, int) and n == 0 for n in shape):
        sizes = " ".join(map(str, shape))
        raise ValueError(f"{name}: the batch is empty (shape [{sizes}]), so there is no mean of its losses")


def reduced_losses(s: Shape, reduction: Reduction) -> dict[str, Shape]:
    """The `where` rule of losses of the values `*s`."""
    if not isinstance(reduction, str):
        raise Inconclusive("the reduction is not known")
    return {"reduced": s if reduction == "none" else ()}


def batch_size(shape: tuple[int, ...]) -> int:
    """How many examples there are: one, if there is no axis of them."""
    return shape[0] if shape else 1


def spread(g: Tensor, shape: tuple[int, ...], reduction: Reduction) -> Tensor:
    """The cotangent of each loss, from that of the reduction of losses of this shape."""
    if reduction == "mean":
        return g / math.prod(shape)
    return g / batch_size(shape) if reduction == "batch_mean" else g
