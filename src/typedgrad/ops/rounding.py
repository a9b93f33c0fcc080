"""Rounding to whole numbers. Results are piecewise constant: their gradients are zero. Integers stay as they are."""

from __future__ import annotations

from jaxtyping import Num, Real

from typedgrad.backends import namespace
from typedgrad.core.primitive import direct, elementwise, nondifferentiable
from typedgrad.core.tensor import Tensor


@direct
@nondifferentiable
@elementwise()
def ceil(x: Real[Tensor, "*s"], /) -> Real[Tensor, "*s"]:
    """The least whole number that is not less than `x`.

    >>> tg.ceil(tg.asarray([1.2, -1.2]))
    Tensor([ 2., -1.], dtype=float32)
    """
    return namespace(x).ceil(x)


@direct
@nondifferentiable
@elementwise()
def floor(x: Real[Tensor, "*s"], /) -> Real[Tensor, "*s"]:
    """The greatest whole number that is not greater than `x`.

    >>> tg.floor(tg.asarray([1.2, -1.2]))
    Tensor([ 1., -2.], dtype=float32)
    """
    return namespace(x).floor(x)


@nondifferentiable
@elementwise()
def round(x: Num[Tensor, "*s"], /) -> Num[Tensor, "*s"]:
    """The nearest whole number; of two equally near ones the even one.

    >>> tg.round(tg.asarray([1.2, 0.5, 1.5]))
    Tensor([1., 0., 2.], dtype=float32)
    """
    return namespace(x).round(x)


@direct
@nondifferentiable
@elementwise()
def trunc(x: Real[Tensor, "*s"], /) -> Real[Tensor, "*s"]:
    """`x` without its fraction.

    >>> tg.trunc(tg.asarray([1.7, -1.7]))
    Tensor([ 1., -1.], dtype=float32)
    """
    return namespace(x).trunc(x)
