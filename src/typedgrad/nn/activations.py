"""Activation functions as layers, for where a layer is wanted; the functions themselves serve as well."""

from __future__ import annotations

from typing import Literal

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.ops import activation, activation_curves, trigonometry


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


class LogSigmoid(Layer):
    """`log(sigmoid(x))`.

    >>> tg.nn.LogSigmoid()(tg.asarray([0.0]))
    Tensor([-0.6931472], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.log_sigmoid(x)


class Tanh(Layer):
    """The hyperbolic tangent.

    >>> tg.nn.Tanh()(tg.asarray([0.0]))
    Tensor([0.], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return trigonometry.tanh(x)


class ScaledTanh(Layer):
    """`outer * tanh(inner * x)`.

    >>> tg.nn.ScaledTanh()(tg.asarray([200.0]))
    Tensor([1.7159], dtype=float32)
    """

    inner: float = 2 / 3
    outer: float = 1.7159

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_curves.scaled_tanh(x, inner=self.inner, outer=self.outer)


class RationalTanh(Layer):
    """`scaled_tanh` by a fraction of polynomials.

    >>> tg.nn.RationalTanh()(tg.asarray([200.0]))
    Tensor([1.7159], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_curves.rational_tanh(x)


class RectifiedTanh(Layer):
    """`max(tanh(x), 0)`.

    >>> tg.nn.RectifiedTanh()(tg.asarray([-1.0, 200.0]))
    Tensor([0., 1.], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_curves.rectified_tanh(x)


class TanhShrink(Layer):
    """`x - tanh(x)`.

    >>> tg.nn.TanhShrink()(tg.asarray([200.0]))
    Tensor([199.], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_curves.tanh_shrink(x)


class Gelu(Layer):
    """`x` times the probability that a standard normal number is less than `x`, or an approximation of that.

    >>> tg.nn.Gelu()(tg.asarray([0.0]))
    Tensor([0.], dtype=float32)
    """

    approximate: Literal["none", "tanh", "sigmoid"] = "none"

    def __check__(self) -> None:
        if self.approximate not in ("none", "tanh", "sigmoid"):
            raise ValueError(f'Gelu: `approximate` must be "none", "tanh" or "sigmoid", got {self.approximate!r}')

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.gelu(x, approximate=self.approximate)


class Silu(Layer):
    """`x * sigmoid(x)`.

    >>> tg.nn.Silu()(tg.asarray([0.0]))
    Tensor([0.], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.silu(x)


class Swish(Layer):
    """`x * sigmoid(beta * x)`.

    >>> tg.nn.Swish(beta=0.5)(tg.asarray([200.0]))
    Tensor([200.], dtype=float32)
    """

    beta: float = 1.0

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_curves.swish(x, beta=self.beta)


class Mish(Layer):
    """`x * tanh(softplus(x))`.

    >>> tg.nn.Mish()(tg.asarray([200.0]))
    Tensor([200.], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.mish(x)


class Elu(Layer):
    """`x` where it is positive, `alpha * (exp(x) - 1)` elsewhere.

    >>> tg.nn.Elu()(tg.asarray([2.0]))
    Tensor([2.], dtype=float32)
    """

    alpha: float = 1.0

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.elu(x, alpha=self.alpha)


class Celu(Layer):
    """`x` where it is positive, `alpha * (exp(x / alpha) - 1)` elsewhere.

    Raises ValueError if `alpha` is not positive.

    >>> tg.nn.Celu(alpha=0.5)(tg.asarray([-200.0]))
    Tensor([-0.5], dtype=float32)
    """

    alpha: float = 1.0

    def __check__(self) -> None:
        if not self.alpha > 0:
            raise ValueError(f"Celu: `alpha` must be positive, got {self.alpha}")

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_curves.celu(x, alpha=self.alpha)


class Selu(Layer):
    """`elu`, scaled so that layers of it keep mean 0 and variance 1.

    >>> tg.nn.Selu()(tg.asarray([0.0]))
    Tensor([0.], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.selu(x)


class Softplus(Layer):
    """`log(1 + exp(x))`.

    >>> tg.nn.Softplus()(tg.asarray([0.0]))
    Tensor([0.6931472], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.softplus(x)


class Squareplus(Layer):
    """`(x + sqrt(x² + b)) / 2`.

    Raises ValueError if `b` is negative.

    >>> tg.nn.Squareplus()(tg.asarray([0.0]))
    Tensor([1.], dtype=float32)
    """

    b: float = 4.0

    def __check__(self) -> None:
        if not self.b >= 0:
            raise ValueError(f"Squareplus: `b` must not be negative, got {self.b}")

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_curves.squareplus(x, b=self.b)


class Softsign(Layer):
    """`x / (1 + abs(x))`.

    >>> tg.nn.Softsign()(tg.asarray([3.0]))
    Tensor([0.75], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.softsign(x)


class Cube(Layer):
    """`x³`.

    >>> tg.nn.Cube()(tg.asarray([-2.0]))
    Tensor([-8.], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_curves.cube(x)


class AffinePower(Layer):
    """`(shift + scale * x) ** exponent`.

    >>> tg.nn.AffinePower(exponent=2, scale=2.0, shift=1.0)(tg.asarray([1.0]))
    Tensor([9.], dtype=float32)
    """

    exponent: float = 1.0
    scale: float = 1.0
    shift: float = 0.0

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_curves.affine_power(x, self.exponent, scale=self.scale, shift=self.shift)


class Identity(Layer):
    """`x` itself.

    >>> tg.nn.Identity()(tg.asarray([-2.0]))
    Tensor([-2.], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return x
