"""A function that says another thing of its derivative than is true."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.primitive import jvp, primitive, vjp
from typedgrad.core.tensor import Number, Tensor


@primitive
def gradient_reversal(x: Float[Tensor, "*s"], /, *, factor: Number = 1.0) -> Float[Tensor, "*s"]:
    """`x` itself, whose derivative is taken to be `-factor`: what comes before it is trained to the opposite end.

    Source: Ganin and Lempitsky, "Unsupervised domain adaptation by backpropagation", 2015.

    >>> tg.grad(lambda x: tg.sum(tg.gradient_reversal(x, factor=0.5)))(tg.ones(2))
    Tensor([-0.5, -0.5], dtype=float32)
    """
    return x


@vjp(gradient_reversal)
def _(g: Tensor, out: Tensor, x: Tensor, *, factor: Number) -> tuple[Tensor]:
    return (g * -float(factor),)


@jvp(gradient_reversal)
def _(t: Tensor, out: Tensor, x: Tensor, *, factor: Number) -> Tensor:
    return t * -float(factor)
