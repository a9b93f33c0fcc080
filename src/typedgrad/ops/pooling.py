"""What the kinds of pooling have in common: their options, and by how much a mean is divided."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple, TypeAlias

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import linear, primitive, vjp
from typedgrad.core.tensor import Tensor
from typedgrad.ops.sliding import largest, spread_sum, summed
from typedgrad.ops.taps import Taps, taps_of
from typedgrad.ops.windows import Padding, Pads, Size, pads_of, per_axis, places
from typedgrad.shapes import Dim, Inconclusive, ShapeError

Rounding: TypeAlias = Literal["floor", "ceil"]
Counts: TypeAlias = tuple[tuple[int, ...], ...]


class Windows(NamedTuple):
    """The options of the ops in `typedgrad.ops.sliding`."""

    window: tuple[int, ...]
    stride: tuple[int, ...]
    pads: Pads
    dilation: tuple[int, ...]

    def taps(self, shape: tuple[int, ...]) -> Taps:
        """Where the elements lie that are under them."""
        return taps_of(shape[2:], *self, flat=False)


class Pooling(NamedTuple):
    """The options of pooling, as users write them."""

    window: Size
    stride: Size | None
    padding: Padding
    dilation: Size
    rounding: Rounding

    def full(self, shape: tuple[int, ...]) -> Windows:
        """The options in full; a last window that reaches beyond the end finds padding there."""
        sizes = shape[2:]
        rank = len(sizes)
        window, dilation = per_axis(self.window, rank, "window"), per_axis(self.dilation, rank, "dilation")
        stride = window if self.stride is None else per_axis(self.stride, rank, "stride")
        pads = pads_of(sizes, window, stride, self.padding, dilation)
        if self.rounding == "ceil":
            counts: tuple[int, ...] = sizes_after(sizes, self)  # type: ignore[assignment]  # ints lead to ints
            spans = [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)]
            each = zip(sizes, counts, spans, stride, pads, strict=True)
            pads = tuple((a, max(b, (p - 1) * s + k - n - a)) for n, p, k, s, (a, b) in each)
        return Windows(window, stride, pads, dilation)


def sizes_after(sizes: tuple[Dim, ...], pooling: Pooling) -> tuple[Dim, ...]:
    """On how many places along each axis the window stops."""
    window, stride, padding, dilation, rounding = pooling
    if not isinstance(rounding, str):
        raise Inconclusive("the rounding is not known")
    rank = len(sizes)
    known = per_axis(window, rank, "window")
    ceil = rounding == "ceil"
    if not isinstance(padding, str):
        for k, d, pair in zip(
            known, per_axis(dilation, rank, "dilation"), pads_of((0,) * rank, known, 1, padding), strict=True
        ):
            if max(pair) > (k - 1) * d:
                raise ShapeError(f"a window of {k} could lie in the padding of {max(pair)} alone")
    strides = known if stride is None else stride
    return places(sizes, known, strides, padding, dilation, what="window", ceil=ceil)


def maxima(x: Tensor, pooling: Pooling) -> Tensor:
    """The largest element under each window of a raw array."""
    return largest(x, pooling.full(x.shape).taps(x.shape))


def sums(x: Tensor, pooling: Pooling) -> Tensor:
    """The sum of the elements under each window of a raw array."""
    return summed(x, pooling.full(x.shape).taps(x.shape))


def counts(sizes: tuple[int, ...], pooling: Pooling, *, count_padding: bool) -> Counts:
    """For each axis and place, how many elements are under the window: real ones, and padding that counts."""
    windows = pooling.full((1, 1, *sizes))
    asked = pads_of(sizes, windows.window, windows.stride, pooling.padding, windows.dilation)
    found = []
    for n, k, s, d, pads, (before, after) in zip(
        sizes, *windows[:2], windows.dilation, windows.pads, asked, strict=True
    ):
        first, end = (-before, n + after) if count_padding else (0, n)
        places = (sum(pads) + n - (k - 1) * d - 1) // s + 1
        starts = range(-pads[0], -pads[0] + places * s, s)
        found.append(tuple(sum(first <= start + t * d < end for t in range(k)) for start in starts))
    return tuple(found)


@linear
@primitive
def divide_counts(
    x: Float[Tensor, "n c *places"], /, *, counts: tuple[tuple[int, ...], ...]
) -> Float[Tensor, "n c *places"]:
    """Each element divided by the product of the counts of its place along each axis.

    >>> from typedgrad.ops.pooling import divide_counts
    >>> divide_counts(tg.asarray([[[1.0, 4.0, 6.0]]]), counts=((1, 2, 2),))
    Tensor([[[1., 2., 3.]]], dtype=float32)
    """
    return divided(x, counts)


@vjp(divide_counts)
def _(g: Tensor, out: Tensor, x: Tensor, *, counts: Counts) -> tuple[Tensor]:
    return (divide_counts(g, counts=counts),)


def divided(x: Tensor, counts: Counts) -> Tensor:
    """The body of `divide_counts`."""
    if all(len(set(along)) == 1 for along in counts):
        return x / math.prod(along[0] for along in counts)
    xp = namespace(x)
    for axis, along in enumerate(counts):
        column = xp.reshape(xp.asarray(along, dtype=x.dtype), (len(along), *(1,) * (len(counts) - axis - 1)))
        x = x / column
    return x


def mean_rule(g: Tensor, x: Tensor, pooling: Pooling, *, count_padding: bool) -> Tensor:
    """The cotangent of what means were taken of."""
    sizes = x.shape[2:]
    shared = divide_counts(g, counts=counts(sizes, pooling, count_padding=count_padding))
    return spread_sum(shared, size=sizes, **pooling.full(x.shape)._asdict())
