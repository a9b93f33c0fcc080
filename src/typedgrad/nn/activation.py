"""Activation functions as layers, for where a layer is wanted; the functions themselves serve as well."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.ops import activation, softmax, trigonometry


class Relu(Layer):
    """`max(x, 0)`.

    >>> tg.nn.Relu()(tg.asarray([-1.0, 2.0]))
    Tensor([0., 2.], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.relu(x)


class LeakyRelu(Layer):
    """`x` where it is positive, `slope * x` elsewhere.

    >>> tg.nn.LeakyRelu(slope=0.5)(tg.asarray([-1.0, 2.0]))
    Tensor([-0.5,  2. ], dtype=float32)
    """

    slope: float = 0.01

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.leaky_relu(x, slope=self.slope)


class Sigmoid(Layer):
    """`1 / (1 + exp(-x))`.

    >>> tg.nn.Sigmoid()(tg.asarray([0.0]))
    Tensor([0.5], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.sigmoid(x)


class Tanh(Layer):
    """The hyperbolic tangent.

    >>> tg.nn.Tanh()(tg.asarray([0.0]))
    Tensor([0.], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return trigonometry.tanh(x)


class Gelu(Layer):
    """`x` times the probability that a standard normal number is less than `x`.

    >>> tg.nn.Gelu()(tg.asarray([0.0]))
    Tensor([0.], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.gelu(x)


class Silu(Layer):
    """`x * sigmoid(x)`.

    >>> tg.nn.Silu()(tg.asarray([0.0]))
    Tensor([0.], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.silu(x)


class Elu(Layer):
    """`x` where it is positive, `alpha * (exp(x) - 1)` elsewhere.

    >>> tg.nn.Elu()(tg.asarray([2.0]))
    Tensor([2.], dtype=float32)
    """

    alpha: float = 1.0

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.elu(x, alpha=self.alpha)


class Softplus(Layer):
    """`log(1 + exp(x))`.

    >>> tg.nn.Softplus()(tg.asarray([0.0]))
    Tensor([0.6931472], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.softplus(x)


class Softmax(Layer):
    """Probabilities proportional to `exp(x)` along `axis`.

    >>> tg.nn.Softmax()(tg.asarray([0.0, 0.0]))
    Tensor([0.5, 0.5], dtype=float32)
    """

    axis: int = -1

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return softmax.softmax(x, axis=self.axis)
