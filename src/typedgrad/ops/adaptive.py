"""Pooling to a size that is given: the windows follow from it, and differ by one element where it does not divide."""

from __future__ import annotations

from collections.abc import Callable

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.core.typed import typed
from typedgrad.ops.move import stack
from typedgrad.ops.reduce import max, mean
from typedgrad.ops.windows import Size, per_axis
from typedgrad.shapes import ShapeError


@typed
def adaptive_avg_pool(x: Float[Tensor, "n c *spatial"], /, size: Size) -> Float[Tensor, "n c ..."]:
    """The means of `size` windows of nearly equal sizes along each axis; one size for all axes, or one for each.

    Window i goes from floor(i n / size) to ceil((i + 1) n / size). Raises ShapeError if an axis has no elements, or
    `size` makes no sense.

    >>> tg.adaptive_avg_pool(tg.asarray([[[1.0, 2.0, 3.0, 4.0, 5.0]]]), 2)
    Tensor([[[2., 4.]]], dtype=float32)
    """
    return _along_each_axis("adaptive_avg_pool", x, size, lambda part, axis: mean(part, axis=axis))


@typed
def adaptive_max_pool(x: Float[Tensor, "n c *spatial"], /, size: Size) -> Float[Tensor, "n c ..."]:
    """The largest elements of `size` windows, as those of `adaptive_avg_pool`; equal ones share their gradient.

    Raises ShapeError if an axis has no elements, or `size` makes no sense.

    >>> tg.adaptive_max_pool(tg.asarray([[[1.0, 2.0, 3.0, 4.0, 5.0]]]), 2)
    Tensor([[[3., 5.]]], dtype=float32)
    """
    return _along_each_axis("adaptive_max_pool", x, size, lambda part, axis: max(part, axis=axis))


def _along_each_axis(op: str, x: Tensor, size: Size, reduce: Callable[[Tensor, int], Tensor]) -> Tensor:
    # A window is a product of intervals, so that its mean and its maximum are taken along one axis after the other.
    shape = x.shape[2:]
    for axis, (n, count) in enumerate(zip(shape, per_axis(size, len(shape), "size"), strict=True), start=2):
        if n == 0:
            raise ShapeError(f"{op}: axis {axis} of `x` has no elements to pool")
        if n != count:
            whole = (slice(None),) * axis
            parts = [x[(*whole, slice(i * n // count, -(-(i + 1) * n // count)), ...)] for i in range(count)]
            x = stack([reduce(part, axis) for part in parts], axis=axis)
    return x
