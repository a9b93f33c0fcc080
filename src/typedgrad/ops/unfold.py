"""The elements under sliding windows as columns (`im2col`), and columns added up to where they came from."""

from __future__ import annotations

import math
from typing import Any

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import linear, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.taps import Taps, taps_of
from typedgrad.ops.windows import Padding, Size, dims, pads_of, per_axis, places
from typedgrad.shapes import Dim, Shape, divides, prod, same


@linear
@primitive
def unfold(
    x: Float[Tensor, "n c *spatial"],
    /,
    window: Size,
    *,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
) -> Float[Tensor, "n height count"]:
    """For each place of a sliding window a column of the elements under it: those of the first channel, then the next.

    The options are those of `conv2d`, along any number of axes; a convolution is a product of a matrix with `unfold`.

    Raises ShapeError if the window is larger than the padded input, or an option makes no sense.

    >>> tg.unfold(tg.asarray([[[1.0, 2.0, 3.0, 4.0]]]), 2)
    Tensor([[[1., 2., 3.],
             [2., 3., 4.]]], dtype=float32)
    """
    xp, taps = namespace(x), _taps(x.shape[2:], window, stride, padding, dilation)
    padded: Any = xp.zeros((*x.shape[:2], *taps.padded), dtype=x.dtype)
    padded[(..., *taps.inner)] = x
    out: Any = xp.empty((*x.shape[:2], len(taps.parts), *taps.places), dtype=x.dtype)
    for t, part in enumerate(taps.parts):
        out[:, :, t, ...] = padded[(..., *part)]
    return xp.reshape(out, (x.shape[0], x.shape[1] * len(taps.parts), math.prod(taps.places)))


@where(unfold)
def _(c: Dim, spatial: Shape, window: Size, stride: Size, padding: Padding, dilation: Size) -> dict[str, Dim]:
    sizes = dims(spatial)
    known = per_axis(window, len(sizes), "window")
    count = places(sizes, known, stride, padding, dilation, what="window")
    return {"height": c * math.prod(known), "count": prod(count)}


@linear
@primitive
def fold(
    columns: Float[Tensor, "n height count"],
    /,
    size: tuple[int, ...],
    window: Size,
    *,
    stride: Size = 1,
    padding: Padding = 0,
    dilation: Size = 1,
) -> Float[Tensor, "n c *spatial"]:
    """The adjoint of `unfold` for inputs that had the sizes `size`: columns added up to where their elements came from.

    Raises ShapeError if there are not as many columns as places, or their elements cannot be shared out to channels.

    >>> tg.fold(tg.asarray([[[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]]), (4,), 2)
    Tensor([[[1., 4., 6., 4.]]], dtype=float32)
    """
    xp, taps = namespace(columns), _taps(size, window, stride, padding, dilation)
    n, c = columns.shape[0], columns.shape[1] // len(taps.parts)
    given = xp.reshape(columns, (n, c, len(taps.parts), *taps.places))
    out: Any = xp.zeros((n, c, *taps.padded), dtype=columns.dtype)
    for t, part in enumerate(taps.parts):
        out[(..., *part)] += given[:, :, t, ...]
    return xp.asarray(out[(..., *taps.inner)], copy=True)


@where(fold)
def _(
    height: Dim, count: Dim, size: tuple[int, ...], window: Size, stride: Size, padding: Padding, dilation: Size
) -> dict[str, Dim | Shape]:
    known = per_axis(window, len(size), "window")
    found = prod(places(size, known, stride, padding, dilation, what="window"))
    same(count, found, "`columns` must have a column for each place of the window")
    divides(math.prod(known), height, "the elements under the window must divide the height of the columns")
    return {"c": height // math.prod(known), "spatial": size}


@vjp(unfold)
def _(
    g: Tensor, out: Tensor, x: Tensor, *, window: Size, stride: Size, padding: Padding, dilation: Size
) -> tuple[Tensor]:
    return (fold(g, x.shape[2:], window, stride=stride, padding=padding, dilation=dilation),)


@vjp(fold)
def _(
    g: Tensor, out: Tensor, columns: Tensor, *,
    size: tuple[int, ...], window: Size, stride: Size, padding: Padding, dilation: Size,
) -> tuple[Tensor]:  # fmt: skip
    return (unfold(g, window, stride=stride, padding=padding, dilation=dilation),)


def _taps(sizes: tuple[int, ...], window: Size, stride: Size, padding: Padding, dilation: Size) -> Taps:
    rank = len(sizes)
    known, steps, gaps = (
        per_axis(value, rank, name) for value, name in ((window, "window"), (stride, "stride"), (dilation, "dilation"))
    )
    return taps_of(sizes, known, steps, pads_of(sizes, known, stride, padding, dilation), gaps, flat=False)
