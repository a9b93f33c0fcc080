"""Order along one axis: gradients go back to where the elements came from."""

from __future__ import annotations

from typing import Any

from jaxtyping import Int64, Real

from typedgrad.backends import namespace
from typedgrad.core.primitive import jvp, nondifferentiable, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.gather import scatter_along_axis, size_of, take_along_axis
from typedgrad.shapes import Dim, Shape, at_most, axis_index


@primitive
def sort(
    x: Real[Tensor, "*s"], /, *, axis: int = -1, descending: bool = False, stable: bool = True
) -> Real[Tensor, "*s"]:
    """The elements along an axis in order. NaN counts as larger than every number.

    >>> tg.sort(tg.asarray([3, 1, 2]), descending=True)
    Tensor([3, 2, 1], dtype=int64)
    """
    xp = namespace(x)
    ordered = xp.sort(x, axis=axis, stable=stable)
    return xp.flip(ordered, axis=axis) if descending else ordered


@vjp(sort)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis: int, descending: bool, stable: bool) -> tuple[Tensor]:
    order = argsort(x, axis=axis, descending=descending, stable=stable)
    return (scatter_along_axis(g, order, axis=axis, size=x.shape[axis]),)


@jvp(sort)
def _(t: Tensor, out: Tensor, x: Tensor, *, axis: int, descending: bool, stable: bool) -> Tensor:
    return take_along_axis(t, argsort(x, axis=axis, descending=descending, stable=stable), axis=axis)


@nondifferentiable
@primitive
def argsort(
    x: Real[Tensor, "*s"], /, *, axis: int = -1, descending: bool = False, stable: bool = True
) -> Int64[Tensor, "*s"]:
    """The positions along an axis that put the elements in order; equal ones keep theirs if `stable`.

    >>> tg.argsort(tg.asarray([3, 1, 2]))
    Tensor([1, 2, 0], dtype=int64)
    """
    return _order(x, axis, descending=descending, stable=stable)


for _op in (sort, argsort):

    @where(_op)
    def _(s: Shape, axis: int) -> dict[str, Shape]:
        axis_index(s, axis)
        return {}


def _order(x: Tensor, axis: int, *, descending: bool, stable: bool) -> Tensor:
    xp = namespace(x)
    if not descending:
        return xp.argsort(x, axis=axis, stable=stable)
    # Counted from the end, so that equal elements keep their order; not every library knows `descending`.
    backwards = xp.argsort(xp.flip(x, axis=axis), axis=axis, stable=stable)
    return xp.flip(x.shape[axis] - 1 - backwards, axis=axis)


@primitive
def topk(
    x: Real[Tensor, "*s"], /, k: int, *, axis: int = -1, largest: bool = True
) -> tuple[Real[Tensor, "*new"], Int64[Tensor, "*new"]]:
    """The `k` largest elements along an axis, in descending order, and where they are; or the smallest, ascending.

    Raises ShapeError if there are fewer.

    >>> tg.topk(tg.asarray([3, 1, 4, 1, 5]), 2)
    (Tensor([5, 4], dtype=int64), Tensor([4, 2], dtype=int64))
    """
    order: Any = _order(x, axis, descending=largest, stable=True)
    first = order[(*(slice(None),) * axis_index(x.shape, axis), slice(0, k), ...)]
    return namespace(x).take_along_axis(x, first, axis=axis), first


@where(topk)
def _(s: Shape, k: Dim, axis: int) -> dict[str, Shape]:
    i = axis_index(s, axis)
    at_most(0, k, "`k` must not be negative")
    at_most(k, size_of(s, i), f"`k` is larger than axis {i}")
    return {"new": (*s[:i], k, *s[i + 1 :])}


@vjp(topk)
def _(
    g: tuple[Tensor, Tensor], out: tuple[Tensor, Tensor], x: Tensor, *, k: int, axis: int, largest: bool
) -> tuple[Tensor]:
    return (scatter_along_axis(g[0], out[1], axis=axis, size=x.shape[axis]),)
