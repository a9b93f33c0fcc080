"""Sums, means and extremes over the axes that `axis` names; None names them all."""

from __future__ import annotations

import math
from functools import lru_cache

from jaxtyping import Inexact, Real, Shaped

from typedgrad.backends import namespace
from typedgrad.core.broadcasting import broadcast_to
from typedgrad.core.casting import astype
from typedgrad.core.dtypes import DTypeLike, dtype_name, native
from typedgrad.core.primitive import dtype as dtype_rule
from typedgrad.core.primitive import linear, primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.axes import Axis, axes_of, reduced
from typedgrad.ops.move import reshape
from typedgrad.shapes import Shape, dtypes


@linear
@primitive
def sum(
    x: Shaped[Tensor, "*s"], /, axis: Axis = None, *, dtype: DTypeLike | None = None, keepdims: bool = False
) -> Shaped[Tensor, "*reduced"]:
    """The sum of the elements; 0 if there are none. Bools and small integers are added up as 64-bit integers.

    >>> tg.sum(tg.asarray([[1.0, 2.0], [3.0, 4.0]]), axis=0)
    Tensor([4., 6.], dtype=float32)
    """
    xp = namespace(x)
    if dtype is None:
        return xp.sum(numbers(x), axis=axis, keepdims=keepdims)
    return xp.sum(numbers(x), axis=axis, dtype=native(xp, dtype), keepdims=keepdims)


@dtype_rule(sum)
def _(x: str, dtype: DTypeLike | None) -> str:
    return accumulated(x, dtype)


@vjp(sum)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis: Axis, dtype: DTypeLike | None, keepdims: bool) -> tuple[Tensor]:
    spread = broadcast_to(kept(g, x.shape, axis), x.shape)
    return (spread if dtype is None else astype(spread, x.dtype),)


@linear
@primitive
def mean(x: Inexact[Tensor, "*s"], /, axis: Axis = None, *, keepdims: bool = False) -> Inexact[Tensor, "*reduced"]:
    """The arithmetic mean; NaN if there are no elements.

    >>> tg.mean(tg.asarray([[1.0, 2.0], [3.0, 4.0]]), axis=1)
    Tensor([1.5, 3.5], dtype=float32)
    """
    xp = namespace(x)
    if 0 in x.shape:  # numpy would warn
        nothing = complex(xp.nan, xp.nan) if xp.isdtype(x.dtype, "complex floating") else xp.nan
        return xp.full(reduced(x.shape, axis, keepdims=keepdims), nothing, dtype=x.dtype)
    return xp.mean(x, axis=axis, keepdims=keepdims)


@vjp(mean)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis: Axis, keepdims: bool) -> tuple[Tensor]:
    return (broadcast_to(kept(g, x.shape, axis) / (count(x.shape, axis) or 1), x.shape),)


@primitive
def max(x: Real[Tensor, "*s"], /, axis: Axis = None, *, keepdims: bool = False) -> Real[Tensor, "*reduced"]:
    """The largest element. Its gradient is shared evenly by all elements that are as large.

    Raises ValueError if there is no element to choose from.

    >>> tg.max(tg.asarray([[1, 5], [7, 3]]), axis=1)
    Tensor([5, 7], dtype=int64)
    """
    refuse_empty("max", x.shape, axis)
    return namespace(x).max(x, axis=axis, keepdims=keepdims)


@primitive
def min(x: Real[Tensor, "*s"], /, axis: Axis = None, *, keepdims: bool = False) -> Real[Tensor, "*reduced"]:
    """The smallest element. Its gradient is shared evenly by all elements that are as small.

    Raises ValueError if there is no element to choose from.

    >>> tg.min(tg.asarray([[1, 5], [7, 3]]), axis=1)
    Tensor([1, 3], dtype=int64)
    """
    refuse_empty("min", x.shape, axis)
    return namespace(x).min(x, axis=axis, keepdims=keepdims)


def _pull_extreme(g: Tensor, out: Tensor, x: Tensor, *, axis: Axis, keepdims: bool) -> tuple[Tensor]:
    chosen = astype(x == kept(out, x.shape, axis), x.dtype)
    return (chosen * (kept(g, x.shape, axis) / sum(chosen, axis, keepdims=True)),)


def reduced_shape(s: Shape, axis: Axis, keepdims: bool) -> dict[str, Shape]:
    """The `where` rule of reductions from `*s` to `*reduced`."""
    return {"reduced": reduced(s, axis, keepdims=keepdims)}


for _op in (sum, mean, max, min):
    where(_op)(reduced_shape)
for _op in (max, min):
    vjp(_op)(_pull_extreme)


def kept(g: Tensor, shape: tuple[int, ...], axis: Axis) -> Tensor:
    """What a reduction of `shape` over `axis` gave, with the reduced axes there again, of size 1."""
    wanted = _with_ones(shape, axis)
    return g if g.shape == wanted else reshape(g, wanted)


@lru_cache(maxsize=4096)
def _with_ones(shape: tuple[int, ...], axis: Axis) -> tuple[int, ...]:
    return reduced(shape, axis, keepdims=True)  # type: ignore[return-value]  # of ints, like `shape`


@lru_cache(maxsize=4096)
def count(shape: tuple[int, ...], axis: Axis) -> int:
    """How many elements a reduction over `axis` makes into one."""
    return math.prod(shape[i] for i in axes_of(shape, axis))


def refuse_empty(name: str, shape: tuple[int, ...], axis: Axis) -> None:
    """Raise ValueError if a reduction without a neutral element finds no element."""
    if 0 not in shape:
        return
    for i in axes_of(shape, axis):
        if shape[i] == 0:
            raise ValueError(f"{name}: there is no element to choose from along axis {i}, which has size 0")


def numbers(x: Tensor) -> Tensor:
    """`x` as something that can be added up: bools become integers."""
    xp = namespace(x)
    return xp.astype(x, xp.int64) if x.dtype == xp.bool else x


def accumulated(x: str, dtype: DTypeLike | None) -> str:
    """The dtype of a sum or product of many `x`: at least 64 bits for integers."""
    if dtype is not None:
        return dtype_name(dtype)
    kind = dtypes.kind(x)
    return "uint64" if kind == "uint" else "int64" if kind in ("bool", "int") else x
