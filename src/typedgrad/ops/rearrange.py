"""The same elements in another order, or the same order over other axes."""

from __future__ import annotations

import math

from jaxtyping import Shaped

from typedgrad.backends import namespace
from typedgrad.core.primitive import linear, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.axes import Axis, axes_of, with_rank_known
from typedgrad.ops.move import reshape
from typedgrad.shapes import Shape, ShapeError, Star, axis_index, prod


@linear
@primitive
def flatten(x: Shaped[Tensor, "*old"], /, *, start: int = 0, end: int = -1) -> Shaped[Tensor, "*new"]:
    """The axes from `start` to `end`, both included, made one.

    >>> tg.flatten(tg.ones((2, 3, 4)), start=1).shape
    (2, 12)
    """
    shape = x.shape
    i, j = (start % len(shape), end % len(shape) + 1) if shape else (0, 0)
    return namespace(x).reshape(x, (*shape[:i], math.prod(shape[i:j]), *shape[j:]))


@where(flatten)
def _(old: Shape, start: int, end: int) -> dict[str, Shape]:
    i, j = _span(old, start, end)
    return {"new": (*old[:i], prod(old[i:j]), *old[j:])}


def _span(shape: Shape, start: int, end: int) -> tuple[int, int]:
    """The axes to be made one, as a slice of the shape."""
    if not shape:
        return 0, 0
    # The axes to be made one may contain a run of axes: one more axis before it, or after it, makes both ends certain.
    extra = (1,) if any(isinstance(n, Star) for n in shape) else ()
    i = axis_index((*extra, *shape), start) if start >= 0 else axis_index(shape, start)
    j = axis_index((*shape, *extra), end) + 1 - len(extra) if end < 0 else axis_index(shape, end) + 1
    if i >= j or i == len(shape):
        raise ShapeError(f"start={start} and end={end} name no axes of {len(shape)} in a row")
    return i, j


@vjp(flatten)
def _(g: Tensor, out: Tensor, x: Tensor, *, start: int, end: int) -> tuple[Tensor]:
    return (reshape(g, x.shape),)


@linear
@primitive
def transpose(x: Shaped[Tensor, "m n"], /) -> Shaped[Tensor, "n m"]:
    """A matrix with rows and columns swapped: what `x.T` stands for.

    >>> tg.ones((2, 3)).T.shape
    (3, 2)
    """
    return namespace(x).permute_dims(x, (1, 0))


@vjp(transpose)
def _(g: Tensor, out: Tensor, x: Tensor) -> tuple[Tensor]:
    return (transpose(g),)


@linear
@primitive
def moveaxis(
    x: Shaped[Tensor, "*old"], /, source: int | tuple[int, ...], destination: int | tuple[int, ...]
) -> Shaped[Tensor, "*new"]:
    """`x` with the axes `source` put at the places `destination`; the others keep their order.

    >>> tg.moveaxis(tg.ones((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    return namespace(x).permute_dims(x, _order(x.shape, source, destination))


@where(moveaxis)
def _(old: Shape, source: int | tuple[int, ...], destination: int | tuple[int, ...]) -> dict[str, Shape]:
    return {"new": tuple(old[i] for i in _order(old, source, destination))}


def _order(shape: Shape, source: int | tuple[int, ...], destination: int | tuple[int, ...]) -> tuple[int, ...]:
    """Which axis stands in each place."""
    shape = with_rank_known(shape)
    sources = (source,) if isinstance(source, int) else source
    places = (destination,) if isinstance(destination, int) else destination
    if len(sources) != len(places):
        raise ShapeError(f"source={source} and destination={destination} must name equally many axes")
    axes_of(shape, sources)
    axes_of(shape, places)
    moved = {axis_index(shape, place): axis_index(shape, axis) for axis, place in zip(sources, places, strict=True)}
    others = iter([i for i in range(len(shape)) if i not in moved.values()])
    return tuple(moved[i] if i in moved else next(others) for i in range(len(shape)))


@vjp(moveaxis)
def _(
    g: Tensor, out: Tensor, x: Tensor, *, source: int | tuple[int, ...], destination: int | tuple[int, ...]
) -> tuple[Tensor]:
    return (moveaxis(g, destination, source),)


@linear
@primitive
def swapaxes(x: Shaped[Tensor, "*old"], /, axis1: int, axis2: int) -> Shaped[Tensor, "*new"]:
    """`x` with two axes in each other's place.

    >>> tg.swapaxes(tg.ones((2, 3, 4)), 0, -1).shape
    (4, 3, 2)
    """
    return namespace(x).permute_dims(x, _swapped(x.shape, axis1, axis2))


@where(swapaxes)
def _(old: Shape, axis1: int, axis2: int) -> dict[str, Shape]:
    return {"new": tuple(old[i] for i in _swapped(old, axis1, axis2))}


def _swapped(shape: Shape, axis1: int, axis2: int) -> tuple[int, ...]:
    i, j = axis_index(shape, axis1), axis_index(shape, axis2)
    return tuple(j if k == i else i if k == j else k for k in range(len(shape)))


@vjp(swapaxes)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis1: int, axis2: int) -> tuple[Tensor]:
    return (swapaxes(g, axis1, axis2),)


@linear
@primitive
def flip(x: Shaped[Tensor, "*s"], /, *, axis: Axis = None) -> Shaped[Tensor, "*s"]:
    """`x` with its elements in reverse order along some axes; with None along all.

    >>> tg.flip(tg.asarray([1, 2, 3]))
    Tensor([3, 2, 1], dtype=int64)
    """
    return namespace(x).flip(x, axis=axis)


@where(flip)
def _(s: Shape, axis: Axis) -> dict[str, Shape]:
    if axis is not None:
        axes_of(s, axis)
    return {}


@vjp(flip)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis: Axis) -> tuple[Tensor]:
    return (flip(g, axis=axis),)


@linear
@primitive
def roll(
    x: Shaped[Tensor, "*s"], /, shift: int | tuple[int, ...], *, axis: int | tuple[int, ...] | None = None
) -> Shaped[Tensor, "*s"]:
    """`x` with its elements moved on by `shift` places; those that leave at the end come in at the beginning.

    A tuple of shifts goes with a tuple of axes. Without an axis the elements move on in row-major order.

    >>> tg.roll(tg.asarray([1, 2, 3, 4]), 1)
    Tensor([4, 1, 2, 3], dtype=int64)
    """
    return x if axis == () else namespace(x).roll(x, shift, axis=axis)


@where(roll)
def _(s: Shape, shift: int | tuple[int, ...], axis: Axis) -> dict[str, Shape]:
    if isinstance(shift, tuple) and (not isinstance(axis, tuple) or len(shift) != len(axis)):
        raise ShapeError(f"shift={shift} needs as many axes, not axis={axis}")
    if axis is not None:
        for a in axis if isinstance(axis, tuple) else (axis,):
            axis_index(s, a)
    return {}


@vjp(roll)
def _(g: Tensor, out: Tensor, x: Tensor, *, shift: int | tuple[int, ...], axis: Axis) -> tuple[Tensor]:
    back = tuple(-n for n in shift) if isinstance(shift, tuple) else -shift
    return (roll(g, back, axis=axis),)
