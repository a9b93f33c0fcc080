"""Reciprocals of differences: what the gradients of eigenvectors and singular vectors are made of."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import primitive, vjp
from typedgrad.core.tensor import Tensor
from typedgrad.ops.reduce import sum


@primitive
def reciprocal_gaps(x1: Float[Tensor, "*b m"], x2: Float[Tensor, "*b n"], /) -> Float[Tensor, "*b m n"]:
    """`1 / (x2[j] - x1[i])` in row i and column j; 0 where the two are the same but for rounding.

    >>> from typedgrad.ops.gaps import reciprocal_gaps
    >>> reciprocal_gaps(tg.asarray([1.0, 3.0]), tg.asarray([1.0, 5.0]))
    Tensor([[ 0.  ,  0.25],
            [-0.5 ,  0.5 ]], dtype=float32)
    """
    xp = namespace(x1)
    m, n = x1.shape[-1], x2.shape[-1]
    if m == 0 or n == 0:
        return xp.zeros((*x1.shape, n), dtype=x1.dtype, device=x1.device)
    gaps = xp.expand_dims(x2, axis=-2) - xp.expand_dims(x1, axis=-1)
    largest = xp.maximum(xp.max(xp.abs(x1), axis=-1, keepdims=True), xp.max(xp.abs(x2), axis=-1, keepdims=True))
    rounding = xp.expand_dims(largest, axis=-1) * (max(m, n) * float(xp.finfo(x1.dtype).eps))
    same = xp.abs(gaps) <= rounding
    one, zero = (f((), dtype=x1.dtype, device=x1.device) for f in (xp.ones, xp.zeros))
    return xp.where(same, zero, one / xp.where(same, one, gaps))


@vjp(reciprocal_gaps, "x1")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
    return sum(g * out * out, axis=-1)


@vjp(reciprocal_gaps, "x2")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
    return -sum(g * out * out, axis=-2)
