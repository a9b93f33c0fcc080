"""Activation functions made of pieces as layers."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.ops import activation, activation_pieces


class Relu6(Layer):
    """`relu`, cut off at 6.

    >>> tg.nn.Relu6()(tg.asarray([-1.0, 8.0]))
    Tensor([0., 6.], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_pieces.relu6(x)


class HardTanh(Layer):
    """`x`, cut off at `low` and `high`.

    Raises ValueError unless `low` <= `high`.

    >>> tg.nn.HardTanh()(tg.asarray([-2.0, 0.5]))
    Tensor([-1. ,  0.5], dtype=float32)
    """

    low: float = -1.0
    high: float = 1.0

    def __check__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"HardTanh: `low` must not exceed `high`, got {self.low} and {self.high}")

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.hard_tanh(x, low=self.low, high=self.high)


class HardSigmoid(Layer):
    """`slope * x + 0.5`, cut off at 0 and 1. Slopes of 1/6 and of 0.2 are both in use.

    >>> tg.nn.HardSigmoid()(tg.asarray([0.0, 4.0]))
    Tensor([0.5, 1. ], dtype=float32)
    """

    slope: float = 1 / 6

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation.hard_sigmoid(x, slope=self.slope)


class HardSilu(Layer):
    """`x * relu6(x + 3) / 6`, also called hard swish.

    >>> tg.nn.HardSilu()(tg.asarray([1.5, 3.0]))
    Tensor([1.125, 3.   ], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_pieces.hard_silu(x)


class HardShrink(Layer):
    """`x`, and 0 where it is within `width` of 0.

    Raises ValueError if `width` is negative.

    >>> tg.nn.HardShrink()(tg.asarray([-1.0, 0.25]))
    Tensor([-1.,  0.], dtype=float32)
    """

    width: float = 0.5

    def __check__(self) -> None:
        if not self.width >= 0:
            raise ValueError(f"HardShrink: `width` must not be negative, got {self.width}")

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_pieces.hard_shrink(x, width=self.width)


class SoftShrink(Layer):
    """`x`, nearer to 0 by `width`, and 0 where it is within.

    Raises ValueError if `width` is negative.

    >>> tg.nn.SoftShrink()(tg.asarray([-1.0, 0.25]))
    Tensor([-0.5,  0. ], dtype=float32)
    """

    width: float = 0.5

    def __check__(self) -> None:
        if not self.width >= 0:
            raise ValueError(f"SoftShrink: `width` must not be negative, got {self.width}")

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_pieces.soft_shrink(x, width=self.width)


class Threshold(Layer):
    """`x` where it is above the threshold, `value` elsewhere.

    >>> tg.nn.Threshold(threshold=1.0, value=-1.0)(tg.asarray([0.5, 2.0]))
    Tensor([-1.,  2.], dtype=float32)
    """

    threshold: float
    value: float = 0.0

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_pieces.threshold(x, threshold=self.threshold, value=self.value)


class ThresholdedRelu(Layer):
    """`x` where it is above `theta`, 0 elsewhere.

    >>> tg.nn.ThresholdedRelu()(tg.asarray([0.5, 2.0]))
    Tensor([0., 2.], dtype=float32)
    """

    theta: float = 1.0

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_pieces.thresholded_relu(x, theta=self.theta)


class SparsePlus(Layer):
    """0 up to -1, `x` from 1 on, and `(x + 1)² / 4` between them.

    >>> tg.nn.SparsePlus()(tg.asarray([0.0, 2.0]))
    Tensor([0.25, 2.  ], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_pieces.sparse_plus(x)


class SparseSigmoid(Layer):
    """`(x + 1) / 2`, cut off at 0 and 1.

    >>> tg.nn.SparseSigmoid()(tg.asarray([0.0, 2.0]))
    Tensor([0.5, 1. ], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return activation_pieces.sparse_sigmoid(x)
