"""Tensors shaped like another one. They work on raw arrays too, so that rules may use them."""

from __future__ import annotations

from jaxtyping import Shaped

from typedgrad.backends import moved, namespace
from typedgrad.core.dtypes import DTypeLike, dtype_name, native
from typedgrad.core.primitive import dtype as dtype_rule
from typedgrad.core.primitive import nondifferentiable, primitive
from typedgrad.core.tensor import Scalar, Tensor


@nondifferentiable
@primitive
def zeros_like(
    x: Shaped[Tensor, "*s"], /, *, dtype: DTypeLike | None = None, device: str | None = None
) -> Shaped[Tensor, "*s"]:
    """Zeros with the shape of `x`, and its dtype and device unless they are given.

    >>> tg.zeros_like(tg.asarray([1.0, 2.0]))
    Tensor([0., 0.], dtype=float32)
    """
    xp = namespace(x)
    made = xp.zeros_like(x) if dtype is None else xp.zeros_like(x, dtype=native(xp, dtype))
    return made if device is None else moved(made, device)


@nondifferentiable
@primitive
def ones_like(
    x: Shaped[Tensor, "*s"], /, *, dtype: DTypeLike | None = None, device: str | None = None
) -> Shaped[Tensor, "*s"]:
    """Ones with the shape of `x`, and its dtype and device unless they are given.

    >>> tg.ones_like(tg.asarray([1.0, 2.0]), dtype="int64")
    Tensor([1, 1], dtype=int64)
    """
    xp = namespace(x)
    made = xp.ones_like(x) if dtype is None else xp.ones_like(x, dtype=native(xp, dtype))
    return made if device is None else moved(made, device)


@nondifferentiable
@primitive
def empty_like(
    x: Shaped[Tensor, "*s"], /, *, dtype: DTypeLike | None = None, device: str | None = None
) -> Shaped[Tensor, "*s"]:
    """A tensor with the shape of `x`, and its dtype and device unless they are given, whose elements may be anything.

    >>> tg.empty_like(tg.asarray([1.0, 2.0])).shape
    (2,)
    """
    xp = namespace(x)
    made = xp.empty_like(x) if dtype is None else xp.empty_like(x, dtype=native(xp, dtype))
    return made if device is None else moved(made, device)


@nondifferentiable
@primitive
def full_like(
    x: Shaped[Tensor, "*s"],
    /,
    fill_value: Scalar,
    *,
    dtype: DTypeLike | None = None,
    device: str | None = None,
) -> Shaped[Tensor, "*s"]:
    """`fill_value` everywhere, with the shape of `x`, and its dtype and device unless they are given.

    >>> tg.full_like(tg.asarray([1.0, 2.0]), 7)
    Tensor([7., 7.], dtype=float32)
    """
    xp = namespace(x)
    made = xp.full_like(x, fill_value, dtype=x.dtype if dtype is None else native(xp, dtype))
    return made if device is None else moved(made, device)


for _op in (zeros_like, ones_like, empty_like, full_like):

    @dtype_rule(_op)
    def _(x: str, dtype: DTypeLike | None) -> str:
        return x if dtype is None else dtype_name(dtype)
