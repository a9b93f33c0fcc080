"""Values moved and scaled to mean 0 and variance 1."""

from __future__ import annotations

import math
from typing import Literal

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import primitive, vjp, where
from typedgrad.core.tensor import Tensor
from typedgrad.ops.move import reshape
from typedgrad.ops.reduce import mean, sum
from typedgrad.ops.selection import where as select
from typedgrad.shapes import Dim, Shape, at_most, prod


def _check_epsilon(name: str, epsilon: float) -> None:
    """Raise ValueError unless `epsilon` can be added to a variance."""
    if not 0.0 <= epsilon < math.inf:
        raise ValueError(f"{name}: `epsilon` must be at least 0 and finite, got {epsilon}")


@primitive
def layer_norm(
    x: Float[Tensor, "*batch n"],
    weight: Float[Tensor, "n"] | None = None,
    bias: Float[Tensor, "n"] | None = None,
    *,
    epsilon: float = 1e-5,
) -> Float[Tensor, "*batch n"]:
    """`(x - mean) / sqrt(variance + epsilon) * weight + bias`, with the mean and the variance of the last axis.

    Rows without elements stay as they are. Source: Ba, Kiros and Hinton, "Layer normalization", 2016.

    Raises ValueError for a negative or infinite `epsilon`.

    >>> tg.layer_norm(tg.asarray([[0.0, 2.0]])).numpy().round(3)
    array([[-1.,  1.]], dtype=float32)
    """
    xp = namespace(x)
    _check_epsilon("layer_norm", epsilon)
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


@primitive
def batch_norm(
    x: Float[Tensor, "n c *s"],
    weight: Float[Tensor, "c"] | None = None,
    bias: Float[Tensor, "c"] | None = None,
    *,
    epsilon: float = 1e-5,
    activation: Literal["none", "relu"] = "none",
) -> tuple[Float[Tensor, "n c *s"], Float[Tensor, "c"], Float[Tensor, "c"]]:
    """`(x - mean) / sqrt(variance + epsilon) * weight + bias`, then the mean and the (biased) variance of each channel.

    The first result goes through `activation`, at no cost worth speaking of.

    Source: Ioffe and Szegedy, "Batch normalization", 2015.

    Raises ShapeError where channels have no values, ValueError for a negative or infinite `epsilon`, or the name of
    another activation.

    >>> y, mean, variance = tg.batch_norm(tg.asarray([[0.0, 2.0], [2.0, 4.0]]))
    >>> mean, variance
    (Tensor([1., 3.], dtype=float32), Tensor([1., 1.], dtype=float32))
    """
    xp = namespace(x)
    _check_epsilon("batch_norm", epsilon)
    if activation not in {"none", "relu"}:
        raise ValueError(f"batch_norm: `activation` must be 'none' or 'relu', got {activation!r}")
    axes, column = (0, *range(2, x.ndim)), (-1, *(1,) * (x.ndim - 2))
    if 0 in x.shape:
        nothing = xp.zeros_like(xp.sum(x, axis=axes))
        return xp.positive(x), nothing, nothing
    average = xp.mean(x, axis=axes, keepdims=True)
    centred = x - average
    variance = xp.mean(centred * centred, axis=axes, keepdims=True)
    y = centred / xp.sqrt(variance + epsilon)
    if weight is not None:
        y = y * xp.reshape(weight, column)
    if bias is not None:
        y = y + xp.reshape(bias, column)
    if activation == "relu":
        y = xp.maximum(y, 0.0)
    return y, xp.reshape(average, x.shape[1:2]), xp.reshape(variance, x.shape[1:2])


@where(batch_norm)
def _(n: Dim, c: Dim, s: Shape) -> dict[str, Shape]:
    if isinstance(c, int) and c == 0:  # no channels have no means
        return {}
    at_most(1, prod((n, *s)), "`x` has no values in any channel, so there is no mean")
    return {}


# As for rows above, with the mean over all axes but that of the channels; m values have one mean and one variance, so
# their cotangents reach each value as dmean / m and dvariance * 2 c / m.
@vjp(batch_norm)
def _(
    g: tuple[Tensor, Tensor, Tensor],
    out: tuple[Tensor, Tensor, Tensor],
    x: Tensor, weight: Tensor | None, bias: Tensor | None, *, epsilon: float, activation: str,
) -> tuple[Tensor, Tensor | None, Tensor | None]:  # fmt: skip
    of_y, of_mean, of_variance = g
    if activation == "relu":
        of_y = select(out[0] > 0.0, of_y, 0.0)
    axes, column = (0, *range(2, x.ndim)), (x.shape[1], *(1,) * (x.ndim - 2))
    shift = None if bias is None else sum(of_y, axis=axes)
    if 0 in x.shape:
        return of_y, None if weight is None else sum(of_y, axis=axes), shift
    centred = x - mean(x, axis=axes, keepdims=True)
    rate = (mean(centred * centred, axis=axes, keepdims=True) + epsilon) ** -0.5
    unit = centred * rate
    t = of_y if weight is None else of_y * reshape(weight, column)
    dx = rate * (t - mean(t, axis=axes, keepdims=True) - unit * mean(t * unit, axis=axes, keepdims=True))
    count = x.size // x.shape[1]
    dx = dx + (reshape(of_mean, column) + reshape(of_variance, column) * (2.0 * centred)) / count
    return dx, None if weight is None else sum(of_y * unit, axis=axes), shift
