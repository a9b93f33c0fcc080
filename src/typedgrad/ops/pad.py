"""Elements around a tensor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from jaxtyping import Shaped

from typedgrad.backends import namespace
from typedgrad.core.primitive import jvp, primitive, vjp, where
from typedgrad.core.tensor import Scalar, Tensor
from typedgrad.ops.axes import of_rank
from typedgrad.ops.rearrange import flip
from typedgrad.ops.reduce import sum
from typedgrad.shapes import Dim, Shape, ShapeError, Star, at_most

Widths: TypeAlias = tuple[tuple[int, int], ...]
Mode: TypeAlias = Literal["constant", "reflect", "replicate", "circular"]


@primitive
def pad(
    x: Shaped[Tensor, "*old"],
    /,
    widths: tuple[tuple[int, int], ...],
    *,
    mode: Literal["constant", "reflect", "replicate", "circular"] = "constant",
    value: Scalar = 0,
) -> Shaped[Tensor, "*new"]:
    """`x` with more elements before and after those it has: for each axis `widths` says how many.

    Args:
        x: what to surround.
        widths: a pair (before, after) for each axis.
        mode: `constant` fills with `value`, `reflect` with the elements mirrored at the outermost one, which is not
            repeated, `replicate` with the outermost one, `circular` with those from the other end.
        value: what `constant` fills with.

    Raises:
        ShapeError: if there is not a pair for each axis, or an axis has too few elements to mirror, replicate or go
            round.

    >>> tg.pad(tg.asarray([1, 2, 3]), ((2, 1),), mode="reflect")
    Tensor([3, 2, 1, 2, 3, 2], dtype=int64)
    """
    return filled(x, widths, mode, value)


def filled(x: Tensor, widths: Widths, mode: Mode, value: Scalar) -> Tensor:
    """The body of `pad`."""
    xp = namespace(x)
    if mode == "constant":
        out: Any = xp.full(tuple(a + n + b for n, (a, b) in zip(x.shape, widths, strict=True)), value, dtype=x.dtype)
        out[_middle(x.shape, widths)] = x
        return out  # type: ignore[no-any-return]  # a raw array, fresh, that can still be changed
    for axis, (before, after) in enumerate(widths):
        places = xp.arange(-before, x.shape[axis] + after)
        last = x.shape[axis] - 1
        if mode == "reflect":
            places = last - xp.abs(last - xp.abs(places))
        elif mode == "circular" and last >= 0:
            places = places % (last + 1)
        x = xp.take(x, xp.clip(places, 0, last), axis=axis) if before or after else x
    return x


@where(pad)
def _(old: Shape, widths: Widths, mode: Mode) -> dict[str, Shape]:
    known = of_rank(old, len(widths))
    if len(known) != len(widths):
        raise ShapeError(f"widths must hold a pair for each of the {len(known)} axes, not {len(widths)}")
    return {
        "new": tuple(
            padded_size(n, *pair, mode, f"`widths` {pair} of axis {axis}")
            for axis, (n, pair) in enumerate(zip(known, widths, strict=True))
        )
    }


def padded_size(n: Dim | Star, before: int, after: int, mode: Mode, what: str) -> Dim:
    """The size of an axis with so many elements more; refuses what the mode cannot do. `what` says how many where."""
    assert not isinstance(n, Star)  # `of_rank` leaves no runs
    for width in (before, after):
        at_most(0, width, f"{what} must not be negative")
        if mode == "reflect":
            at_most(width + 1, n, f"{what} finds too few elements to mirror")
        elif mode == "circular":
            at_most(width, n, f"{what} finds too few elements to go round")
        elif mode == "replicate" and isinstance(width, int) and width > 0:
            at_most(1, n, f"{what} finds no element to replicate")
    return n + before + after


def _middle(shape: tuple[int, ...], widths: Widths) -> tuple[slice, ...]:
    return tuple(slice(before, before + n) for n, (before, _) in zip(shape, widths, strict=True))


@vjp(pad)
def _(g: Tensor, out: Tensor, x: Tensor, *, widths: Widths, mode: Mode, value: Scalar) -> tuple[Tensor]:
    return (pad_back(g, x.shape, widths, mode),)


def pad_back(g: Tensor, shape: tuple[int, ...], widths: Widths, mode: Mode) -> Tensor:
    """The cotangent of what was padded, which had this shape."""
    if mode == "constant":
        return g[(*_middle(shape, widths), ...)]
    for axis in reversed(range(len(widths))):
        before, after = widths[axis]
        n = shape[axis]
        start, middle, end = (
            g[(*(slice(None),) * axis, slice(*ends), ...)]
            for ends in ((0, before), (before, before + n), (before + n, before + n + after))
        )
        # What came from an element goes back to it: mirrored, or all to the outermost.
        if before:
            middle = middle + _back(start, axis, mode, _MARGINS[mode](n, before))
        if after:
            last = _MARGINS[mode](n, after)
            middle = middle + _back(end, axis, mode, (last[1], last[0]))
        g = middle
    return g


def _back(g: Tensor, axis: int, mode: Mode, around: tuple[int, int]) -> Tensor:
    """The cotangent of one margin, where it belongs."""
    if mode == "reflect":
        g = flip(g, axis=axis)
    elif mode == "replicate":
        g = sum(g, axis=axis, keepdims=True)
    return pad(g, (*((0, 0),) * axis, around, *((0, 0),) * (len(g.shape) - axis - 1)))


# Where the margin in front, of a width, came from among n elements: how many lie before and after those.
_MARGINS: dict[str, Callable[[int, int], tuple[int, int]]] = {
    "reflect": lambda n, width: (1, n - 1 - width),
    "replicate": lambda n, width: (0, n - 1),
    "circular": lambda n, width: (n - width, 0),
}


@jvp(pad)
def _(t: Tensor, out: Tensor, x: Tensor, *, widths: Widths, mode: Mode, value: Scalar) -> Tensor:
    return pad(t, widths, mode=mode)
