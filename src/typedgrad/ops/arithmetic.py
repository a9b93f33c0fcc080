"""Arithmetic, element by element, with broadcasting.

Python numbers are weak: they take the dtype of the tensor beside them, unless they are of a higher kind.
"""

from __future__ import annotations

from jaxtyping import Inexact, Num, Real

from typedgrad.backends import namespace
from typedgrad.core.dtypes import kind_of
from typedgrad.core.primitive import direct, dtype, elementwise, nondifferentiable
from typedgrad.core.tensor import Scalar, Tensor, xp_of


@direct
@elementwise(lambda g, out, x, y: g, lambda g, out, x, y: g)
def add(x1: Num[Tensor, "*#s"] | Scalar, x2: Num[Tensor, "*#s"] | Scalar, /) -> Num[Tensor, "*#s"]:
    """`x1 + x2`.

    >>> tg.add(tg.asarray([1.0, 2.0]), 10)
    Tensor([11., 12.], dtype=float32)
    """
    return xp_of(x1).add(x1, x2)


@direct
@elementwise(lambda g, out, x, y: g, lambda g, out, x, y: -g)
def subtract(x1: Num[Tensor, "*#s"] | Scalar, x2: Num[Tensor, "*#s"] | Scalar, /) -> Num[Tensor, "*#s"]:
    """`x1 - x2`.

    >>> tg.subtract(tg.asarray([1.0, 2.0]), 10)
    Tensor([-9., -8.], dtype=float32)
    """
    return xp_of(x1).subtract(x1, x2)


@direct
@elementwise(lambda g, out, x, y: g * y, lambda g, out, x, y: g * x)
def multiply(x1: Num[Tensor, "*#s"] | Scalar, x2: Num[Tensor, "*#s"] | Scalar, /) -> Num[Tensor, "*#s"]:
    """`x1 * x2`.

    >>> tg.multiply(tg.asarray([[1.0], [2.0]]), tg.asarray([3.0, 4.0]))
    Tensor([[3., 4.],
            [6., 8.]], dtype=float32)
    """
    return xp_of(x1).multiply(x1, x2)


@elementwise(lambda g, out, x, y: g / y, lambda g, out, x, y: -g * out / y)
def divide(x1: Num[Tensor, "*#s"] | Scalar, x2: Num[Tensor, "*#s"] | Scalar, /) -> Num[Tensor, "*#s"]:
    """`x1 / x2`; integers give float32.

    >>> tg.divide(tg.asarray([1, 2]), tg.asarray([2, 8]))
    Tensor([0.5 , 0.25], dtype=float32)
    """
    xp = xp_of(x1)
    return xp.divide(_inexact(x1), _inexact(x2))


@dtype(divide)
def _(x1: str) -> str:
    return x1 if kind_of(x1) in ("float", "complex") else "float32"


def _inexact(x: Tensor | Scalar) -> Tensor:
    """A raw array of floats."""
    xp = xp_of(x)
    return xp.astype(x, xp.float32) if xp.isdtype(x.dtype, "integral") else x  # type: ignore[union-attr, return-value]  # bodies see arrays


@nondifferentiable
@elementwise()
def floor_divide(x1: Real[Tensor, "*#s"] | Scalar, x2: Real[Tensor, "*#s"] | Scalar, /) -> Real[Tensor, "*#s"]:
    """`x1 / x2`, rounded towards negative infinity; infinities stay as they are. Its gradient is zero.

    >>> tg.floor_divide(tg.asarray([7, -7]), 2)
    Tensor([ 3, -4], dtype=int64)
    """
    xp = xp_of(x1)
    out = xp.floor_divide(x1, x2)
    if xp.isdtype(out.dtype, "integral"):
        return out
    # Python, and with it numpy, has it fit `%` where an operand is infinite; the standard wants the quotient.
    return xp.where(xp.isinf(x1) | xp.isinf(x2), xp.divide(x1, x2), out)


@direct
@elementwise(lambda g, out, x, y: g, lambda g, out, x, y: -g * floor_divide(x, y))
def remainder(x1: Real[Tensor, "*#s"] | Scalar, x2: Real[Tensor, "*#s"] | Scalar, /) -> Real[Tensor, "*#s"]:
    """What `floor_divide` leaves over, with the sign of `x2`.

    >>> tg.remainder(tg.asarray([7, -7]), 4)
    Tensor([3, 1], dtype=int64)
    """
    return xp_of(x1).remainder(x1, x2)


@direct
@elementwise(lambda g, out, x: -g)
def negative(x: Num[Tensor, "*s"], /) -> Num[Tensor, "*s"]:
    """`-x`.

    >>> tg.negative(tg.asarray([1, -2]))
    Tensor([-1,  2], dtype=int64)
    """
    return namespace(x).negative(x)


@direct
@elementwise(lambda g, out, x: g)
def positive(x: Num[Tensor, "*s"], /) -> Num[Tensor, "*s"]:
    """`x` itself.

    >>> tg.positive(tg.asarray([1, -2]))
    Tensor([ 1, -2], dtype=int64)
    """
    return namespace(x).positive(x)


@direct
@elementwise(lambda g, out, x: -g * out * out)
def reciprocal(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """`1 / x`.

    >>> tg.reciprocal(tg.asarray([2.0, -4.0]))
    Tensor([ 0.5 , -0.25], dtype=float32)
    """
    return namespace(x).reciprocal(x)


@direct
@nondifferentiable
@elementwise()
def sign(x: Num[Tensor, "*s"], /) -> Num[Tensor, "*s"]:
    """-1, 0 or 1 as `x` is negative, zero or positive; `x / abs(x)` for complex numbers. Its gradient is zero.

    >>> tg.sign(tg.asarray([3.0, 0.0, -2.0]))
    Tensor([ 1.,  0., -1.], dtype=float32)
    """
    return namespace(x).sign(x)


# The slope jumps at 0, where it is taken to be 0.
@direct
@elementwise(lambda g, out, x: g * sign(x))
def abs(x: Num[Tensor, "*s"], /) -> Num[Tensor, "*s"]:
    """The magnitude; of complex numbers it is real.

    >>> tg.abs(tg.asarray([1.0, -2.0]))
    Tensor([1., 2.], dtype=float32)
    """
    return namespace(x).abs(x)


@dtype(abs)
def _(x: str) -> str:
    return {"complex64": "float32", "complex128": "float64"}.get(x, x)


@direct
@elementwise(lambda g, out, x: 2.0 * g * x)
def square(x: Num[Tensor, "*s"], /) -> Num[Tensor, "*s"]:
    """`x * x`.

    >>> tg.square(tg.asarray([1.0, -2.0]))
    Tensor([1., 4.], dtype=float32)
    """
    return namespace(x).square(x)
