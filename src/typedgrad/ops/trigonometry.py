"""Trigonometric and hyperbolic functions, and their inverses. Angles are in radians."""

from __future__ import annotations

from jaxtyping import Float, Inexact

from typedgrad.backends import namespace
from typedgrad.core.primitive import direct, elementwise
from typedgrad.core.tensor import Scalar, Tensor, xp_of
from typedgrad.ops.elementwise import sqrt
from typedgrad.ops.selection import where


def _by_sin(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
    return g * cos(x)


@direct
@elementwise(_by_sin)
def sin(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The sine.

    >>> tg.sin(tg.asarray([0.0, 1.0], dtype="float64"))
    Tensor([0.        , 0.84147098], dtype=float64)
    """
    return namespace(x).sin(x)


@direct
@elementwise(lambda g, out, x: -g * sin(x))
def cos(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The cosine.

    >>> tg.cos(tg.asarray([0.0, 1.0], dtype="float64"))
    Tensor([1.        , 0.54030231], dtype=float64)
    """
    return namespace(x).cos(x)


@direct
@elementwise(lambda g, out, x: g * (1.0 + out * out))
def tan(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The tangent.

    >>> tg.tan(tg.asarray([0.0, 1.0], dtype="float64"))
    Tensor([0.        , 1.55740772], dtype=float64)
    """
    return namespace(x).tan(x)


# 1 - x² as a product, which keeps its digits near 1.
@direct
@elementwise(lambda g, out, x: g / sqrt((1.0 - x) * (1.0 + x)))
def asin(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The angle between -π/2 and π/2 whose sine is `x`; NaN outside [-1, 1].

    >>> tg.asin(tg.asarray([0.0, 1.0], dtype="float64"))
    Tensor([0.        , 1.57079633], dtype=float64)
    """
    return namespace(x).asin(x)


@direct
@elementwise(lambda g, out, x: -g / sqrt((1.0 - x) * (1.0 + x)))
def acos(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The angle between 0 and π whose cosine is `x`; NaN outside [-1, 1].

    >>> tg.acos(tg.asarray([0.0, 1.0], dtype="float64"))
    Tensor([1.57079633, 0.        ], dtype=float64)
    """
    return namespace(x).acos(x)


@direct
@elementwise(lambda g, out, x: g / (1.0 + x * x))
def atan(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The angle between -π/2 and π/2 whose tangent is `x`.

    >>> tg.atan(tg.asarray([0.0, 1.0], dtype="float64"))
    Tensor([0.        , 0.78539816], dtype=float64)
    """
    return namespace(x).atan(x)


# With r² = x² + y² the gradient of the angle of (x, y) is (-y, x) / r². Two divisions by r, because r² may overflow.
# There is no angle at the origin; the gradient is 0 there.
@direct
@elementwise(
    lambda g, out, y, x: g * (x / _radius(x, y)) / _radius(x, y),
    lambda g, out, y, x: -g * (y / _radius(x, y)) / _radius(x, y),
)
def atan2(x1: Float[Tensor, "*#s"] | Scalar, x2: Float[Tensor, "*#s"] | Scalar, /) -> Float[Tensor, "*#s"]:
    """The angle, between -π and π, of the point with ordinate `x1` and abscissa `x2`.

    >>> tg.atan2(tg.asarray([1.0, 1.0], dtype="float64"), tg.asarray([1.0, -1.0], dtype="float64"))
    Tensor([0.78539816, 2.35619449], dtype=float64)
    """
    return xp_of(x1).atan2(x1, x2)


def _radius(x: Tensor, y: Tensor) -> Tensor:
    """The distance from the origin, but 1 there: a divisor that does no harm."""
    r = hypot(x, y)
    return where(r == 0.0, 1.0, r)


@direct
@elementwise(lambda g, out, x, y: g * (x / _radius(x, y)), lambda g, out, x, y: g * (y / _radius(x, y)))
def hypot(x1: Float[Tensor, "*#s"] | Scalar, x2: Float[Tensor, "*#s"] | Scalar, /) -> Float[Tensor, "*#s"]:
    """`sqrt(x1² + x2²)` without overflow in between. The gradient at the origin is 0.

    >>> tg.hypot(tg.asarray([3.0, 3e30]), tg.asarray([4.0, 4e30]))
    Tensor([5.e+00, 5.e+30], dtype=float32)
    """
    return xp_of(x1).hypot(x1, x2)


def _by_sinh(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
    return g * cosh(x)


@direct
@elementwise(_by_sinh)
def sinh(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The hyperbolic sine.

    >>> tg.sinh(tg.asarray([0.0, 1.0], dtype="float64"))
    Tensor([0.        , 1.17520119], dtype=float64)
    """
    return namespace(x).sinh(x)


@direct
@elementwise(lambda g, out, x: g * sinh(x))
def cosh(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The hyperbolic cosine.

    >>> tg.cosh(tg.asarray([0.0, 1.0], dtype="float64"))
    Tensor([1.        , 1.54308063], dtype=float64)
    """
    return namespace(x).cosh(x)


@direct
@elementwise(lambda g, out, x: g * (1.0 - out * out))
def tanh(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The hyperbolic tangent.

    >>> tg.tanh(tg.asarray([0.0, 1.0], dtype="float64"))
    Tensor([0.        , 0.76159416], dtype=float64)
    """
    return namespace(x).tanh(x)


@direct
@elementwise(lambda g, out, x: g / sqrt(1.0 + x * x))
def asinh(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The number whose hyperbolic sine is `x`.

    >>> tg.asinh(tg.asarray([0.0, 1.0], dtype="float64"))
    Tensor([0.        , 0.88137359], dtype=float64)
    """
    return namespace(x).asinh(x)


@direct
@elementwise(lambda g, out, x: g / sqrt((x - 1.0) * (x + 1.0)))
def acosh(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The number that is not negative and whose hyperbolic cosine is `x`; NaN below 1.

    >>> tg.acosh(tg.asarray([1.0, 2.0], dtype="float64"))
    Tensor([0.       , 1.3169579], dtype=float64)
    """
    return namespace(x).acosh(x)


@direct
@elementwise(lambda g, out, x: g / ((1.0 - x) * (1.0 + x)))
def atanh(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The number whose hyperbolic tangent is `x`; NaN outside [-1, 1].

    >>> tg.atanh(tg.asarray([0.0, 0.5], dtype="float64"))
    Tensor([0.        , 0.54930614], dtype=float64)
    """
    return namespace(x).atanh(x)
