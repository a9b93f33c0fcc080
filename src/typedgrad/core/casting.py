"""Changing the dtype: an op that promotion itself needs."""

from __future__ import annotations

from jaxtyping import Shaped

from typedgrad.backends import device_of, moved, namespace
from typedgrad.core.dtypes import DTypeLike, dtype_name, native
from typedgrad.core.primitive import dtype, jvp, primitive, vjp
from typedgrad.core.tensor import Tensor


@primitive
def astype(
    x: Shaped[Tensor, "*s"], /, dtype: DTypeLike, *, copy: bool = True, device: str | None = None
) -> Shaped[Tensor, "*s"]:
    """`x` with its elements converted to `dtype`; floats lose their fraction when they become integers.

    Args:
        x: what to convert.
        dtype: the new dtype.
        copy: whether to copy the elements even if they have that dtype already.
        device: where the result is to live; where `x` lives, if it is not given.

    Raises:
        TypeError: if `dtype` is not a dtype.
        ValueError: for a device that does not exist.

    >>> tg.astype(tg.asarray([1.5, -2.5]), "int64")
    Tensor([ 1, -2], dtype=int64)
    """
    xp = namespace(x)
    made = xp.astype(x, native(xp, dtype), copy=copy)
    return made if device is None else moved(made, device)


@dtype(astype)
def _(x: str, dtype: DTypeLike) -> str:
    return dtype_name(dtype)


@vjp(astype)
def _(g: Tensor, out: Tensor, x: Tensor, *, dtype: DTypeLike, copy: bool, device: str | None) -> tuple[Tensor]:
    return (astype(g, x.dtype, device=device and device_of(x)),)


@jvp(astype)
def _(t: Tensor, out: Tensor, x: Tensor, *, dtype: DTypeLike, copy: bool, device: str | None) -> Tensor:
    return astype(t, dtype, copy=copy, device=device)
