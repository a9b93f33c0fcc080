"""Activation functions. Bodies choose by arithmetic: `where` is slow on processors that guess what it will choose."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

from jaxtyping import Float

from typedgrad.backends import namespace
from typedgrad.core.primitive import elementwise
from typedgrad.core.tensor import Number, Tensor
from typedgrad.core.typed import typed
from typedgrad.ops.arithmetic import abs, square
from typedgrad.ops.elementwise import exp
from typedgrad.ops.selection import clip, minimum, where
from typedgrad.ops.special import complement, erfc
from typedgrad.ops.trigonometry import tanh

if TYPE_CHECKING:
    from typedgrad.backends import Namespace

_ROOT_HALF: Final = math.sqrt(0.5)
_ROOT_2_OVER_PI: Final = math.sqrt(2.0 / math.pi)
_CUBIC: Final = 0.044715
_LOGISTIC: Final = 1.702
# The fixed point of Klambauer et al.: mean 0 and variance 1 stay as they are.
_SELU_ALPHA: Final = 1.6732632423543772
_SELU_SCALE: Final = 1.0507009873554805


@elementwise(lambda g, out, x: g * (out * (1.0 - out)))
def sigmoid(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`1 / (1 + exp(-x))`, the logistic function.

    >>> tg.sigmoid(tg.asarray([0.0, -200.0, 200.0]))
    Tensor([0.5, 0. , 1. ], dtype=float32)
    """
    return logistic(namespace(x), x)


def logistic(xp: Namespace[Tensor], x: Tensor) -> Tensor:
    """exp(x) / (1 + exp(x)) for negative `x`, 1 / (1 + exp(-x)) for others: no exponential can overflow."""
    return xp.exp(xp.minimum(x, 0.0)) / (1.0 + xp.exp(-xp.abs(x)))


