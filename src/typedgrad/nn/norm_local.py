"""Normalisation of each example by itself: in groups of channels, per channel, by its size, by its neighbours."""

from __future__ import annotations

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.fields import inferred, param
from typedgrad.nn.initialisers import ones, zeros
from typedgrad.nn.layer import Layer
from typedgrad.ops.elementwise import sqrt
from typedgrad.ops.move import reshape
from typedgrad.ops.power import power
from typedgrad.ops.reduce import mean
from typedgrad.ops.sliding import slide_sum


class GroupNorm(Layer):
    """Normalises each of `groups` groups of features to mean 0 and variance 1, then scales and shifts each feature.

    Raises ValueError if `groups` does not divide `features`, or `epsilon` is not positive.

    Source: Wu and He, "Group normalization", 2018.

    >>> layer = tg.init(tg.nn.GroupNorm(groups=1, features=2), tg.random.key(0))
    >>> layer(tg.asarray([[[0.0], [2.0]]])).numpy().round(3)
    array([[[-1.],
            [ 1.]]], dtype=float32)
    """

    features: int = inferred
    groups: int
    epsilon: float = 1e-5
    weight: Float[Tensor, "features"] = param(ones)
    bias: Float[Tensor, "features"] = param(zeros)

    def __check__(self) -> None:
        _refuse_epsilon(self, self.epsilon)
        if type(self.groups) is not int or self.groups < 1:
            raise ValueError(f"GroupNorm: `groups` must be a positive int, got {self.groups!r}")
        features = self.__dict__.get("features")
        if features is not None and features % self.groups:
            raise ValueError(f"GroupNorm: groups={self.groups} does not divide features={features}")

    def __call__(self, x: Float[Tensor, "n features *spatial"]) -> Float[Tensor, "n features *spatial"]:
        n, features, *sizes = x.shape
        parted = reshape(x, (n, self.groups, features // self.groups, *sizes))
        y = reshape(_standardised(parted, self.epsilon), x.shape)
        column = (features, *(1,) * len(sizes))
        return y * reshape(self.weight, column) + reshape(self.bias, column)


class InstanceNorm(Layer):
    """Normalises each feature of each example to mean 0 and variance 1; with `affine` it is scaled and shifted then.

    Raises ValueError if `epsilon` is not positive.

    Source: Ulyanov, Vedaldi and Lempitsky, "Instance normalization: the missing ingredient for fast stylization", 2016.

    >>> layer = tg.init(tg.nn.InstanceNorm(features=1), tg.random.key(0))
    >>> layer(tg.asarray([[[0.0, 2.0]]])).numpy().round(3)
    array([[[-1.,  1.]]], dtype=float32)
    """

    features: int = inferred
    epsilon: float = 1e-5
    affine: bool = False
    weight: Float[Tensor, "features"] | None = param(ones, when=lambda self: self.affine)
    bias: Float[Tensor, "features"] | None = param(zeros, when=lambda self: self.affine)

    def __check__(self) -> None:
        _refuse_epsilon(self, self.epsilon)

    def __call__(self, x: Float[Tensor, "n features *spatial"]) -> Float[Tensor, "n features *spatial"]:
        y = _standardised(x, self.epsilon)
        if self.weight is None or self.bias is None:
            return y
        column = (self.features, *(1,) * (x.ndim - 2))
        return y * reshape(self.weight, column) + reshape(self.bias, column)


class RMSNorm(Layer):
    """Divides each example by its root mean square along the last axis, then scales it.

    Raises ValueError if `epsilon` is not positive.

    Source: Zhang and Sennrich, "Root mean square layer normalization", 2019.

    >>> layer = tg.init(tg.nn.RMSNorm(features=2), tg.random.key(0))
    >>> layer(tg.asarray([[1.0, 7.0]])).numpy().round(3)
    array([[0.2, 1.4]], dtype=float32)
    """

    features: int = inferred
    epsilon: float = 1e-6
    weight: Float[Tensor, "features"] = param(ones)

    def __check__(self) -> None:
        _refuse_epsilon(self, self.epsilon)

    def __call__(self, x: Float[Tensor, "*batch features"]) -> Float[Tensor, "*batch features"]:
        return x / sqrt(mean(x * x, axis=-1, keepdims=True) + self.epsilon) * self.weight


class LocalResponseNorm(Layer):
    """`x / (k + alpha * m) ** beta`, where `m` is the mean of the squares of `size` neighbouring channels.

    Beyond the first and the last channel there are zeros, which count.

    Raises ValueError if `size` or `k` is not positive.

    Source: Krizhevsky, Sutskever and Hinton, "ImageNet classification with deep convolutional neural networks", 2012,
    whose alpha is that of a sum.

    >>> layer = tg.nn.LocalResponseNorm(size=1, alpha=1.0, beta=1.0)
    >>> layer(tg.asarray([[[1.0], [2.0]]]))
    Tensor([[[0.5],
             [0.4]]], dtype=float32)
    """

    size: int
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 1.0

    def __check__(self) -> None:
        if type(self.size) is not int or self.size < 1:
            raise ValueError(f"LocalResponseNorm: `size` must be a positive int, got {self.size!r}")
        if not self.k > 0.0:
            raise ValueError(f"LocalResponseNorm: `k` must be positive, got {self.k}")

    def __call__(self, x: Float[Tensor, "n c *spatial"]) -> Float[Tensor, "n c *spatial"]:
        n, c, *sizes = x.shape
        rest = (1,) * len(sizes)
        squares = slide_sum(  # the channels are the first of the axes that are slid over
            reshape(x * x, (n, 1, c, *sizes)),
            window=(self.size, *rest),
            stride=(1, *rest),
            pads=((self.size // 2, (self.size - 1) // 2), *((0, 0),) * len(sizes)),
            dilation=(1, *rest),
        )
        return x / power(reshape(squares, x.shape) * (self.alpha / self.size) + self.k, self.beta)


def _standardised(x: Tensor, epsilon: float) -> Tensor:
    """`x` with mean 0 and variance 1 over all axes but the first two."""
    axes = tuple(range(2, x.ndim))
    centred = x - mean(x, axis=axes, keepdims=True)
    return centred / sqrt(mean(centred * centred, axis=axes, keepdims=True) + epsilon)


def _refuse_epsilon(layer: Layer, epsilon: float) -> None:
    if not epsilon > 0.0:
        raise ValueError(f"{type(layer).__name__}: `epsilon` must be positive, got {epsilon}")
