"""Maxima under windows that need not lie evenly: as many as a given size, or at random places.

The elements of each window are picked so that the windows lie side by side; then it is ordinary pooling.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import linear, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.core.typed import typed
from typedgrad.ops.resize import sizes_given
from typedgrad.ops.sliding import largest, slide_max, spread_first
from typedgrad.ops.taps import taps_of
from typedgrad.ops.windows import Size, per_axis
from typedgrad.shapes import Shape, ShapeError

if TYPE_CHECKING:
    from typedgrad.core.random import Key

Places = tuple[tuple[int, ...], ...]


@linear
@primitive
def pick_places(x: Float[Tensor, "n c *old"], /, *, places: tuple[tuple[int, ...], ...]) -> Float[Tensor, "n c *new"]:
    """Along each axis but the first two the elements at the given places, in that order.

    >>> from typedgrad.ops.adaptive import pick_places
    >>> pick_places(tg.asarray([[[1.0, 2.0, 3.0]]]), places=((2, 0, 0),))
    Tensor([[[3., 1., 1.]]], dtype=float32)
    """
    return _picked(x, places)


@linear
@primitive
def add_places(
    g: Float[Tensor, "n c *new"], /, *, places: tuple[tuple[int, ...], ...], size: tuple[int, ...]
) -> Float[Tensor, "n c *old"]:
    """The adjoint of `pick_places` for inputs that had the sizes `size`.

    >>> from typedgrad.ops.adaptive import add_places
    >>> add_places(tg.asarray([[[1.0, 2.0, 4.0]]]), places=((2, 0, 0),), size=(3,))
    Tensor([[[6., 0., 1.]]], dtype=float32)
    """
    xp = namespace(g)
    for axis, (along, n) in enumerate(zip(places, size, strict=True), start=2):
        out: Any = xp.zeros((*g.shape[:axis], n, *g.shape[axis + 1 :]), dtype=g.dtype)
        lead = (slice(None),) * axis
        for i, place in enumerate(along):
            out[(*lead, place, ...)] += g[(*lead, i, ...)]
        g = out
    return g


@where(pick_places)
def _(places: Places) -> dict[str, Shape]:
    return {"new": tuple(map(len, places))}


@where(add_places)
def _(size: tuple[int, ...]) -> dict[str, Shape]:
    return {"old": size}


@vjp(pick_places)
def _(g: Tensor, out: Tensor, x: Tensor, *, places: Places) -> tuple[Tensor]:
    return (add_places(g, places=places, size=x.shape[2:]),)


@vjp(add_places)
def _(t: Tensor, out: Tensor, g: Tensor, *, places: Places, size: tuple[int, ...]) -> tuple[Tensor]:
    return (pick_places(t, places=places),)


@primitive
def adaptive_max_pool(x: Float[Tensor, "n c *old"], /, size: Size) -> Float[Tensor, "n c *new"]:
    """The largest elements of `size` windows, as those of `adaptive_avg_pool`; of equal ones the first counts.

    Raises ShapeError if an axis has no elements, or `size` makes no sense.

    >>> tg.adaptive_max_pool(tg.asarray([[[1.0, 2.0, 3.0, 4.0, 5.0]]]), 2)
    Tensor([[[3., 5.]]], dtype=float32)
    """
    places, options = _windows(x.shape[2:], size)
    picked = _picked(x, places)
    return largest(picked, taps_of(picked.shape[2:], *options.values(), flat=False))


@where(adaptive_max_pool)
def _(old: Shape, size: Size) -> dict[str, Shape]:
    return {"new": sizes_given(old, size)}


@vjp(adaptive_max_pool)
def _(g: Tensor, out: Tensor, x: Tensor, *, size: Size) -> tuple[Tensor]:
    places, options = _windows(x.shape[2:], size)
    chosen = spread_first(g, pick_places(x, places=places), **options)
    return (add_places(chosen, places=places, size=x.shape[2:]),)


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
    places = []
    for axis, (n, k, m, u) in enumerate(zip(sizes, windows, counts, shifts, strict=True), start=2):
        if n < k + m - 1:
            raise ShapeError(
                f"fractional_max_pool: axis {axis} of `x` has {n} elements, too few for {m} windows of {k}"
            )
        step = (n - k) / max(m - 1, 1)
        starts = [int((i + u) * step) - int(u * step) for i in range(m - 1)] + [n - k]
        places.append(tuple(start + t for start in starts for t in range(k)))
    zeros, ones = ((0, 0),) * rank, (1,) * rank
    return slide_max(pick_places(x, places=tuple(places)), window=windows, stride=windows, pads=zeros, dilation=ones)


def _uniform(key: Key | None, count: int) -> list[float]:
    if key is None:
        return [0.5] * count
    from typedgrad.core.random import uniform

    drawn: list[float] = uniform(key, (count,)).numpy().tolist()
    return drawn


def _windows(sizes: tuple[int, ...], size: Size) -> tuple[Places, dict[str, Any]]:
    """The places under each window, filled up with its last one to the size of the largest; how to pool them."""
    places, spans = [], []
    for n, m in zip(sizes, per_axis(size, len(sizes), "size"), strict=True):
        ends = [(i * n // m, -(-(i + 1) * n // m)) for i in range(m)]
        span = max(end - start for start, end in ends)
        places.append(tuple(min(start + t, end - 1) for start, end in ends for t in range(span)))
        spans.append(span)
    window, rank = tuple(spans), len(sizes)
    return tuple(places), {"window": window, "stride": window, "pads": ((0, 0),) * rank, "dilation": (1,) * rank}


def _picked(x: Tensor, places: Places) -> Tensor:
    xp = namespace(x)
    made = x
    for axis, along in enumerate(places, start=2):
        if along != tuple(range(x.shape[axis])):
            made = xp.take(made, xp.asarray(along, dtype=xp.int64), axis=axis)
    return xp.asarray(made, copy=True) if made is x else made
