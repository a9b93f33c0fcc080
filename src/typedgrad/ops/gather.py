"""Elements picked by tensors of positions, and the adjoint: values added up at positions."""

from __future__ import annotations

import math
from typing import Any

from jaxtyping import Integer, Shaped

from typedgrad.backends import backend_of, namespace
from typedgrad.core.broadcasting import broadcast_to, unbroadcast
from typedgrad.core.primitive import jvp, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.axes import inserted
from typedgrad.ops.index import scatter
from typedgrad.shapes import Dim, Shape, ShapeError, Star, axis_index, broadcast


@primitive
def take(
    x: Shaped[Tensor, "*s"], indices: Integer[Tensor, "*i"], /, *, axis: int | None = None
) -> Shaped[Tensor, "*new"]:
    """The slices of `x` at the given positions of an axis, which may be left out in 1-D; they may repeat.

    The axes of `indices` take the place of the axis. Raises IndexError for a position out of range.

    >>> tg.take(tg.asarray([[1, 2], [3, 4], [5, 6]]), tg.asarray([2, 0]), axis=0)
    Tensor([[5, 6],
            [1, 2]], dtype=int64)
    """
    xp = namespace(x)
    i = _only_axis(x.shape, axis)
    flat = indices if len(indices.shape) == 1 else xp.reshape(indices, (math.prod(indices.shape),))
    try:
        found = xp.take(x, flat, axis=i)
    except IndexError as error:
        raise IndexError(f"take: {error}") from None
    return found if flat is indices else xp.reshape(found, (*x.shape[:i], *indices.shape, *x.shape[i + 1 :]))


@where(take)
def _(s: Shape, i: Shape, axis: int | None) -> dict[str, Shape]:
    place = _only_axis(s, axis)
    return {"new": (*s[:place], *i, *s[place + 1 :])}


def _only_axis(shape: Shape, axis: int | None) -> int:
    if axis is None and len(shape) != 1 and not any(isinstance(n, Star) for n in shape):
        raise ShapeError(f"axis must be given for a tensor with {len(shape)} axes")
    return axis_index(shape, -1 if axis is None else axis)


@vjp(take, "x")
def _(g: Tensor, out: Tensor, x: Tensor, indices: Tensor, *, axis: int | None) -> Tensor:
    before = ((None, None, None),) * _only_axis(x.shape, axis)
    return scatter(g, (indices,), index=(*before, int), shape=x.shape)


@jvp(take)
def _(t: Tensor, _: object, out: Tensor, x: Tensor, indices: Tensor, *, axis: int | None) -> Tensor:
    return take(t, indices, axis=axis)


@primitive
def take_along_axis(
    x: Shaped[Tensor, "*s"], indices: Integer[Tensor, "*i"], /, *, axis: int = -1
) -> Shaped[Tensor, "*new"]:
    """From each line of `x` along an axis the elements at the positions that the same line of `indices` holds.

    Along the other axes `x` and `indices` broadcast. Raises IndexError for a position out of range.

    >>> x = tg.asarray([[3, 1, 2], [4, 6, 5]])
    >>> tg.take_along_axis(x, tg.argsort(x))
    Tensor([[1, 2, 3],
            [4, 5, 6]], dtype=int64)
    """
    try:
        return namespace(x).take_along_axis(x, indices, axis=axis)
    except IndexError as error:
        raise IndexError(f"take_along_axis: {error}") from None


@where(take_along_axis)
def _(s: Shape, i: Shape, axis: int) -> dict[str, Shape]:
    if len(s) != len(i) and not any(isinstance(n, Star) for n in (*s, *i)):
        raise ShapeError(f"`x` and `indices` must have equally many axes, not {len(s)} and {len(i)}")
    ours, theirs = axis_index(s, axis), axis_index(i, axis)
    others = broadcast((*s[:ours], *s[ours + 1 :]), (*i[:theirs], *i[theirs + 1 :]))
    return {"new": inserted(others, axis, size_of(i, theirs))}


def size_of(shape: Shape, axis: int) -> Dim:
    """The size of an axis that `axis_index` found, which is no run of axes."""
    n = shape[axis]
    assert not isinstance(n, Star)
    return n


@vjp(take_along_axis, "x")
def _(g: Tensor, out: Tensor, x: Tensor, indices: Tensor, *, axis: int) -> Tensor:
    places = broadcast_to(indices, g.shape)
    spread = scatter_along_axis(g, places, axis=axis, size=x.shape[axis])
    return unbroadcast(spread, x.shape)


@jvp(take_along_axis)
def _(t: Tensor, _: object, out: Tensor, x: Tensor, indices: Tensor, *, axis: int) -> Tensor:
    return take_along_axis(t, indices, axis=axis)


@primitive
def scatter_along_axis(
    updates: Shaped[Tensor, "*s"], indices: Integer[Tensor, "*s"], /, *, axis: int, size: int
) -> Shaped[Tensor, "*new"]:
    """Zeros, to which along an axis of a given size the updates are added at their positions.

    The adjoint of `take_along_axis`.

    >>> tg.scatter_along_axis(tg.asarray([1.0, 2.0, 3.0]), tg.asarray([3, 0, 3]), axis=0, size=4)
    Tensor([2., 0., 0., 4.], dtype=float32)
    """
    xp = namespace(updates)
    shape = updates.shape
    place = axis_index(shape, axis)
    own: list[Any] = [xp.reshape(xp.arange(n), (n, *(1,) * (len(shape) - i - 1))) for i, n in enumerate(shape)]
    own[place] = indices
    zeros = xp.zeros((*shape[:place], size, *shape[place + 1 :]), dtype=updates.dtype)
    return backend_of(zeros).scatter_add(zeros, tuple(own), updates)


@where(scatter_along_axis)
def _(s: Shape, axis: int, size: Dim) -> dict[str, Shape]:
    place = axis_index(s, axis)
    return {"new": (*s[:place], size, *s[place + 1 :])}


@vjp(scatter_along_axis, "updates")
def _(g: Tensor, out: Tensor, updates: Tensor, indices: Tensor, *, axis: int, size: int) -> Tensor:
    return take_along_axis(g, indices, axis=axis)


@jvp(scatter_along_axis)
def _(t: Tensor, _: object, out: Tensor, updates: Tensor, indices: Tensor, *, axis: int, size: int) -> Tensor:
    return scatter_along_axis(t, indices, axis=axis, size=size)
