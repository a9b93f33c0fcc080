"""Exponentials, logarithms and roots, element by element."""

from __future__ import annotations

import math
from typing import Final

from jaxtyping import Inexact

from typedgrad.backends import namespace
from typedgrad.core.primitive import direct, elementwise
from typedgrad.core.tensor import Tensor

_LOG_2: Final = math.log(2)
_LOG_10: Final = math.log(10)


@direct
@elementwise(lambda g, out, x: g * out)
def exp(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The exponential function, e to the power `x`.

    >>> tg.exp(tg.asarray([0.0, 1.0], dtype="float64"))
    Tensor([1.        , 2.71828183], dtype=float64)
    """
    return namespace(x).exp(x)


# Not g * (out + 1), which is 0 long before exp(x) is.
@elementwise(lambda g, out, x: g * exp(x))
def expm1(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """`exp(x) - 1`, exact for small `x`.

    >>> tg.expm1(tg.asarray([0.0, 1e-6], dtype="float64"))
    Tensor([0.0000000e+00, 1.0000005e-06], dtype=float64)
    """
    xp = namespace(x)
    if x.dtype not in (xp.complex64, xp.complex128):
        return xp.expm1(x)
    # Libraries multiply the parts out, which makes NaN of infinity times zero.
    return xp.where(xp.isfinite(x), xp.expm1(x), xp.exp(x) - 1)


@direct
@elementwise(lambda g, out, x: g / x)
def log(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The natural logarithm: -inf at 0, NaN for negative numbers.

    >>> tg.log(tg.asarray([1.0, 2.0], dtype="float64"))
    Tensor([0.        , 0.69314718], dtype=float64)
    """
    return namespace(x).log(x)


@direct
@elementwise(lambda g, out, x: g / (1.0 + x))
def log1p(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """`log(1 + x)`, exact for small `x`.

    >>> tg.log1p(tg.asarray([0.0, 1e-6], dtype="float64"))
    Tensor([0.000000e+00, 9.999995e-07], dtype=float64)
    """
    return namespace(x).log1p(x)


@direct
@elementwise(lambda g, out, x: g / (_LOG_2 * x))
def log2(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The logarithm to base 2.

    >>> tg.log2(tg.asarray([1.0, 8.0]))
    Tensor([0., 3.], dtype=float32)
    """
    return namespace(x).log2(x)


@direct
@elementwise(lambda g, out, x: g / (_LOG_10 * x))
def log10(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The logarithm to base 10.

    >>> tg.log10(tg.asarray([1.0, 100.0], dtype="float64"))
    Tensor([0., 2.], dtype=float64)
    """
    return namespace(x).log10(x)


@direct
@elementwise(lambda g, out, x: 0.5 * g / out)
def sqrt(x: Inexact[Tensor, "*s"], /) -> Inexact[Tensor, "*s"]:
    """The square root; NaN for negative numbers. The gradient at 0 is infinite.

    >>> tg.sqrt(tg.asarray([4.0, 9.0]))
    Tensor([2., 3.], dtype=float32)
    """
    return namespace(x).sqrt(x)
