"""Activation functions along an axis as layers."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.ops import gates, simplex, softmax


class Softmax(Layer):
    """Probabilities proportional to `exp(x)` along `axis`; 1 is that of the channels of an image.

    >>> tg.nn.Softmax()(tg.asarray([0.0, 0.0]))
    Tensor([0.5, 0.5], dtype=float32)
    """

    axis: int = -1

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return softmax.softmax(x, axis=self.axis)


class LogSoftmax(Layer):
    """`log(softmax(x))` along `axis`.

    >>> tg.nn.LogSoftmax()(tg.asarray([0.0, -200.0]))
    Tensor([   0., -200.], dtype=float32)
    """

    axis: int = -1

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return softmax.log_softmax(x, axis=self.axis)


class Softmin(Layer):
    """`softmax(-x)` along `axis`.

    >>> tg.nn.Softmin()(tg.asarray([0.0, 0.0, 200.0]))
    Tensor([0.5, 0.5, 0. ], dtype=float32)
    """

    axis: int = -1

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return simplex.softmin(x, axis=self.axis)


class Sparsemax(Layer):
    """The nearest probabilities to `x` along `axis`, many of which are 0.

    >>> tg.nn.Sparsemax()(tg.asarray([1.0, 0.5, -1.0]))
    Tensor([0.75, 0.25, 0.  ], dtype=float32)
    """

    axis: int = -1

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return simplex.sparsemax(x, axis=self.axis)


class Glu(Layer):
    """The first half of the last axis, times the sigmoid of the second.

    Raises ShapeError if the axis cannot be halved.

    >>> tg.nn.Glu()(tg.asarray([2.0, 3.0, 0.0, 200.0]))
    Tensor([1., 3.], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "*batch n"]) -> Float[Tensor, "*batch n//2"]:
        return gates.glu(x, axis=-1)


class CRelu(Layer):
    """`relu(x)` and `relu(-x)`, as twice as many channels.

    >>> tg.nn.CRelu()(tg.asarray([[-1.0, 2.0]]))
    Tensor([[0., 2., 1., 0.]], dtype=float32)
    """

    def __call__(self, x: Float[Tensor, "n channels *spatial"]) -> Float[Tensor, "n 2*channels *spatial"]:
        return gates.crelu(x, axis=1)
