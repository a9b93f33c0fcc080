"""Where things are: positions, as tensors of integers."""

from __future__ import annotations

from typing import Literal

from jaxtyping import Int, Int64, Real, Shaped

from typedgrad.backends import namespace
from typedgrad.core.primitive import dynamic, nondifferentiable, primitive, where
from typedgrad.core.tensor import Number, Tensor
from typedgrad.ops.axes import reduced
from typedgrad.ops.reduce import refuse_empty
from typedgrad.shapes import Shape


@dynamic
@nondifferentiable
@primitive
def nonzero(x: Shaped[Tensor, "*s"], /) -> tuple[Int64[Tensor, "count"], ...]:
    """The positions of the elements that are not zero: for each axis a tensor, all of one length, in row-major order.

    Raises ValueError if `x` has no axes.

    >>> tg.nonzero(tg.asarray([[0, 7], [8, 9]]))
    (Tensor([0, 1, 1], dtype=int64), Tensor([1, 0, 1], dtype=int64))
    """
    if not x.shape:
        raise ValueError("nonzero: a 0-d tensor has no axes along which a position could be given")
    return namespace(x).nonzero(x)


@nondifferentiable
@primitive
def argmax(x: Real[Tensor, "*s"], /, axis: int | None = None, *, keepdims: bool = False) -> Int64[Tensor, "*reduced"]:
    """The position of the largest element along `axis`, the first of several; with None, in the flattened tensor.

    Raises ValueError if there is no element to choose from.

    >>> tg.argmax(tg.asarray([[1, 5], [7, 3]]), axis=1)
    Tensor([1, 0], dtype=int64)
    """
    refuse_empty("argmax", x.shape, axis)
    return namespace(x).argmax(x, axis=axis, keepdims=keepdims)


@nondifferentiable
@primitive
def argmin(x: Real[Tensor, "*s"], /, axis: int | None = None, *, keepdims: bool = False) -> Int64[Tensor, "*reduced"]:
    """The position of the smallest element along `axis`, the first of several; with None, in the flattened tensor.

    Raises ValueError if there is no element to choose from.

    >>> tg.argmin(tg.asarray([[1, 5], [7, 3]]), axis=1)
    Tensor([0, 1], dtype=int64)
    """
    refuse_empty("argmin", x.shape, axis)
    return namespace(x).argmin(x, axis=axis, keepdims=keepdims)


for _op in (argmax, argmin):

    @where(_op)
    def _(s: Shape, axis: int | None, keepdims: bool) -> dict[str, Shape]:
        return {"reduced": reduced(s, axis, keepdims=keepdims)}


@nondifferentiable
@primitive
def searchsorted(
    x1: Real[Tensor, "n"],
    x2: Real[Tensor, "*s"] | Number,
    /,
    sorter: Int[Tensor, "n"] | None = None,
    *,
    side: Literal["left", "right"] = "left",
) -> Int64[Tensor, "*s"]:
    """Where each element of `x2` would have to be put into the ascending `x1` for it to stay so.

    Args:
        x1: ascending, or made so by `sorter`.
        x2: what to look for; a number is one element without axes.
        sorter: the positions that sort `x1`, such as `argsort(x1)`.
        side: where an element goes that equals some: left or right of them all.

    >>> tg.searchsorted(tg.asarray([1, 3, 3, 5]), tg.asarray([3, 6]))
    Tensor([1, 4], dtype=int64)
    """
    xp = namespace(x1)
    if sorter is not None:
        x1 = xp.take(x1, sorter)
    return xp.searchsorted(x1, x2, side=side)
