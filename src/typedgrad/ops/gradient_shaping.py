"""Functions that give what they get, and change only the gradient on its way back.

So their gradients are not those of what they compute: on purpose.
"""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.primitive import primitive, vjp
from typedgrad.core.tensor import Number, Tensor
from typedgrad.ops.arithmetic import sign
from typedgrad.ops.selection import clip


@primitive
def clip_gradient(x: Float[Tensor, "*s"], /, *, limit: Number) -> Float[Tensor, "*s"]:
    """`x`, whose gradient is brought into [-limit, limit], element by element, as within recurrent networks.

    Raises ValueError if the limit is not positive.

    >>> tg.grad(lambda x: tg.sum(5.0 * tg.clip_gradient(x, limit=1.0)))(tg.asarray([2.0]))
    Tensor([1.], dtype=float32)
    """
    if not limit > 0:
        raise ValueError(f"clip_gradient: `limit` must be positive, got {limit}")
    return x


@vjp(clip_gradient)
def _(g: Tensor, out: Tensor, x: Tensor, *, limit: Number) -> tuple[Tensor]:
    return (clip(g, -limit, limit),)


@primitive
def penalize_activity(x: Float[Tensor, "*s"], /, *, l1: Number = 0.0, l2: Number = 0.0) -> Float[Tensor, "*s"]:
    """`x`, with the gradient of a penalty `l1 * |x| + l2 / 2 * x²` on every element, which no loss reports.

    It is added as it is, whatever the loss is divided by.

    Raises ValueError if a number is negative.

    >>> tg.grad(lambda x: tg.sum(tg.penalize_activity(x, l1=0.5)))(tg.asarray([2.0, -2.0]))
    Tensor([1.5, 0.5], dtype=float32)
    """
    if not (l1 >= 0 and l2 >= 0):
        raise ValueError(f"penalize_activity: `l1` and `l2` must not be negative, got {l1} and {l2}")
    return x


@vjp(penalize_activity)
def _(g: Tensor, out: Tensor, x: Tensor, *, l1: Number, l2: Number) -> tuple[Tensor]:
    return (g + l1 * sign(x) + l2 * x,)
