"""Normalisation of each example by itself: in groups of channels, per channel, by its size."""

from __future__ import annotations

import math

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.fields import inferred, param
from typedgrad.nn.initialisers import ones, zeros
from typedgrad.nn.layer import Layer
from typedgrad.nn.norm import check_epsilon
from typedgrad.ops.elementwise import sqrt
from typedgrad.ops.move import reshape
from typedgrad.ops.normalise import layer_norm
from typedgrad.ops.reduce import mean


class GroupNorm(Layer):
    """Normalises each of `groups` groups of features to mean 0 and variance 1; with `affine` scales and shifts each.

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
    affine: bool = True
    weight: Float[Tensor, "features"] | None = param(ones, when=lambda self: self.affine)
    bias: Float[Tensor, "features"] | None = param(zeros, when=lambda self: self.affine)

    def __check__(self) -> None:
        check_epsilon(self, self.epsilon)
        if type(self.groups) is not int or self.groups < 1:
            raise ValueError(f"GroupNorm: `groups` must be a positive int, got {self.groups!r}")
        features = self.__dict__.get("features")
        if features is not None:
            _refuse_groups(self.groups, features)

    def __call__(self, x: Float[Tensor, "n features *spatial"]) -> Float[Tensor, "n features *spatial"]:
        n, features, *sizes = x.shape
        _refuse_groups(self.groups, features)  # which may have been learnt since the layer was made
        parted = reshape(x, (n, self.groups, features // self.groups, *sizes))
        y = reshape(_standardised(parted, self.epsilon), x.shape)
        if self.weight is None or self.bias is None:
            return y
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
        check_epsilon(self, self.epsilon)

    def __call__(self, x: Float[Tensor, "n features *spatial"]) -> Float[Tensor, "n features *spatial"]:
        y = _standardised(x, self.epsilon)
        if self.weight is None or self.bias is None:
            return y
        column = (self.features, *(1,) * (x.ndim - 2))
        return y * reshape(self.weight, column) + reshape(self.bias, column)


class RMSNorm(Layer):
    """Divides each example by its root mean square along the last axis; with `affine` it is scaled then.

    Raises ValueError if `epsilon` is not positive.

    Source: Zhang and Sennrich, "Root mean square layer normalization", 2019.

    >>> layer = tg.init(tg.nn.RMSNorm(features=2), tg.random.key(0))
    >>> layer(tg.asarray([[1.0, 7.0]])).numpy().round(3)
    array([[0.2, 1.4]], dtype=float32)
    """

    features: int = inferred
    epsilon: float = 1e-6
    affine: bool = True
    weight: Float[Tensor, "features"] | None = param(ones, when=lambda self: self.affine)

    def __check__(self) -> None:
        check_epsilon(self, self.epsilon)

    def __call__(self, x: Float[Tensor, "*batch features"]) -> Float[Tensor, "*batch features"]:
        y = x / sqrt(mean(x * x, axis=-1, keepdims=True) + self.epsilon)
        return y if self.weight is None else y * self.weight


def _standardised(x: Tensor, epsilon: float) -> Tensor:
    """`x` with mean 0 and variance 1 over all axes but the first two: as rows, for which there is an op."""
    rows = reshape(x, (*x.shape[:2], math.prod(x.shape[2:])))
    return reshape(layer_norm(rows, epsilon=epsilon), x.shape)


def _refuse_groups(groups: int, features: int) -> None:
    if isinstance(features, int) and features % groups:
        raise ValueError(f"GroupNorm: groups={groups} does not divide features={features}")
