"""Maxima under windows that need not lie evenly: as many as a given size, or at random places.

One axis after the other: for all windows at once their first elements, then their second ones, and so on.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from jaxtyping import Float

from typedgrad.backends import backend_of, namespace
from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.core.typed import typed
from typedgrad.ops.resize import sizes_given
from typedgrad.ops.windows import Size, per_axis
from typedgrad.shapes import Shape, ShapeError, same

if TYPE_CHECKING:
    from typedgrad.core.random import Key

Windows = tuple[tuple[tuple[int, int], ...], ...]  # for each axis, the first element of each window and its end


@primitive
def max_between(
    x: Float[Tensor, "n c *old"], /, *, windows: tuple[tuple[tuple[int, int], ...], ...]
) -> Float[Tensor, "n c *new"]:
    """The largest element under each window: along each axis but the first two, from a first element to an end.

    >>> from typedgrad.ops.adaptive import max_between
    >>> max_between(tg.asarray([[[1.0, 2.0, 3.0]]]), windows=(((0, 2), (2, 3)),))
    Tensor([[[2., 3.]]], dtype=float32)
    """
    return _largest(x, windows)


@primitive
def pick_between(
    y: Float[Tensor, "n c *old"], x: Float[Tensor, "n c *old"], /, *, windows: tuple[tuple[tuple[int, int], ...], ...]
) -> Float[Tensor, "n c *new"]:
    """From under each window the element of `y` where `x` is largest; the first, if there are several.

    >>> from typedgrad.ops.adaptive import pick_between
    >>> x, y = tg.asarray([[[1.0, 4.0, 4.0]]]), tg.asarray([[[5.0, 6.0, 7.0]]])
    >>> pick_between(y, x, windows=(((0, 2), (0, 3)),))
    Tensor([[[6., 6.]]], dtype=float32)
    """
    xp = namespace(x)
    return xp.reshape(xp.take(xp.reshape(y, (-1,)), _places(x, windows), axis=0), _shape(x, windows))


@primitive
def spread_between(
    g: Float[Tensor, "n c *new"], x: Float[Tensor, "n c *old"], /, *, windows: tuple[tuple[tuple[int, int], ...], ...]
) -> Float[Tensor, "n c *old"]:
    """The adjoint of `pick_between`: each element of `g` goes to where `x` is largest under its window.

    >>> from typedgrad.ops.adaptive import spread_between
    >>> x, g = tg.asarray([[[1.0, 4.0, 4.0]]]), tg.asarray([[[5.0, 6.0]]])
    >>> spread_between(g, x, windows=(((0, 2), (0, 3)),))
    Tensor([[[ 0., 11.,  0.]]], dtype=float32)
    """
    xp = namespace(x)
    zeros = xp.zeros((math.prod(x.shape),), dtype=g.dtype)
    return xp.reshape(backend_of(g).scatter_add(zeros, (_places(x, windows),), xp.reshape(g, (-1,))), x.shape)


def _count(windows: Windows) -> dict[str, Shape]:
    return {"new": tuple(map(len, windows))}


where(max_between)(_count)
where(pick_between)(_count)


@where(spread_between)
def _(new: Shape, windows: Windows) -> dict[str, Shape]:
    same(new, tuple(map(len, windows)), "`g` must have an element for each window")
    return {}


@vjp(max_between)
def _(g: Tensor, out: Tensor, x: Tensor, *, windows: Windows) -> tuple[Tensor]:
    return (spread_between(g, x, windows=windows),)


# What is chosen changes in steps only: `x` has no gradient.


@vjp(pick_between)
def _(g: Tensor, out: Tensor, y: Tensor, x: Tensor, *, windows: Windows) -> tuple[Tensor, None]:
    return spread_between(g, x, windows=windows), None


@vjp(spread_between)
def _(t: Tensor, out: Tensor, g: Tensor, x: Tensor, *, windows: Windows) -> tuple[Tensor, None]:
    return pick_between(t, x, windows=windows), None


@primitive
def adaptive_max_pool(x: Float[Tensor, "n c *old"], /, size: Size) -> Float[Tensor, "n c *new"]:
    """The largest elements of `size` windows, as those of `adaptive_avg_pool`; of equal ones the first counts.

    Raises ShapeError if an axis has no elements, or `size` makes no sense.

    >>> tg.adaptive_max_pool(tg.asarray([[[1.0, 2.0, 3.0, 4.0, 5.0]]]), 2)
    Tensor([[[3., 5.]]], dtype=float32)
    """
    return _largest(x, _windows(x.shape[2:], size))


@where(adaptive_max_pool)
def _(old: Shape, size: Size) -> dict[str, Shape]:
    return {"new": sizes_given(old, size)}


@vjp(adaptive_max_pool)
def _(g: Tensor, out: Tensor, x: Tensor, *, size: Size) -> tuple[Tensor]:
    return (spread_between(g, x, windows=_windows(x.shape[2:], size)),)


@typed
def fractional_max_pool(
    x: Float[Tensor, "n c *spatial"], /, window: Size, *, size: Size, key: Key | None = None
) -> Float[Tensor, "n c ..."]:
    """The largest elements of `size` windows whose distances are random, between the two integers that suit.

    Args:
        x: channels first.
        window: the sizes of the windows, which may overlap.
        size: how many there are along each axis.
        key: draws their places, the same ones for all examples and channels; without it they lie evenly.

    Raises:
        ShapeError: if there are more windows than places, or an option makes no sense.

    Source: Graham, "Fractional max-pooling", 2014.

    >>> tg.fractional_max_pool(tg.ones((1, 2, 9, 9)), 2, size=6, key=tg.random.key(0)).shape
    (1, 2, 6, 6)
    """
    sizes = x.shape[2:]
    rank = len(sizes)
    windows, counts = per_axis(window, rank, "window"), per_axis(size, rank, "size")
    shifts = _uniform(key, rank)
    between = []
    for axis, (n, k, m, u) in enumerate(zip(sizes, windows, counts, shifts, strict=True), start=2):
        if n < k + m - 1:
            raise ShapeError(
                f"fractional_max_pool: axis {axis} of `x` has {n} elements, too few for {m} windows of {k}"
            )
        step = (n - k) / max(m - 1, 1)
        starts = [int((i + u) * step) - int(u * step) for i in range(m - 1)] + [n - k]
        between.append(tuple((start, start + k) for start in starts))
    return max_between(x, windows=tuple(between))


def _uniform(key: Key | None, count: int) -> list[float]:
    if key is None:
        return [0.5] * count
    from typedgrad.core.random import uniform

    drawn: list[float] = uniform(key, (count,)).numpy().tolist()
    return drawn


def _windows(sizes: tuple[int, ...], size: Size) -> Windows:
    """Windows that meet or overlap by one element, for `size` of them."""
    each = zip(sizes, per_axis(size, len(sizes), "size"), strict=True)
    return tuple(tuple((i * n // m, -(-(i + 1) * n // m)) for i in range(m)) for n, m in each)


def _shape(x: Tensor, windows: Windows) -> tuple[int, ...]:
    return (*x.shape[:2], *map(len, windows))


def _taps(along: tuple[tuple[int, int], ...]) -> list[list[int]]:
    """The first elements of all windows, their second ones, and so on; narrower windows repeat their last one."""
    widest = max((end - start for start, end in along), default=1)
    return [[min(start + t, end - 1) for start, end in along] for t in range(widest)]


def _largest(x: Tensor, windows: Windows) -> Tensor:
    xp = namespace(x)
    for axis, along in enumerate(windows, start=2):
        best: Tensor | None = None
        for places in _taps(along):
            seen = xp.take(x, xp.asarray(places, dtype=xp.int64), axis=axis)
            best = seen if best is None else xp.maximum(best, seen)
        x = x if best is None else best
    return x if windows else xp.asarray(x, copy=True)


def _places(x: Tensor, windows: Windows) -> Tensor:
    """Where in the flat `x` the first of the largest elements of each window stands, all one behind the other.

    NaN is larger than every number. The last axis first: of equal elements that of the first row counts.
    """
    xp, step = namespace(x), 1
    images = xp.arange(math.prod(x.shape[:2])) * math.prod(x.shape[2:])
    at = xp.zeros((1,) * len(x.shape), dtype=xp.int64)
    largest = x
    for axis, along in reversed(list(enumerate(windows, start=2))):
        best: Tensor | None = None
        found = at
        for places in _taps(along):
            index = xp.asarray(places, dtype=xp.int64)
            seen = xp.take(largest, index, axis=axis)
            before = at if step == 1 else xp.take(at, index, axis=axis)
            here = before + xp.reshape(index * step, (len(along), *(1,) * (len(x.shape) - 1 - axis)))
            if best is None:
                best, found = seen, xp.broadcast_to(here, seen.shape)
            else:
                better = ~(seen <= best) & (best == best)  # noqa: PLR0124  # whether it is a number
                best, found = xp.where(better, seen, best), xp.where(better, here, found)
        largest, at, step = largest if best is None else best, found, step * x.shape[axis]
    return xp.reshape(at + xp.reshape(images, (*x.shape[:2], *(1,) * len(windows))), (-1,))
