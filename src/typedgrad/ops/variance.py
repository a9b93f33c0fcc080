"""How far elements are spread: variance and standard deviation over the axes that `axis` names (None: all of them)."""

from __future__ import annotations

from typing import TypeAlias

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.casting import astype
from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.axes import Axis, reduced
from typedgrad.ops.reduce import count, kept, mean, reduced_shape

# The run-time judge does not take an int for a float.
Number: TypeAlias = int | float


@primitive
def var(
    x: Float[Tensor, "*s"], /, axis: Axis = None, *, correction: Number = 0.0, keepdims: bool = False
) -> Float[Tensor, "*reduced"]:
    """The mean of the squared distances from the mean; the sum of n is divided by `n - correction`.

    A correction of 1 makes it an unbiased estimate. NaN if the divisor is not positive.

    >>> tg.var(tg.asarray([[1.0, 3.0], [2.0, 6.0]]), axis=1)
    Tensor([1., 4.], dtype=float32)
    """
    xp = namespace(x)
    if count(x.shape, axis) <= correction:
        return xp.full(reduced(x.shape, axis, keepdims=keepdims), xp.nan, dtype=x.dtype)
    return xp.var(x, axis=axis, correction=correction, keepdims=keepdims)


@primitive
def std(
    x: Float[Tensor, "*s"], /, axis: Axis = None, *, correction: Number = 0.0, keepdims: bool = False
) -> Float[Tensor, "*reduced"]:
    """The square root of `var`. Where it is zero, so is its gradient.

    >>> tg.std(tg.asarray([[1.0, 3.0], [2.0, 6.0]]), axis=1)
    Tensor([1., 2.], dtype=float32)
    """
    xp = namespace(x)
    if count(x.shape, axis) <= correction:
        return xp.full(reduced(x.shape, axis, keepdims=keepdims), xp.nan, dtype=x.dtype)
    return xp.std(x, axis=axis, correction=correction, keepdims=keepdims)


for _op in (var, std):
    where(_op)(reduced_shape)


@vjp(var)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis: Axis, correction: float, keepdims: bool) -> tuple[Tensor]:
    # The mean depends on x too, but the distances from it add up to zero, so that this part vanishes.
    return (kept(g, x.shape, axis) * _distances(x, axis, correction, 2.0),)


@vjp(std)
def _(g: Tensor, out: Tensor, x: Tensor, *, axis: Axis, correction: float, keepdims: bool) -> tuple[Tensor]:
    if 0 in x.shape:  # the deviation of nothing is NaN, which must not spread
        return (x,)
    out = kept(out, x.shape, axis)
    # Where the deviation is 0, so are the distances: any divisor but 0 will do.
    return (kept(g, x.shape, axis) / (out + astype(out == 0, x.dtype)) * _distances(x, axis, correction, 1.0),)


def _distances(x: Tensor, axis: Axis, correction: float, scale: float) -> Tensor:
    divisor = count(x.shape, axis) - correction
    return (x - mean(x, axis, keepdims=True)) * (scale / divisor if divisor > 0 else float("nan"))