@elementwise(lambda g, out, x: g * sigmoid(-x))
def log_sigmoid(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`log(sigmoid(x))`, which keeps its digits for `x` of any size.

    >>> tg.log_sigmoid(tg.asarray([-200.0, 200.0]))
    Tensor([-200.,   -0.], dtype=float32)
    """
    return -_softplus(namespace(x), -x)


@elementwise(lambda g, out, x: g * sigmoid(x))
def softplus(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`log(1 + exp(x))`, a smooth `relu`.

    >>> tg.softplus(tg.asarray([-200.0, 200.0]))
    Tensor([  0., 200.], dtype=float32)
    """
    return _softplus(namespace(x), x)


def _softplus(xp: Namespace[Tensor], x: Tensor) -> Tensor:
    """As with `logistic`, nothing overflows. Libraries' own `logaddexp` does one element after the other."""
    return xp.maximum(x, 0.0) + xp.log1p(xp.exp(-xp.abs(x)))


@elementwise(lambda g, out, x: where(out > 0.0, g, 0.0))
def relu(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`max(x, 0)`. Its gradient at 0 is 0.

    >>> tg.relu(tg.asarray([-1.0, 2.0]))
    Tensor([0., 2.], dtype=float32)
    """
    return namespace(x).maximum(x, 0.0)


@elementwise(lambda g, out, x, *, slope: where(x > 0.0, g, slope * g))
def leaky_relu(x: Float[Tensor, "*s"], /, *, slope: Number = 0.01) -> Float[Tensor, "*s"]:
    """`x` where it is positive, `slope * x` elsewhere.

    >>> tg.leaky_relu(tg.asarray([-1.0, 2.0]), slope=0.5)
    Tensor([-0.5,  2. ], dtype=float32)
    """
    xp = namespace(x)
    return xp.maximum(x, 0.0) + slope * xp.minimum(x, 0.0)


@elementwise(lambda g, out, x, *, alpha: where(x > 0.0, g, g * (alpha * exp(minimum(x, 0.0)))))
def elu(x: Float[Tensor, "*s"], /, *, alpha: Number = 1.0) -> Float[Tensor, "*s"]:
    """`x` where it is positive, `alpha * (exp(x) - 1)` elsewhere.

    Source: Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by ELUs", 2015.

    >>> tg.elu(tg.asarray([-200.0, 2.0]))
    Tensor([-1.,  2.], dtype=float32)
    """
    xp = namespace(x)
    return xp.maximum(x, 0.0) + alpha * xp.expm1(xp.minimum(x, 0.0))


@typed
def selu(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`elu`, scaled so that layers of it keep mean 0 and variance 1.

    Source: Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks", 2017.

    >>> tg.selu(tg.asarray([-200.0, 1.0], dtype="float64"))
    Tensor([-1.75809934,  1.05070099], dtype=float64)
    """
    return _SELU_SCALE * elu(x, alpha=_SELU_ALPHA)


@elementwise(lambda g, out, x: g / square(1.0 + abs(x)))
def softsign(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`x / (1 + abs(x))`.

    >>> tg.softsign(tg.asarray([-1.0, 3.0]))
    Tensor([-0.5 ,  0.75], dtype=float32)
    """
    return x / (1.0 + namespace(x).abs(x))


def _silu_gradient(g: Tensor, out: Tensor, x: Tensor) -> Tensor:
    s = sigmoid(x)
    return g * (s * (1.0 + x * (1.0 - s)))


@elementwise(_silu_gradient)
def silu(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`x * sigmoid(x)`, also called swish.

    Source: Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units", 2017.

    >>> tg.silu(tg.asarray([0.0, 200.0]))
    Tensor([  0., 200.], dtype=float32)
    """
    return x * logistic(namespace(x), x)


def _gelu_gradient(g: Tensor, out: Tensor, x: Tensor, *, approximate: str) -> Tensor:
    # P(x) + x p(x), with the normal distribution's P and density p; or that of its approximation.
    if approximate == "none":
        return g * (0.5 * erfc(-_ROOT_HALF * x) + x * (0.5 * _ROOT_2_OVER_PI * exp(-0.5 * x * x)))
    if approximate == "sigmoid":
        s = sigmoid(_LOGISTIC * x)
        return g * (s + _LOGISTIC * (x * s * (1.0 - s)))
    t = tanh(_ROOT_2_OVER_PI * (x + _CUBIC * x * x * x))
    return g * (0.5 * (1.0 + t) + 0.5 * _ROOT_2_OVER_PI * (x * (1.0 - t * t) * (1.0 + 3.0 * _CUBIC * x * x)))


@elementwise(_gelu_gradient)
def gelu(x: Float[Tensor, "*s"], /, *, approximate: Literal["none", "tanh", "sigmoid"] = "none") -> Float[Tensor, "*s"]:
    """`x` times the probability that a standard normal number is less than `x`.

    With "tanh" the probability is taken to be `0.5 * (1 + tanh(sqrt(2/π) * (x + 0.044715 x³)))`, with "sigmoid"
    `sigmoid(1.702 x)`.

    Source: Hendrycks and Gimpel, "Gaussian error linear units", 2016.

    >>> tg.gelu(tg.asarray([-1.0, 1.0], dtype="float64"))
    Tensor([-0.15865525,  0.84134475], dtype=float64)
    """
    xp = namespace(x)
    if approximate == "none":
        # The complement keeps its digits where x is very negative.
        return 0.5 * x * complement(xp, -_ROOT_HALF * x)
    if approximate == "sigmoid":
        return x * logistic(xp, _LOGISTIC * x)
    return 0.5 * x * (1.0 + xp.tanh(_ROOT_2_OVER_PI * (x + _CUBIC * x * x * x)))


@typed
def mish(x: Float[Tensor, "*s"], /) -> Float[Tensor, "*s"]:
    """`x * tanh(softplus(x))`.

    Source: Misra, "Mish: a self regularized non-monotonic activation function", 2019.

    >>> tg.mish(tg.asarray([0.0, 200.0]))
    Tensor([  0., 200.], dtype=float32)
    """
    return x * tanh(softplus(x))


@typed
def hard_tanh(x: Float[Tensor, "*s"], /, *, low: Number = -1.0, high: Number = 1.0) -> Float[Tensor, "*s"]:
    """`x`, cut off at `low` and `high`.

    >>> tg.hard_tanh(tg.asarray([-2.0, 0.5, 2.0]))
    Tensor([-1. ,  0.5,  1. ], dtype=float32)
    """
    return clip(x, low, high)


@typed
def hard_sigmoid(x: Float[Tensor, "*s"], /, *, slope: Number = 1 / 6) -> Float[Tensor, "*s"]:
    """`slope * x + 0.5`, cut off at 0 and 1. Slopes of 1/6 and of 0.2 are both in use.

    >>> tg.hard_sigmoid(tg.asarray([-4.0, 0.0, 4.0]))
    Tensor([0. , 0.5, 1. ], dtype=float32)
    """
    return clip(slope * x + 0.5, 0.0, 1.0)
