"""What floating-point numbers have and real numbers have not: signed zeros, infinities, NaN, neighbours."""

from __future__ import annotations

from jaxtyping import Bool, Float, Num

from typedgrad.backends import namespace
from typedgrad.core.broadcasting import unbroadcast
from typedgrad.core.primitive import direct, elementwise, nondifferentiable, primitive, vjp
from typedgrad.core.tensor import Scalar, Tensor, xp_of
from typedgrad.ops.arithmetic import sign
from typedgrad.ops.selection import where


@direct
@nondifferentiable
@elementwise()
def isfinite(x: Num[Tensor, "*s"], /) -> Bool[Tensor, "*s"]:
    """Whether `x` is neither infinite nor NaN.

    >>> tg.isfinite(tg.asarray([1.0, float("inf"), float("nan")]))
    Tensor([ True, False, False], dtype=bool)
    """
    return namespace(x).isfinite(x)


@direct
@nondifferentiable
@elementwise()
def isinf(x: Num[Tensor, "*s"], /) -> Bool[Tensor, "*s"]:
    """Whether `x` is infinite, with either sign.

    >>> tg.isinf(tg.asarray([1.0, -float("inf"), float("nan")]))
    Tensor([False,  True, False], dtype=bool)
    """
    return namespace(x).isinf(x)


@direct
@nondifferentiable
@elementwise()
def isnan(x: Num[Tensor, "*s"], /) -> Bool[Tensor, "*s"]:
    """Whether `x` is not a number.

    >>> tg.isnan(tg.asarray([1.0, float("inf"), float("nan")]))
    Tensor([False, False,  True], dtype=bool)
    """
    return namespace(x).isnan(x)


@direct
@nondifferentiable
@elementwise()
def signbit(x: Float[Tensor, "*s"], /) -> Bool[Tensor, "*s"]:
    """Whether the sign of `x` is a minus, be it that of a zero.

    >>> tg.signbit(tg.asarray([1.0, 0.0, -0.0]))
    Tensor([False, False,  True], dtype=bool)
    """
    return namespace(x).signbit(x)


@direct
@primitive
def copysign(x1: Float[Tensor, "*#s"] | Scalar, x2: Float[Tensor, "*#s"] | Scalar, /) -> Float[Tensor, "*#s"]:
    """The magnitude of `x1` with the sign of `x2`, be it that of a zero.

    >>> tg.copysign(tg.asarray([1.0, -2.0]), -0.0)
    Tensor([-1., -2.], dtype=float32)
    """
    return xp_of(x1).copysign(x1, x2)


# |x1| times the sign of x2, which is piecewise constant.
@vjp(copysign, "x1")
def _(g: Tensor, out: Tensor, x1: Tensor, x2: Tensor) -> Tensor:
    return unbroadcast(where(signbit(x2), -g, g) * sign(x1), x1.shape)


@direct
@nondifferentiable
@elementwise()
def nextafter(x1: Float[Tensor, "*#s"] | Scalar, x2: Float[Tensor, "*#s"] | Scalar, /) -> Float[Tensor, "*#s"]:
    """The floating-point number next to `x1` in the direction of `x2`. No gradient flows through it.

    >>> tg.nextafter(tg.asarray([1.0], dtype="float64"), 2.0) - 1.0
    Tensor([2.22044605e-16], dtype=float64)
    """
    return xp_of(x1).nextafter(x1, x2)
