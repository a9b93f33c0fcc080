"""Values moved and scaled to mean 0 and variance 1."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import primitive, vjp
from typedgrad.core.tensor import Tensor
from typedgrad.ops.reduce import mean, sum


@primitive
def layer_norm(
    x: Float[Tensor, "*batch n"],
    weight: Float[Tensor, "n"] | None = None,
    bias: Float[Tensor, "n"] | None = None,
    *,
    epsilon: float = 1e-5,
) -> Float[Tensor, "*batch n"]:
    """`(x - mean) / sqrt(variance + epsilon) * weight + bias`, with the mean and the variance of the last axis.

    Source: Ba, Kiros and Hinton, "Layer normalization", 2016.

    >>> tg.layer_norm(tg.asarray([[0.0, 2.0]])).numpy().round(3)
    array([[-1.,  1.]], dtype=float32)
    """
    xp = namespace(x)
    if 0 in x.shape:
        return xp.positive(x)
    centred = x - xp.mean(x, axis=-1, keepdims=True)
    y = centred / xp.sqrt(xp.mean(centred * centred, axis=-1, keepdims=True) + epsilon)
    if weight is not None:
        y = y * weight
    return y if bias is None else y + bias


# With c = x - mean, r = 1 / sqrt(variance + epsilon), u = c r and t = g weight: dx = r (t - mean(t) - u mean(t u)).
@vjp(layer_norm)
def _(
    g: Tensor, out: Tensor, x: Tensor, weight: Tensor | None, bias: Tensor | None, *, epsilon: float
) -> tuple[Tensor, Tensor | None, Tensor | None]:
    axes = tuple(range(g.ndim - 1))
    if 0 in x.shape:
        return g, None if weight is None else sum(g, axis=axes), None if bias is None else sum(g, axis=axes)
    centred = x - mean(x, axis=-1, keepdims=True)
    rate = (mean(centred * centred, axis=-1, keepdims=True) + epsilon) ** -0.5
    unit = centred * rate
    t = g if weight is None else g * weight
    dx = rate * (t - mean(t, axis=-1, keepdims=True) - unit * mean(t * unit, axis=-1, keepdims=True))
    return dx, None if weight is None else sum(g * unit, axis=axes), None if bias is None else sum(g, axis=axes)
