"""Distinct elements, and membership among them."""

from __future__ import annotations

from typing import NamedTuple

from jaxtyping import Bool, Int64, Real, Shaped

from typedgrad.backends import namespace
from typedgrad.core.primitive import dynamic, nondifferentiable, primitive
from typedgrad.core.tensor import Tensor


class UniqueCounts(NamedTuple):
    """What `unique_counts` gives.

    >>> tg.unique_counts(tg.asarray([3, 1, 3])).counts
    Tensor([1, 2], dtype=int64)
    """

    values: Shaped[Tensor, "count"]
    counts: Int64[Tensor, "count"]


class UniqueInverse(NamedTuple):
    """What `unique_inverse` gives.

    >>> tg.unique_inverse(tg.asarray([3, 1, 3])).inverse_indices
    Tensor([1, 0, 1], dtype=int64)
    """

    values: Shaped[Tensor, "count"]
    inverse_indices: Int64[Tensor, "*s"]


class UniqueAll(NamedTuple):
    """What `unique_all` gives.

    >>> tg.unique_all(tg.asarray([3, 1, 3])).counts
    Tensor([1, 2], dtype=int64)
    """

    values: Shaped[Tensor, "count"]
    indices: Int64[Tensor, "count"]
    inverse_indices: Int64[Tensor, "*s"]
    counts: Int64[Tensor, "count"]


@dynamic
@nondifferentiable
@primitive
def unique_values(x: Shaped[Tensor, "*s"], /) -> Shaped[Tensor, "count"]:
    """The distinct elements, in ascending order unless they are complex. Each NaN is distinct from every other.

    >>> tg.unique_values(tg.asarray([3, 1, 3]))
    Tensor([1, 3], dtype=int64)
    """
    return _ascending(namespace(x).unique_values(x))


def _ascending(x: Tensor) -> Tensor:
    """In order, which the standard leaves open."""
    xp = namespace(x)
    if x.dtype == xp.bool:
        return xp.astype(xp.sort(xp.astype(x, xp.uint8)), xp.bool)
    return x if xp.isdtype(x.dtype, "complex floating") else xp.sort(x)


@dynamic
@nondifferentiable
@primitive
def unique_counts(x: Shaped[Tensor, "*s"], /) -> UniqueCounts:
    """The distinct elements, and how often each occurs.

    >>> tg.unique_counts(tg.asarray([3, 1, 3]))
    UniqueCounts(values=Tensor([1, 3], dtype=int64), counts=Tensor([1, 2], dtype=int64))
    """
    return UniqueCounts(*namespace(x).unique_counts(x))


@dynamic
@nondifferentiable
@primitive
def unique_inverse(x: Shaped[Tensor, "*s"], /) -> UniqueInverse:
    """The distinct elements, and for each element of `x` which of them it is.

    >>> tg.unique_inverse(tg.asarray([3, 1, 3]))
    UniqueInverse(values=Tensor([1, 3], dtype=int64), inverse_indices=Tensor([1, 0, 1], dtype=int64))
    """
    return UniqueInverse(*namespace(x).unique_inverse(x))


@dynamic
@nondifferentiable
@primitive
def unique_all(x: Shaped[Tensor, "*s"], /) -> UniqueAll:
    """The distinct elements, where each occurs first in row-major order, which of them each element is, how often.

    >>> values, indices, inverse, counts = tg.unique_all(tg.asarray([3, 1, 3]))
    >>> indices
    Tensor([1, 0], dtype=int64)
    """
    return UniqueAll(*namespace(x).unique_all(x))


@nondifferentiable
@primitive
def isin(x1: Real[Tensor, "*s"], x2: Real[Tensor, "*t"], /, *, invert: bool = False) -> Bool[Tensor, "*s"]:
    """For each element of `x1` whether it is among those of `x2`; with `invert`, whether it is not.

    >>> tg.isin(tg.asarray([1, 2, 3]), tg.asarray([3, 1]))
    Tensor([ True, False,  True], dtype=bool)
    """
    xp = namespace(x1)
    if 0 in x2.shape:
        return xp.full(x1.shape, invert, dtype=xp.bool)
    known = xp.sort(xp.unique_values(x2))
    places = xp.searchsorted(known, xp.reshape(x1, (-1,)) if 0 not in x1.shape else xp.zeros((0,), dtype=x1.dtype))
    near = xp.take(known, xp.clip(places, 0, known.shape[0] - 1))
    return (xp.reshape(near, x1.shape) != x1) if invert else (xp.reshape(near, x1.shape) == x1)
