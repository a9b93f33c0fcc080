"""Activation functions made of pieces, most of them straight lines. At a kink the gradient is that of the flat side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import elementwise
from typedgrad.core.random import uniform
from typedgrad.core.tensor import Number, Tensor
from typedgrad.core.typed import typed
from typedgrad.ops.activation import leaky_relu
from typedgrad.ops.arithmetic import abs
from typedgrad.ops.logic import logical_and
from typedgrad.ops.selection import clip, where

if TYPE_CHECKING:
    from typedgrad.core.random import Key


def _between(g: Tensor, x: Tensor, low: float, high: float) -> Tensor:
    return where(logical_and(x > low, x < high), g, 0.0)


@elementwise(lambda g, out, x: _between(g, x, 0.0, 6.0))
def relu6(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`relu`, cut off at 6.

    >>> tg.relu6(tg.asarray([-1.0, 2.0, 8.0]))
    Tensor([0., 2., 6.], dtype=float32)
    """
    return namespace(x).clip(x, 0.0, 6.0)


@elementwise(
    lambda g, out, x, slope: g * where(x > 0.0, 1.0, slope),
    lambda g, out, x, slope: g * where(x > 0.0, 0.0, x),
)
def prelu(x: Float[Tensor, "*#s"], slope: Float[Tensor, "*#s"], /) -> Float[Tensor, "*#s"]:
    """`x` where it is positive, `slope * x` elsewhere, with a slope that is learnt.

    Source: He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015.

    >>> tg.prelu(tg.asarray([[-1.0, -1.0], [2.0, 2.0]]), tg.asarray([0.5, 0.25]))
    Tensor([[-0.5 , -0.25],
            [ 2.  ,  2.  ]], dtype=float32)
    """
    xp = namespace(x)
    return xp.maximum(x, 0.0) + slope * xp.minimum(x, 0.0)


# Not @typed: what it calls checks the same, and a key is no part of a signature.
def rrelu(
    x: Float[Tensor, "*s"], /, *, low: Number = 1 / 8, high: Number = 1 / 3, key: Key | None = None
) -> Float[Tensor, "*s"]:
    """`x` where it is positive, and elsewhere `x` times a slope: with a key a random one for each element.

    Slopes are drawn uniformly from [low, high); without a key all are the mean of these, as is right after training.

    Raises ValueError unless `low` <= `high`.

    Source: Xu, Wang, Chen and Li, "Empirical evaluation of rectified activations in convolutional network", 2015.

    >>> tg.rrelu(tg.asarray([-1.0, 2.0]), low=0.25, high=0.75)
    Tensor([-0.5,  2. ], dtype=float32)
    """
    if not low <= high:
        raise ValueError(f"rrelu: `low` must not exceed `high`, got {low} and {high}")
    if key is None or x.device == "abstract":
        return leaky_relu(x, slope=0.5 * (low + high))
    return prelu(x, uniform(key, x.shape, low=low, high=high, dtype=x.dtype, device=x.device))


@elementwise(lambda g, out, x, *, threshold, value: where(x > threshold, g, 0.0))
def threshold(x: Float[Tensor, "*s"], /, *, threshold: Number, value: Number = 0.0) -> Float[Tensor, "*s"]:
    """`x` where it is above the threshold, `value` elsewhere.

    >>> tg.threshold(tg.asarray([0.5, 2.0]), threshold=1.0, value=-1.0)
    Tensor([-1.,  2.], dtype=float32)
    """
    xp = namespace(x)
    return xp.where(x > threshold, x, xp.asarray(float(value), dtype=x.dtype))


@typed
def thresholded_relu(x: Float[Tensor, "*s"], /, *, theta: Number = 1.0) -> Float[Tensor, "*s"]:
    """`x` where it is above `theta`, 0 elsewhere.

    Source: Konda, Memisevic and Krueger, "Zero-bias autoencoders and the benefits of co-adapting features", 2014.

    >>> tg.thresholded_relu(tg.asarray([0.5, 2.0]))
    Tensor([0., 2.], dtype=float32)
    """
    return threshold(x, threshold=theta)


