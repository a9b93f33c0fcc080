"""Max pooling that says where the largest elements lie, and the way back."""

from __future__ import annotations

import math
from typing import Any, Literal

from jaxtyping import Float, Int64

from typedgrad.backends import backend_of, namespace
from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.axes import with_rank_known
from typedgrad.ops.gather import take_along_axis
from typedgrad.ops.move import reshape
from typedgrad.ops.pooling import Pooling, Rounding, sizes_after
from typedgrad.ops.windows import Padding, Size, dims
from typedgrad.shapes import Shape, same


@primitive
def max_pool_with_indices(
    x: Float[Tensor, "n c *spatial"],
    /,
    window: Size,
    *,
    stride: Size | None = None,
    padding: Padding = 0,
    dilation: Size = 1,
    rounding: Literal["floor", "ceil"] = "floor",
) -> tuple[Float[Tensor, "n c *places"], Int64[Tensor, "n c *places"]]:
    """The largest element under each window, and where it lies: its position among all elements of its channel.

    The options are those of `max_pool2d`; along any number of axes.

    Raises ShapeError if the window is larger than the padded input, or an option makes no sense.

    >>> tg.max_pool_with_indices(tg.asarray([[[1.0, 3.0, 2.0, 5.0]]]), 2)
    (Tensor([[[3., 5.]]], dtype=float32), Tensor([[[1, 3]]], dtype=int64))
    """
    xp, sizes = namespace(x), x.shape[2:]
    taps = Pooling(window, stride, padding, dilation, rounding).full(x.shape).taps(x.shape)
    padded: Any = xp.full((*x.shape[:2], *taps.padded), -xp.inf, dtype=x.dtype)
    padded[(..., *taps.inner)] = x
    numbers: Any = xp.zeros(taps.padded, dtype=xp.int64)
    numbers[taps.inner] = xp.reshape(xp.arange(math.prod(sizes), dtype=xp.int64), sizes)
    # Minus infinity may be an element or padding: the first place that is none must win then.
    real: Any = xp.zeros(taps.padded, dtype=xp.bool)
    real[taps.inner] = True
    best: Any = None
    for part in taps.parts:
        seen, place, there = padded[(..., *part)], numbers[part], real[part]
        if best is None:
            best, found = xp.asarray(seen, copy=True), xp.broadcast_to(place, seen.shape)
            valid = xp.broadcast_to(there, seen.shape)
            continue
        larger = xp.logical_or(seen > best, xp.logical_and(xp.isnan(seen), xp.logical_not(xp.isnan(best))))
        larger = xp.logical_or(larger, xp.logical_and(there, xp.logical_not(valid)))
        best, found = xp.where(larger, seen, best), xp.where(larger, place, found)
        valid = xp.logical_or(valid, there)
    return best, xp.asarray(found, copy=True)


@where(max_pool_with_indices)
def _(
    spatial: Shape, window: Size, stride: Size | None, padding: Padding, dilation: Size, rounding: Rounding
) -> dict[str, Shape]:
    return {"places": sizes_after(dims(spatial), Pooling(window, stride, padding, dilation, rounding))}


@vjp(max_pool_with_indices)
def _(
    g: tuple[Tensor, Tensor], out: tuple[Tensor, Tensor], x: Tensor, *,
    window: Size, stride: Size | None, padding: Padding, dilation: Size, rounding: Rounding,
) -> tuple[Tensor]:  # fmt: skip
    return (max_unpool(g[0], out[1], size=x.shape[2:]),)


@primitive
def max_unpool(
    x: Float[Tensor, "n c *places"], indices: Int64[Tensor, "n c *places"], /, *, size: tuple[int, ...]
) -> Float[Tensor, "n c *spatial"]:
    """Zeros of the sizes `size`, with the elements of `x` put back to where `max_pool_with_indices` found them.

    What goes to the same place is added up.

    Raises ShapeError if `size` has not a number for each axis, IndexError for positions out of range.

    >>> tg.max_unpool(tg.asarray([[[3.0, 5.0]]]), tg.asarray([[[1, 3]]]), size=(4,))
    Tensor([[[0., 3., 0., 5.]]], dtype=float32)
    """
    xp, count = namespace(x), math.prod(size)
    if 0 not in indices.shape and bool(xp.any(xp.logical_or(indices < 0, indices >= count))):
        low, high = int(xp.min(indices)), int(xp.max(indices))
        raise IndexError(f"max_unpool: `indices` must be from 0 to {count - 1}, but are from {low} to {high}")
    (n, c), zeros = x.shape[:2], xp.zeros((*x.shape[:2], count), dtype=x.dtype)
    own = xp.reshape(xp.arange(n), (n, 1, 1)), xp.reshape(xp.arange(c), (c, 1))
    line = (n, c, math.prod(x.shape[2:]))
    made = backend_of(x).scatter_add(zeros, (*own, xp.reshape(indices, line)), xp.reshape(x, line))
    return xp.reshape(made, (n, c, *size))


@where(max_unpool)
def _(places: Shape, size: tuple[int, ...]) -> dict[str, Shape]:
    same(len(with_rank_known(places)), len(size), "`size` must have a number for each axis of `x` but the first two")
    return {"spatial": size}


@vjp(max_unpool, "x")
def _(g: Tensor, out: Tensor, x: Tensor, indices: Tensor, *, size: tuple[int, ...]) -> Tensor:
    return reshape(take_along_axis(_lines(g), _lines(indices), axis=2), x.shape)


def _lines(x: Tensor) -> Tensor:
    return reshape(x, (*x.shape[:2], math.prod(x.shape[2:])))
