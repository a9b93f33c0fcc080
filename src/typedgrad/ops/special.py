"""The error function, which the standard lacks, to a few units in the last place.

With z = x², `erf(x) / x` is a polynomial in z near 0. Further out the complement is, but for the factor exp(-z), a
slowly varying function: `(1 + a) exp(a²) erfc(a)` with a = |x| is a polynomial in t = (a - 3) / (a + 3), a change of
variable as in M. M. Shepherd and J. G. Laframboise, Mathematics of Computation 36, 1981. The polynomials interpolate
both functions at Chebyshev points, computed with 60 digits, for z <= 1/4 and for a between 1/2 and where
erfc underflows; the relative error of the interpolation is below a tenth of the rounding unit.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import elementwise
from typedgrad.core.tensor import Tensor
from typedgrad.ops.elementwise import exp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typedgrad.backends import Namespace

# Coefficients of the highest power first, for float32 and float64.
NEAR: Final = {
    32: (0.0047190827, -0.026757732, 0.112828314, -0.37612608, 1.1283791),
    64: (
        1.4725865480556744e-06, -1.4845849259707869e-05, 0.00012053335124353741, -0.0008548297753674966,
        0.00522397737302147, -0.026866170632887928, 0.11283791670925353, -0.37612638903183476, 1.1283791670955126,
    ),
}  # fmt: skip
TAIL: Final = {
    32: (
        -0.00027974052, 0.00063382904, 0.0015737643, -0.009748213, 0.021967214,
        -0.023804188, -0.01023618, 0.09902077, -0.23092732, 0.7160046,
    ),
    64: (
        1.8781063583379586e-09, 3.478747340542979e-08, -2.1541171439563472e-08, -2.761833421032368e-07,
        3.660591129240259e-08, 1.5781887981135973e-06, 2.743602735032848e-07, -8.986024601647052e-06,
        -1.5192349220579907e-06, 5.61183758215556e-05, -2.0550524908429166e-05, -0.00036728832057461943,
        0.0006458140542803691, 0.0016185691113093225, -0.009750689280863485, 0.021957764013545263,
        -0.023803913109155007, -0.010235388899031592, 0.0990207536794478, -0.23092733308380903, 0.7160046047255598,
    ),
}  # fmt: skip
_SLOPE: Final = 2.0 / math.sqrt(math.pi)  # of erf at 0
# Beyond this erfc is 0, in float64 and more so in float32.
_VANISHED: Final = 27.5


# d/dx erf(x) = 2 exp(-x²) / √π
@elementwise(lambda g, out, x: g * (_SLOPE * exp(-x * x)))
def erf(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """The error function, `2/√π` times the integral of `exp(-t²)` from 0 to `x`.

    >>> tg.erf(tg.asarray([0.0, 0.5, -3.0], dtype="float64"))
    Tensor([ 0.        ,  0.52049988, -0.99997791], dtype=float64)
    """
    xp = namespace(x)
    narrow, x = x, _widened(xp, x)
    a = _magnitude(xp, x)
    far = 1.0 - xp.exp(-a * a) * _tail(xp, a)
    near = xp.astype(a < 0.5, a.dtype)  # both branches are finite everywhere, so 0 and 1 can choose
    out = xp.copysign(near * _near(xp, a) + (1.0 - near) * far, x)
    return xp.astype(out, narrow.dtype, copy=False)


@elementwise(lambda g, out, x: g * (-_SLOPE * exp(-x * x)))
def erfc(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`1 - erf(x)`, which keeps its digits where `erf(x)` is nearly 1.

    >>> tg.erfc(tg.asarray([0.0, 5.0], dtype="float64"))
    Tensor([1.00000000e+00, 1.53745979e-12], dtype=float64)
    """
    return complement(namespace(x), x)


def complement(xp: Namespace[Tensor], x: Tensor) -> Tensor:
    """`erfc` on raw arrays."""
    narrow, x = x, _widened(xp, x)
    a = _magnitude(xp, x)
    # a² needs more digits than a number has: with c = a, cut after four bits of its fraction, c² is exact, and
    # exp(-a²) = exp(-c²) exp(-(a - c)(a + c)).
    c = xp.floor(a * 16.0) / 16.0
    far = xp.exp(-c * c) * xp.exp((c - a) * (c + a)) * _tail(xp, a)
    near, sign = xp.astype(a < 0.5, a.dtype), xp.copysign(xp.asarray(1.0, dtype=x.dtype), x)
    out = near * (1.0 - sign * _near(xp, a)) + (1.0 - near) * ((1.0 - sign) + sign * far)
    return xp.astype(out, narrow.dtype, copy=False)


def _widened(xp: Namespace[Tensor], x: Tensor) -> Tensor:
    """float16 has too few digits to compute with: the work is done in float32."""
    return x if x.dtype in (xp.float32, xp.float64) else xp.astype(x, xp.float32)


def _bits(xp: Namespace[Tensor], x: Tensor) -> int:
    return 32 if x.dtype == xp.float32 else 64


def _magnitude(xp: Namespace[Tensor], x: Tensor) -> Tensor:
    """|x|, but no more than what makes no difference."""
    return xp.minimum(xp.abs(x), xp.asarray(_VANISHED, dtype=x.dtype))


def _near(xp: Namespace[Tensor], a: Tensor) -> Tensor:
    """erf(a) for a < 1/2."""
    return a * _polynomial(a * a, NEAR[_bits(xp, a)])


def _tail(xp: Namespace[Tensor], a: Tensor) -> Tensor:
    """exp(a²) erfc(a) for a >= 1/2."""
    return _polynomial((a - 3.0) / (a + 3.0), TAIL[_bits(xp, a)]) / (1.0 + a)


def _polynomial(x: Tensor, coefficients: Sequence[float]) -> Tensor:
    """The value of a polynomial, by Horner's rule."""
    total = x * coefficients[0] + coefficients[1]
    for c in coefficients[2:]:
        total *= x
        total += c
    return total
