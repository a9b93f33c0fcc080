"""Comparisons, element by element, with broadcasting. Their results are bools, through which no gradient flows.

NaN is not equal to anything, not even to itself, and neither less nor greater.
"""

from __future__ import annotations

from jaxtyping import Bool, Real, Shaped

from typedgrad.core.primitive import direct, elementwise, nondifferentiable
from typedgrad.core.tensor import Scalar, Tensor, xp_of


@direct
@nondifferentiable
@elementwise()
def equal(x1: Shaped[Tensor, "*#s"] | Scalar, x2: Shaped[Tensor, "*#s"] | Scalar, /) -> Bool[Tensor, "*#s"]:
    """`x1 == x2`.

    >>> tg.equal(tg.asarray([1, 2]), tg.asarray([1, 3]))
    Tensor([ True, False], dtype=bool)
    """
    return xp_of(x1).equal(x1, x2)


@direct
@nondifferentiable
@elementwise()
def not_equal(x1: Shaped[Tensor, "*#s"] | Scalar, x2: Shaped[Tensor, "*#s"] | Scalar, /) -> Bool[Tensor, "*#s"]:
    """`x1 != x2`.

    >>> tg.not_equal(tg.asarray([1, 2]), tg.asarray([1, 3]))
    Tensor([False,  True], dtype=bool)
    """
    return xp_of(x1).not_equal(x1, x2)


@direct
@nondifferentiable
@elementwise()
def less(x1: Real[Tensor, "*#s"] | Scalar, x2: Real[Tensor, "*#s"] | Scalar, /) -> Bool[Tensor, "*#s"]:
    """`x1 < x2`.

    >>> tg.less(tg.asarray([1, 2, 3]), 2)
    Tensor([ True, False, False], dtype=bool)
    """
    return xp_of(x1).less(x1, x2)


@direct
@nondifferentiable
@elementwise()
def less_equal(x1: Real[Tensor, "*#s"] | Scalar, x2: Real[Tensor, "*#s"] | Scalar, /) -> Bool[Tensor, "*#s"]:
    """`x1 <= x2`.

    >>> tg.less_equal(tg.asarray([1, 2, 3]), 2)
    Tensor([ True,  True, False], dtype=bool)
    """
    return xp_of(x1).less_equal(x1, x2)


@direct
@nondifferentiable
@elementwise()
def greater(x1: Real[Tensor, "*#s"] | Scalar, x2: Real[Tensor, "*#s"] | Scalar, /) -> Bool[Tensor, "*#s"]:
    """`x1 > x2`.

    >>> tg.greater(tg.asarray([1, 2, 3]), 2)
    Tensor([False, False,  True], dtype=bool)
    """
    return xp_of(x1).greater(x1, x2)


@direct
@nondifferentiable
@elementwise()
def greater_equal(x1: Real[Tensor, "*#s"] | Scalar, x2: Real[Tensor, "*#s"] | Scalar, /) -> Bool[Tensor, "*#s"]:
    """`x1 >= x2`.

    >>> tg.greater_equal(tg.asarray([1, 2, 3]), 2)
    Tensor([False,  True,  True], dtype=bool)
    """
    return xp_of(x1).greater_equal(x1, x2)
