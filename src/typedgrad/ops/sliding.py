"""Sums and maxima under sliding windows, over any number of axes, closed under differentiation.

`slide_sum` and `spread_sum` are each other's adjoint, and so are `pick_first` and `spread_first`, which carry values
along the ways that the maxima of `x` have chosen.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from jaxtyping import Bool, Float

from typedgrad.backends import namespace
from typedgrad.backends.workers import for_each, workers
from typedgrad.core.primitive import linear, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops import windows
from typedgrad.ops.taps import Slices, Taps, taps_of
from typedgrad.ops.windows import Pads
from typedgrad.shapes import Shape, same

if TYPE_CHECKING:
    from collections.abc import Iterator

Sizes = tuple[int, ...]

_ELEMENTS = 1 << 17  # at one time


@linear
@primitive
def slide_sum(
    x: Float[Tensor, "n c *spatial"],
    /,
    *,
    window: tuple[int, ...],
    stride: tuple[int, ...],
    pads: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
) -> Float[Tensor, "n c *places"]:
    """The sum of the elements under each window.

    >>> from typedgrad.ops.sliding import slide_sum
    >>> slide_sum(tg.asarray([[[1.0, 2.0, 4.0]]]), window=(2,), stride=(1,), pads=((0, 0),), dilation=(1,))
    Tensor([[[3., 6.]]], dtype=float32)
    """
    return summed(x, _taps(x.shape, window, stride, pads, dilation))


@linear
@primitive
def spread_sum(
    g: Float[Tensor, "n c *places"],
    /,
    *,
    size: tuple[int, ...],
    window: tuple[int, ...],
    stride: tuple[int, ...],
    pads: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
) -> Float[Tensor, "n c *spatial"]:
    """The adjoint of `slide_sum`: each element of `g` added to all elements under its window.

    >>> from typedgrad.ops.sliding import spread_sum
    >>> spread_sum(tg.asarray([[[1.0, 2.0]]]), size=(3,), window=(2,), stride=(1,), pads=((0, 0),), dilation=(1,))
    Tensor([[[1., 3., 2.]]], dtype=float32)
    """
    taps = _taps((1, 1, *size), window, stride, pads, dilation)
    out: Any = namespace(g).zeros((*g.shape[:2], *taps.padded), dtype=g.dtype)
    for part in taps.parts:
        out[(..., *part)] += g
    return out[(..., *taps.inner)]  # type: ignore[no-any-return]  # a raw array


@primitive
def slide_max(
    x: Float[Tensor, "n c *spatial"],
    /,
    *,
    window: tuple[int, ...],
    stride: tuple[int, ...],
    pads: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
) -> Float[Tensor, "n c *places"]:
    """The largest of the elements under each window; what is added at the ends is less than every number.

    >>> from typedgrad.ops.sliding import slide_max
    >>> slide_max(tg.asarray([[[1.0, 2.0, 4.0]]]), window=(2,), stride=(1,), pads=((0, 0),), dilation=(1,))
    Tensor([[[2., 4.]]], dtype=float32)
    """
    return largest(x, _taps(x.shape, window, stride, pads, dilation))


@primitive
def pick_first(
    y: Float[Tensor, "n c *spatial"],
    x: Float[Tensor, "n c *spatial"],
    /,
    *,
    window: tuple[int, ...],
    stride: tuple[int, ...],
    pads: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
) -> Float[Tensor, "n c *places"]:
    """From under each window the element of `y` where `x` is largest; the first, if there are several.

    >>> from typedgrad.ops.sliding import pick_first
    >>> x, y = tg.asarray([[[1.0, 4.0, 4.0]]]), tg.asarray([[[5.0, 6.0, 7.0]]])
    >>> pick_first(y, x, window=(2,), stride=(1,), pads=((0, 0),), dilation=(1,))
    Tensor([[[6., 6.]]], dtype=float32)
    """
    xp, taps = namespace(x), _taps(x.shape, window, stride, pads, dilation)
    padded = _padded(y, taps, 0.0)
    out: Any = xp.zeros((*x.shape[:2], *taps.places), dtype=y.dtype)
    for part, chosen in _chosen(x, taps):
        out = xp.where(chosen, padded[(..., *part)], out)
    return out  # type: ignore[no-any-return]  # a raw array


@primitive
def spread_first(
    g: Float[Tensor, "n c *places"],
    x: Float[Tensor, "n c *spatial"],
    /,
    *,
    window: tuple[int, ...],
    stride: tuple[int, ...],
    pads: tuple[tuple[int, int], ...],
    dilation: tuple[int, ...],
) -> Float[Tensor, "n c *spatial"]:
    """The adjoint of `pick_first`: each element of `g` goes to where `x` is largest under its window.

    >>> from typedgrad.ops.sliding import spread_first
    >>> x, g = tg.asarray([[[1.0, 4.0, 4.0]]]), tg.asarray([[[5.0, 6.0]]])
    >>> spread_first(g, x, window=(2,), stride=(1,), pads=((0, 0),), dilation=(1,))
    Tensor([[[ 0., 11.,  0.]]], dtype=float32)
    """
    xp, taps = namespace(x), _taps(x.shape, window, stride, pads, dilation)
    n, c = x.shape[:2]
    out: Any = xp.zeros((n * c, 1, *taps.padded), dtype=g.dtype)
    nothing = xp.zeros((), dtype=g.dtype)
    images, given = xp.reshape(x, (n * c, 1, *x.shape[2:])), xp.reshape(g, (n * c, 1, *g.shape[2:]))

    def spread(some: slice) -> None:
        for part, chosen in _chosen(images[some, ...], taps):
            out[(some, slice(None), *part)] += xp.where(chosen, given[some, ...], nothing)

    for_each(x, _some(images), spread)
    return xp.reshape(out, (n, c, *taps.padded))[(..., *taps.inner)]


def summed(x: Tensor, taps: Taps) -> Tensor:
    """The body of `slide_sum`."""
    padded = _padded(x, taps, 0.0)
    out: Any = namespace(x).zeros((*x.shape[:2], *taps.places), dtype=x.dtype)
    for part in taps.parts:
        out += padded[(..., *part)]
    return out  # type: ignore[no-any-return]  # a raw array


def largest(x: Tensor, taps: Taps) -> Tensor:
    """The body of `slide_max`."""
    xp = namespace(x)
    padded = _padded(x, taps, -xp.inf)
    out = padded[(..., *taps.parts[0])]
    for part in taps.parts[1:]:
        out = xp.maximum(out, padded[(..., *part)])
    return out if len(taps.parts) > 1 else xp.asarray(out, copy=True)


def _taps(shape: Sizes, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes) -> Taps:
    return taps_of(shape[2:], window, stride, pads, dilation, flat=False)


def _padded(x: Tensor, taps: Taps, value: float) -> Tensor:
    if taps.padded == x.shape[2:]:
        return x
    out: Any = namespace(x).full((*x.shape[:2], *taps.padded), value, dtype=x.dtype)
    out[(..., *taps.inner)] = x
    return out  # type: ignore[no-any-return]  # a raw array


def _some(x: Tensor) -> list[slice]:
    """A few channels at a time, which stay in the cache."""
    n, *others = x.shape
    few = max(1, min(-(-n // workers()), _ELEMENTS // max(1, math.prod(others))))
    return [slice(i, min(i + few, n)) for i in range(0, n, few)]


def _chosen(x: Tensor, taps: Taps) -> Iterator[tuple[Slices, Bool[Tensor, "..."]]]:
    """For each tap, in order, the windows whose first largest element it sees. NaN is larger than every number."""
    xp = namespace(x)
    padded: Any = _padded(x, taps, -xp.inf)
    best = largest(x, taps)
    broken = xp.isnan(best)
    whole = not bool(xp.any(broken))
    free: Any = xp.ones(best.shape, dtype=xp.bool)
    for part in taps.parts:
        seen = padded[(..., *part)]
        here = xp.equal(seen, best)
        if not whole:
            here = xp.logical_or(here, xp.logical_and(broken, xp.isnan(seen)))
        here &= free
        free ^= here
        yield part, here


def _slid(spatial: Shape, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes) -> dict[str, Shape]:
    return {"places": windows.places(spatial, window, stride, pads, dilation, what="window")}


for _op in (slide_sum, slide_max, pick_first):
    where(_op)(_slid)


@where(spread_sum)
def _(places: Shape, size: Sizes, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes) -> dict[str, Shape]:
    found = windows.places(size, window, stride, pads, dilation, what="window")
    same(places, found, "`g` must have the sizes of the result")
    return {"spatial": size}


@where(spread_first)
def _(places: Shape, spatial: Shape, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes) -> dict[str, Shape]:
    found = windows.places(spatial, window, stride, pads, dilation, what="window")
    same(places, found, "`g` must have the sizes of the result")
    return {}


@vjp(slide_sum)
def _(g: Tensor, out: Tensor, x: Tensor, *, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes) -> tuple[Tensor]:
    return (spread_sum(g, size=x.shape[2:], window=window, stride=stride, pads=pads, dilation=dilation),)


@vjp(spread_sum)
def _(
    t: Tensor, out: Tensor, g: Tensor, *, size: Sizes, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes
) -> tuple[Tensor]:
    return (slide_sum(t, window=window, stride=stride, pads=pads, dilation=dilation),)


@vjp(slide_max)
def _(g: Tensor, out: Tensor, x: Tensor, *, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes) -> tuple[Tensor]:
    return (spread_first(g, x, window=window, stride=stride, pads=pads, dilation=dilation),)


# What is chosen changes in steps only: `x` has no gradient.


@vjp(pick_first)
def _(
    g: Tensor, out: Tensor, y: Tensor, x: Tensor, *, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes
) -> tuple[Tensor, None]:
    return spread_first(g, x, window=window, stride=stride, pads=pads, dilation=dilation), None


@vjp(spread_first)
def _(
    t: Tensor, out: Tensor, g: Tensor, x: Tensor, *, window: Sizes, stride: Sizes, pads: Pads, dilation: Sizes
) -> tuple[Tensor, None]:
    return pick_first(t, x, window=window, stride=stride, pads=pads, dilation=dilation), None
