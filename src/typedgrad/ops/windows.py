"""How windows slide over the last axes of a tensor: what convolutions and pooling have in common in their shapes.

Sizes may be symbols here; what they leave open raises `Inconclusive`.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from typedgrad.ops.axes import with_rank_known
from typedgrad.shapes import Dim, Inconclusive, Shape, ShapeError, Star, at_most, divides

Size: TypeAlias = int | tuple[int, ...]
Pair: TypeAlias = tuple[int, int]
Named: TypeAlias = Literal["same", "valid", "causal", "strict"]
Padding: TypeAlias = int | tuple[int, ...] | tuple[Pair, ...] | Named
Pads: TypeAlias = tuple[Pair, ...]

_AXES = {1: ("width",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def per_axis(value: Size, rank: int, name: str, least: int = 1) -> tuple[int, ...]:
    """An option that is one number for all `rank` axes, or a tuple of one for each.

    >>> per_axis(2, 3, "stride")
    (2, 2, 2)
    """
    if isinstance(value, int):
        value = (value,) * rank
    if not isinstance(value, tuple):
        raise Inconclusive(f"{name} is not known")
    if len(value) != rank:
        raise ShapeError(f"`{name}` must be one number, or one for each of the {rank} axes, not {value}")
    for n in value:
        if n < least:
            raise ShapeError(f"`{name}` must be at least {least}, not {n}")
    return value


def pads_of(
    sizes: tuple[int, ...], window: tuple[int, ...], stride: Size, padding: Padding, dilation: Size = 1
) -> Pads:
    """How many places are added before and after each axis.

    `same` adds as many as make the result as large as the input, divided by the stride and rounded up; where they
    cannot be shared evenly the end gets one more. `causal` adds all before, so that nothing looks ahead.

    >>> pads_of((5, 6), (3, 2), 1, "same")
    ((1, 1), (0, 1))
    """
    rank = len(sizes)
    if not isinstance(padding, str):
        return _explicit(padding, rank)
    strides, spans = per_axis(stride, rank, "stride"), _spans(window, per_axis(dilation, rank, "dilation"))
    if padding == "same":
        missing = [max((-(-n // s) - 1) * s + k - n, 0) for n, k, s in zip(sizes, spans, strides, strict=True)]
        return tuple((total // 2, total - total // 2) for total in missing)
    return tuple((k - 1, 0) if padding == "causal" else (0, 0) for k in spans)


def _explicit(padding: int | tuple[int, ...] | tuple[Pair, ...], rank: int) -> Pads:
    given = (padding,) * rank if isinstance(padding, int) else padding
    pads = tuple((n, n) if isinstance(n, int) else n for n in given)
    if len(pads) != rank:
        raise ShapeError(f"`padding` must be one number, or one (or a pair) for each of the {rank} axes, not {padding}")
    for pair in pads:
        if min(pair) < 0:
            raise ShapeError(f"`padding` must not be negative, but is {padding}")
    return pads


def _spans(window: tuple[int, ...], dilation: tuple[int, ...]) -> tuple[int, ...]:
    return tuple((k - 1) * d + 1 for k, d in zip(window, dilation, strict=True))


def places(
    sizes: Shape,
    window: Shape,
    stride: Size,
    padding: Padding,
    dilation: Size = 1,
    *,
    what: str = "kernel",
    ceil: bool = False,
) -> tuple[Dim, ...]:
    """On how many places along each axis a window stops.

    >>> places((28, 28), (5, 5), 2, 0)
    (12, 12)
    """
    known, windows = dims(sizes), dims(window)
    rank = len(known)
    if len(windows) != rank:
        raise ShapeError(f"there are {rank} axes to slide over, but the {what} has {len(windows)}")
    strides, dilations = per_axis(stride, rank, "stride"), per_axis(dilation, rank, "dilation")
    pads = _known_pads(padding, rank)
    found: list[Dim] = []
    for i, (n, k, s, d, (before, after)) in enumerate(zip(known, windows, strides, dilations, pads, strict=True)):
        axis = _AXES[rank][i] if rank in _AXES else f"axis {i}"
        at_most(1, k, f"the {what} has no elements along the {axis}")
        if padding in ("same", "causal"):
            found.append((n + (s - 1)) // s)
            continue
        span, total = (k - 1) * d + 1, n + (before + after)
        at_most(span, total, f"the {axis} of the {what} is more than that of the padded input")
        if padding == "strict":
            divides(
                s, total - span, f"with padding='strict' the stride must divide what the {what} leaves of the {axis}"
            )
        if ceil:  # a last window that would start in the padding behind is left out
            found.append(_rounded_up(total - span, s, n + before))
        else:
            found.append((total - span) // s + 1)
    return tuple(found)


def _known_pads(padding: Padding, rank: int) -> Pads:
    """What can be said without the sizes; nothing is added where a name has its own rule."""
    if isinstance(padding, str):
        if padding == "causal" and rank != 1:
            raise ShapeError(f"`padding` may be 'causal' along one axis only, not along {rank}")
        return ((0, 0),) * rank
    if isinstance(padding, (int, tuple)):
        return _explicit(padding, rank)
    raise Inconclusive("the padding is not known")


def _rounded_up(rest: Dim, stride: int, end: Dim) -> Dim:
    if isinstance(rest, int) and isinstance(end, int):
        count = -(-rest // stride) + 1
        return count - 1 if (count - 1) * stride >= end else count
    room = end - rest  # the last window starts before `rest + stride`
    if isinstance(room, int) and room >= stride:
        return (rest + (stride - 1)) // stride + 1
    raise Inconclusive("whether the last window starts in the padding is not known")


def dims(sizes: Shape) -> tuple[Dim, ...]:
    """The sizes, if it is certain how many they are."""
    return tuple(n for n in with_rank_known(sizes) if not isinstance(n, Star))