@elementwise(lambda g, out, x, *, width: where(abs(x) > width, g, 0.0))
def hard_shrink(x: Float[Tensor, "*s"], /, *, width: Number = 0.5) -> Float[Tensor, "*s"]:
    """`x`, and 0 where it is within `width` of 0.

    >>> tg.hard_shrink(tg.asarray([-1.0, 0.25, 2.0]))
    Tensor([-1.,  0.,  2.], dtype=float32)
    """
    xp = namespace(x)
    return xp.where(xp.abs(x) > width, x, xp.zeros_like(x))


@elementwise(lambda g, out, x, *, width: where(abs(x) > width, g, 0.0))
def soft_shrink(x: Float[Tensor, "*s"], /, *, width: Number = 0.5) -> Float[Tensor, "*s"]:
    """`x`, nearer to 0 by `width`, and 0 where it is within.

    >>> tg.soft_shrink(tg.asarray([-1.0, 0.25, 2.0]))
    Tensor([-0.5,  0. ,  1.5], dtype=float32)
    """
    return x - namespace(x).clip(x, -float(width), float(width))


def _hard_silu_gradient(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
    return g * where(x > 3.0, 1.0, where(x < -3.0, 0.0, x / 3.0 + 0.5))


@elementwise(_hard_silu_gradient)
def hard_silu(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`x * relu6(x + 3) / 6`, a `silu` of pieces, also called hard swish.

    Source: Howard et al., "Searching for MobileNetV3", 2019.

    >>> tg.hard_silu(tg.asarray([-3.0, 0.0, 1.5, 3.0]))
    Tensor([-0.   ,  0.   ,  1.125,  3.   ], dtype=float32)
    """
    return x * (namespace(x).clip(x + 3.0, 0.0, 6.0) / 6.0)


@elementwise(lambda g, out, x: g * clip(0.5 * (x + 1.0), 0.0, 1.0))
def sparse_plus(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """0 up to -1, `x` from 1 on, and `(x + 1)² / 4` between them.

    >>> tg.sparse_plus(tg.asarray([-2.0, 0.0, 2.0]))
    Tensor([0.  , 0.25, 2.  ], dtype=float32)
    """
    xp = namespace(x)
    inner = xp.clip(x, -1.0, 1.0) + 1.0
    return 0.25 * inner * inner + xp.maximum(x - 1.0, 0.0)


@elementwise(lambda g, out, x: 0.5 * _between(g, x, -1.0, 1.0))
def sparse_sigmoid(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`(x + 1) / 2`, cut off at 0 and 1: the slope of `sparse_plus`.

    >>> tg.sparse_sigmoid(tg.asarray([-2.0, 0.0, 2.0]))
    Tensor([0. , 0.5, 1. ], dtype=float32)
    """
    return 0.5 * (namespace(x).clip(x, -1.0, 1.0) + 1.0)


def _ultra_fast_gradient(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
    z = 0.5 * abs(x)
    near = 0.375 / ((1.0 + z) * (1.0 + z))
    return where(z < 1.7, g * near, where(z < 3.0, (0.25 * 0.0458812946797165) * g, 0.0))


@elementwise(_ultra_fast_gradient)
def ultra_fast_sigmoid(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """A sigmoid of a fraction, a line and a constant, off by 0.02 at most; for weights that were trained with it.

    >>> tg.ultra_fast_sigmoid(tg.asarray([0.0, 2.0, 200.0], dtype="float64"))
    Tensor([0.5       , 0.875     , 0.99752738], dtype=float64)
    """
    xp = namespace(x)
    z = 0.5 * xp.abs(x)
    line = 0.935409070603099 + 0.0458812946797165 * (z - 1.7)
    far = xp.where(z < 3.0, line, xp.asarray(0.99505475368673, dtype=x.dtype))
    half = xp.where(z < 1.7, 1.5 * z / (1.0 + z), far)
    return 0.5 * (xp.sign(x) * half + 1.0)
