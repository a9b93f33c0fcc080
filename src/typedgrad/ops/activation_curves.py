"""Smooth activation functions that are combinations of better known ones."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import elementwise
from typedgrad.core.tensor import Number, Tensor
from typedgrad.core.typed import typed
from typedgrad.ops.activation import relu, sigmoid
from typedgrad.ops.arithmetic import abs, square
from typedgrad.ops.elementwise import exp
from typedgrad.ops.power import power
from typedgrad.ops.selection import minimum, where
from typedgrad.ops.trigonometry import tanh


@elementwise(lambda g, out, x, *, alpha: where(x > 0.0, g, g * exp(minimum(x, 0.0) / alpha)))
def celu(x: Float[Tensor, "*s"], /, *, alpha: Number = 1.0) -> Float[Tensor, "*s"]:
    """`x` where it is positive, `alpha * (exp(x / alpha) - 1)` elsewhere: smooth at 0 for every `alpha`.

    Source: Barron, "Continuously differentiable exponential linear units", 2017.

    >>> tg.celu(tg.asarray([-200.0, 2.0]), alpha=0.5)
    Tensor([-0.5,  2. ], dtype=float32)
    """
    xp = namespace(x)
    return xp.maximum(x, 0.0) + alpha * xp.expm1(xp.minimum(x, 0.0) / alpha)


@typed
def swish(x: Float[Tensor, "*s"], /, *, beta: Number = 1.0) -> Float[Tensor, "*s"]:
    """`x * sigmoid(beta * x)`; `silu` for a `beta` of 1.

    Source: Ramachandran, Zoph and Le, "Searching for activation functions", 2017.

    >>> tg.swish(tg.asarray([0.0, 200.0]), beta=0.5)
    Tensor([  0., 200.], dtype=float32)
    """
    return x * sigmoid(beta * x)


@elementwise(lambda g, out, x, *, b: g * (out / (2.0 * out - x)))
def squareplus(x: Float[Tensor, "*s"], /, *, b: Number = 4.0) -> Float[Tensor, "*s"]:
    """`(x + sqrt(x² + b)) / 2`, a smooth `relu` without an exponential.

    Source: Barron, "Squareplus: a softplus-like algebraic rectifier", 2021.

    >>> tg.squareplus(tg.asarray([0.0, 1.5]))
    Tensor([1., 2.], dtype=float32)
    """
    xp = namespace(x)
    root = xp.sqrt(x * x + b)
    # For negative x the sum cancels; the product of the two roots is b.
    return xp.where(x > 0.0, 0.5 * (x + root), 0.5 * b / (root - xp.minimum(x, 0.0)))


@typed
def cube(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`x³`.

    >>> tg.cube(tg.asarray([-2.0, 3.0]))
    Tensor([-8., 27.], dtype=float32)
    """
    return power(x, 3)


@typed
def scaled_tanh(x: Float[Tensor, "*s"], /, *, inner: Number = 2 / 3, outer: Number = 1.7159) -> Float[Tensor, "*s"]:
    """`outer * tanh(inner * x)`; with the numbers unless given it is nearly 1 at 1, and -1 at -1.

    Source: LeCun, Bottou, Orr and Müller, "Efficient backprop", 1998.

    >>> tg.scaled_tanh(tg.asarray([0.0, 200.0]))
    Tensor([0.    , 1.7159], dtype=float32)
    """
    return outer * tanh(inner * x)


def _rational_gradient(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
    y = (2.0 / 3.0) * abs(x)
    bottom = 1.0 + y + y * y + 1.41645 * square(y * y)
    return g * (1.7159 * (2.0 / 3.0) * (1.0 + 2.0 * y + 5.6658 * y * y * y) / square(bottom))


@elementwise(_rational_gradient)
def rational_tanh(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`scaled_tanh` by a fraction of polynomials: `1.7159 sign(y) (1 - 1 / (1 + |y| + y² + 1.41645 y⁴))`, `y = 2x/3`.

    Source: Anguita, Parodi and Zunino, "Speed improvement of the back-propagation on current-generation workstations",
    1993.

    >>> tg.rational_tanh(tg.asarray([0.0, 200.0]))
    Tensor([0.    , 1.7159], dtype=float32)
    """
    xp = namespace(x)
    y = (2.0 / 3.0) * xp.abs(x)
    top = y + y * y + 1.41645 * (y * y) * (y * y)
    return 1.7159 * xp.sign(x) * (1.0 - 1.0 / (1.0 + top))


@typed
def rectified_tanh(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`max(tanh(x), 0)`.

    >>> tg.rectified_tanh(tg.asarray([-1.0, 200.0]))
    Tensor([0., 1.], dtype=float32)
    """
    return relu(tanh(x))


@typed
def tanh_shrink(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`x - tanh(x)`.

    >>> tg.tanh_shrink(tg.asarray([0.0, 200.0]))
    Tensor([  0., 199.], dtype=float32)
    """
    return x - tanh(x)


@typed
def affine_power(
    x: Float[Tensor, "*s"], /, exponent: Number = 1.0, *, scale: Number = 1.0, shift: Number = 0.0
) -> Float[Tensor, "*s"]:
    """`(shift + scale * x) ** exponent`.

    >>> tg.affine_power(tg.asarray([1.0, 2.0]), 2, scale=2.0, shift=1.0)
    Tensor([ 9., 25.], dtype=float32)
    """
    return power(scale * x + shift, exponent)


@typed
def identity(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`x` itself: what stands where no activation is wanted.

    >>> tg.identity(tg.asarray([-1.0, 2.0]))
    Tensor([-1.,  2.], dtype=float32)
    """
    return x
