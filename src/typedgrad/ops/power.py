"""Powers."""

from __future__ import annotations

from jaxtyping import Num

from typedgrad.backends import namespace
from typedgrad.core.primitive import direct, dtype, elementwise
from typedgrad.core.tensor import Number, Scalar, Tensor, xp_of
from typedgrad.ops.elementwise import log
from typedgrad.ops.logic import logical_and
from typedgrad.ops.selection import where
from typedgrad.shapes import Inconclusive, dtypes


def _by_base(g: Tensor, out: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """d/dx x**y = y x**(y-1), and 0 for y = 0, where x**(y-1) is infinite at x = 0."""
    constant = y == 0.0
    return g * (y * pow(x, where(constant, 1.0, y - 1.0)))


def _by_exponent(g: Tensor, out: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """d/dy x**y = x**y log(x), which is 0 at x = 0 for y > 0, and is taken to be 0 for y = 0."""
    vanishes = logical_and(x == 0.0, y >= 0.0)
    return g * (out * log(where(vanishes, 1.0, x)))


@direct
@elementwise(_by_base, _by_exponent)
def pow(x1: Num[Tensor, "*#s"] | Scalar, x2: Num[Tensor, "*#s"] | Scalar, /) -> Num[Tensor, "*#s"]:
    """`x1` to the power `x2`.

    Raises ValueError for integers with a negative exponent.

    >>> tg.pow(tg.asarray([2.0, 3.0]), tg.asarray([3.0, 2.0]))
    Tensor([8., 9.], dtype=float32)
    """
    return xp_of(x1).pow(x1, x2)


def _power_gradient(g: Tensor, out: Tensor, x: Tensor, *, exponent: Number) -> Tensor:
    if exponent == 2:
        return 2.0 * g * x
    if exponent == 0:
        return 0.0 * g
    return g * (exponent * power(x, exponent - 1))


@elementwise(_power_gradient)
def power(x: Num[Tensor, "*s"], /, exponent: Number) -> Num[Tensor, "*s"]:
    """`x ** exponent` for a Python number: squares and the like without the general method.

    Raises ValueError for integers with a negative exponent.

    >>> tg.power(tg.asarray([2.0, 3.0]), 2)
    Tensor([4., 9.], dtype=float32)
    """
    xp = namespace(x)
    if xp.isdtype(x.dtype, "integral"):
        if isinstance(exponent, float):
            x = xp.astype(x, xp.float32)
        elif exponent < 0:
            raise ValueError(f"power: integers have no negative powers; write {exponent}.0 for a result of floats")
    if exponent == 2:
        return xp.square(x)
    return x * x * x if exponent == 3 else x**exponent


@dtype(power)
def _(x: str, exponent: Number) -> str:
    if not isinstance(exponent, int | float):
        raise Inconclusive("the exponent is not known")
    return dtypes.with_scalar(x, "int" if isinstance(exponent, int) else "float")
