"""Normalisation without parameters: by neighbours, by the mean and variance of a channel, by the norm of a vector."""

from __future__ import annotations

import math
from typing import Literal

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.layer import Layer
from typedgrad.nn.norm import check_epsilon
from typedgrad.nn.sliding import check_choice
from typedgrad.ops.distance import l2_normalize
from typedgrad.ops.move import reshape
from typedgrad.ops.norms import vector_norm
from typedgrad.ops.power import power
from typedgrad.ops.reduce import mean
from typedgrad.ops.sliding import slide_sum


class LocalResponseNorm(Layer):
    """`x / (k + alpha * m) ** beta`, where `m` is the mean of the squares of neighbours.

    Neighbours are `size` channels at the same place or, with `region="within"`, a square (or cube) of `size` places of
    the same channel. Beyond the first and the last one there are zeros, which count.

    Raises ValueError if `size` or `k` is not positive, or for another `region`.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012,
    whose alpha is that of a sum, so that it is `size` times as large here; that of Caffe and PyTorch is as here.

    >>> layer = tg.nn.LocalResponseNorm(size=1, alpha=1.0, beta=1.0)
    >>> layer(tg.asarray([[[1.0], [2.0]]]))
    Tensor([[[0.5],
             [0.4]]], dtype=float32)
    """

    size: int
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0
    region: Literal["across", "within"] = "across"

    def __check__(self) -> None:
        if type(self.size) is not int or self.size < 1:
            raise ValueError(f"LocalResponseNorm: `size` must be a positive int, got {self.size!r}")
        if not self.k > 0.0:
            raise ValueError(f"LocalResponseNorm: `k` must be positive, got {self.k}")
        check_choice(self, "region", ("across", "within"))

    def __call__(self, x: Float[Tensor, "n c *spatial"]) -> Float[Tensor, "n c *spatial"]:
        if x.size == 0:
            return x
        across = self.region == "across"
        rank = x.ndim - 2
        # The channels are the first of the axes that are slid over.
        window = (self.size, *(1,) * rank) if across else (1, *(self.size,) * rank)
        ones_ = (1,) * (rank + 1)
        pads = tuple((n // 2, (n - 1) // 2) for n in window)
        squares = slide_sum(
            reshape(x * x, (x.shape[0], 1, *x.shape[1:])), window=window, stride=ones_, pads=pads, dilation=ones_
        )
        count = self.size if across else self.size**rank
        return x / power(reshape(squares, x.shape) * (self.alpha / count) + self.k, self.beta)


class MeanVarianceNorm(Layer):
    """Takes the mean from each channel of each example, and divides it by its standard deviation plus `epsilon`.

    Fields:

        across_channels: whether the mean and the deviation are those of all channels together.
        variance: whether to divide at all.
        epsilon: added to the deviation.

    A channel of equal values becomes 0, with a gradient of 0 through the deviation. This is the layer MVN of Caffe.

    Raises ValueError if `epsilon` is not positive.

    >>> tg.nn.MeanVarianceNorm()(tg.asarray([[[1.0, 3.0], [5.0, 5.0]]]))
    Tensor([[[-1.,  1.],
             [ 0.,  0.]]], dtype=float32)
    """

    across_channels: bool = False
    variance: bool = True
    epsilon: float = 1e-9

    def __check__(self) -> None:
        check_epsilon(self, self.epsilon)

    def __call__(self, x: Float[Tensor, "n c *spatial"]) -> Float[Tensor, "n c *spatial"]:
        axes = tuple(range(1 if self.across_channels else 2, x.ndim))
        centred = x - mean(x, axis=axes, keepdims=True)
        if not self.variance:
            return centred
        sizes = [x.shape[axis] for axis in axes]
        # Where a size is a symbol only shapes are wanted, and any factor will do.
        count = math.prod(sizes) if all(isinstance(n, int) for n in sizes) else 1
        deviation = vector_norm(centred, axis=axes, keepdims=True) * (1.0 / math.sqrt(max(count, 1)))
        return centred / (deviation + self.epsilon)


class L2Normalize(Layer):
    """Divides by the Euclidean norm along `axis`; see `typedgrad.l2_normalize`.

    Raises ValueError if `epsilon` is not positive.

    >>> tg.nn.L2Normalize()(tg.asarray([[3.0, 4.0]]))
    Tensor([[0.6, 0.8]], dtype=float32)
    """

    axis: int | tuple[int, ...] = -1
    epsilon: float = 1e-12

    def __check__(self) -> None:
        check_epsilon(self, self.epsilon)

    def __call__(self, x: Float[Tensor, "*s"]) -> Float[Tensor, "*s"]:
        return l2_normalize(x, axis=self.axis, epsilon=self.epsilon)
