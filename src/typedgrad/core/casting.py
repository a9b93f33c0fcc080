"""Changing the dtype: an op that promotion itself needs."""

from __future__ import annotations

from jaxtyping import Shaped

from typedgrad.backends import namespace
from typedgrad.core.dtypes import DTypeLike, dtype_name, native
from typedgrad.core.primitive import dtype, jvp, primitive, vjp
from typedgrad.core.tensor import Tensor


@primitive
def astype(x: Shaped[Tensor, "*s"], /, dtype: DTypeLike) -> Shaped[Tensor, "*s"]:
    """`x` with its elements converted to `dtype`; floats lose their fraction when they become integers.

    Raises TypeError if `dtype` is not a dtype.

    >>> tg.astype(tg.asarray([1.5, -2.5]), "int64")
    Tensor([ 1, -2], dtype=int64)
    """
    xp = namespace(x)
    return xp.astype(x, native(xp, dtype))


@dtype(astype)
def _(x: str, dtype: DTypeLike) -> str:
    return dtype_name(dtype)


@vjp(astype)
def _(g: Tensor, out: Tensor, x: Tensor, *, dtype: DTypeLike) -> tuple[Tensor]:
    return (astype(g, x.dtype),)


@jvp(astype)
def _(t: Tensor, out: Tensor, x: Tensor, *, dtype: DTypeLike) -> Tensor:
    return astype(t, dtype)
