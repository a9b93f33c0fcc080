"""Logic on bools, and on the bits of integers. No gradient flows through either."""

from __future__ import annotations

from jaxtyping import Bool, Integer, Shaped

from typedgrad.backends import namespace
from typedgrad.core.dtypes import kind_of
from typedgrad.core.primitive import direct, dtype, elementwise, nondifferentiable
from typedgrad.core.tensor import Tensor, xp_of
from typedgrad.shapes import DTypeError


@direct
@nondifferentiable
@elementwise()
def logical_and(x1: Bool[Tensor, "*#s"] | bool, x2: Bool[Tensor, "*#s"] | bool, /) -> Bool[Tensor, "*#s"]:
    """Whether both are true.

    >>> tg.logical_and(tg.asarray([True, True]), tg.asarray([True, False]))
    Tensor([ True, False], dtype=bool)
    """
    return xp_of(x1).logical_and(x1, x2)


@direct
@nondifferentiable
@elementwise()
def logical_or(x1: Bool[Tensor, "*#s"] | bool, x2: Bool[Tensor, "*#s"] | bool, /) -> Bool[Tensor, "*#s"]:
    """Whether at least one is true.

    >>> tg.logical_or(tg.asarray([True, False]), tg.asarray([False, False]))
    Tensor([ True, False], dtype=bool)
    """
    return xp_of(x1).logical_or(x1, x2)


@direct
@nondifferentiable
@elementwise()
def logical_xor(x1: Bool[Tensor, "*#s"] | bool, x2: Bool[Tensor, "*#s"] | bool, /) -> Bool[Tensor, "*#s"]:
    """Whether exactly one is true.

    >>> tg.logical_xor(tg.asarray([True, True]), tg.asarray([True, False]))
    Tensor([False,  True], dtype=bool)
    """
    return xp_of(x1).logical_xor(x1, x2)


@direct
@nondifferentiable
@elementwise()
def logical_not(x: Bool[Tensor, "*s"], /) -> Bool[Tensor, "*s"]:
    """Whether `x` is false.

    >>> tg.logical_not(tg.asarray([True, False]))
    Tensor([False,  True], dtype=bool)
    """
    return namespace(x).logical_not(x)


@direct
@nondifferentiable
@elementwise()
def bitwise_and(x1: Shaped[Tensor, "*#s"] | int, x2: Shaped[Tensor, "*#s"] | int, /) -> Shaped[Tensor, "*#s"]:
    """`x1 & x2`, of integers or of bools.

    >>> tg.bitwise_and(tg.asarray([6, 5]), 3)
    Tensor([2, 1], dtype=int64)
    """
    return xp_of(x1).bitwise_and(x1, x2)


@direct
@nondifferentiable
@elementwise()
def bitwise_or(x1: Shaped[Tensor, "*#s"] | int, x2: Shaped[Tensor, "*#s"] | int, /) -> Shaped[Tensor, "*#s"]:
    """`x1 | x2`, of integers or of bools.

    >>> tg.bitwise_or(tg.asarray([6, 5]), 3)
    Tensor([7, 7], dtype=int64)
    """
    return xp_of(x1).bitwise_or(x1, x2)


@direct
@nondifferentiable
@elementwise()
def bitwise_xor(x1: Shaped[Tensor, "*#s"] | int, x2: Shaped[Tensor, "*#s"] | int, /) -> Shaped[Tensor, "*#s"]:
    """`x1 ^ x2`, of integers or of bools.

    >>> tg.bitwise_xor(tg.asarray([6, 5]), 3)
    Tensor([5, 6], dtype=int64)
    """
    return xp_of(x1).bitwise_xor(x1, x2)


@direct
@nondifferentiable
@elementwise()
def bitwise_invert(x: Shaped[Tensor, "*s"], /) -> Shaped[Tensor, "*s"]:
    """`~x`: every bit of an integer turned over, or a bool's negation.

    >>> tg.bitwise_invert(tg.asarray([0, 5]))
    Tensor([-1, -6], dtype=int64)
    """
    return namespace(x).bitwise_invert(x)


@direct
@nondifferentiable
@elementwise()
def bitwise_left_shift(x1: Integer[Tensor, "*#s"] | int, x2: Integer[Tensor, "*#s"] | int, /) -> Integer[Tensor, "*#s"]:
    """`x1 << x2`.

    >>> tg.bitwise_left_shift(tg.asarray([1, 3]), 2)
    Tensor([ 4, 12], dtype=int64)
    """
    return xp_of(x1).bitwise_left_shift(x1, x2)


@direct
@nondifferentiable
@elementwise()
def bitwise_right_shift(
    x1: Integer[Tensor, "*#s"] | int, x2: Integer[Tensor, "*#s"] | int, /
) -> Integer[Tensor, "*#s"]:
    """`x1 >> x2`, which keeps the sign.

    >>> tg.bitwise_right_shift(tg.asarray([9, -9]), 2)
    Tensor([ 2, -3], dtype=int64)
    """
    return xp_of(x1).bitwise_right_shift(x1, x2)


# jaxtyping has no class for "integers and bools", so the rule for the result's dtype refuses the rest. By then both
# operands have been brought to one dtype.
def _bits(op: str, operands: str, given: str) -> str:
    if kind_of(given) not in ("bool", "int"):
        raise DTypeError(f"{operands} must be Integer or Bool, not {given}", where=op)
    return given


dtype(bitwise_and)(lambda x1: _bits("bitwise_and", "`x1` and `x2`", x1))
dtype(bitwise_or)(lambda x1: _bits("bitwise_or", "`x1` and `x2`", x1))
dtype(bitwise_xor)(lambda x1: _bits("bitwise_xor", "`x1` and `x2`", x1))
dtype(bitwise_invert)(lambda x: _bits("bitwise_invert", "`x`", x))
