"""Layers beside the dense one: of two inputs, of several pieces, gated, and feature by feature."""

from __future__ import annotations

from collections.abc import Callable

from jaxtyping import Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.activate import Activated, activated
from typedgrad.nn.fields import inferred, param
from typedgrad.nn.initialisers import constant, ones, zeros
from typedgrad.nn.layer import Layer
from typedgrad.nn.scaling import glorot_uniform
from typedgrad.ops.activation import relu, sigmoid
from typedgrad.ops.einsum import einsum
from typedgrad.ops.move import reshape
from typedgrad.ops.reduce import max


class Bilinear(Layer):
    """A number for each pair of features, weighted and added up: `x[i] * weight[i, j, k] * y[j]`, plus `bias[k]`.

    >>> layer = tg.nn.Bilinear(left_features=2, right_features=3, out_features=4)
    >>> tg.init(layer, tg.random.key(0))(tg.ones((5, 2)), tg.ones((5, 3))).shape
    (5, 4)
    """

    left_features: int = inferred
    right_features: int = inferred
    out_features: int
    use_bias: bool = True
    activation: Activated = None
    weight: Float[Tensor, "left_features right_features out_features"] = param(
        glorot_uniform, fans=("left_features", "out_features")
    )
    bias: Float[Tensor, "out_features"] | None = param(zeros, when=lambda self: self.use_bias)

    def __call__(
        self, x: Float[Tensor, "*batch left_features"], y: Float[Tensor, "*batch right_features"]
    ) -> Float[Tensor, "*batch out_features"]:
        made = einsum("...i,ijk,...j->...k", x, self.weight, y)
        return activated(made if self.bias is None else made + self.bias, self.activation)


class Maxout(Layer):
    """The greatest of `pieces` dense layers, for each feature.

    Source: Goodfellow, Warde-Farley, Mirza, Courville and Bengio, "Maxout networks", 2013.

    Raises ValueError if `pieces` is not positive.

    >>> layer = tg.init(tg.nn.Maxout(in_features=4, out_features=2, pieces=3), tg.random.key(0))
    >>> layer(tg.ones((5, 4))).shape
    (5, 2)
    """

    in_features: int = inferred
    out_features: int
    pieces: int = 2
    weight: Float[Tensor, "in_features pieces*out_features"] = param(
        glorot_uniform, fans=("in_features", "out_features")
    )
    bias: Float[Tensor, "pieces*out_features"] = param(zeros)

    def __call__(self, x: Float[Tensor, "*batch in_features"]) -> Float[Tensor, "*batch out_features"]:
        made = x @ self.weight + self.bias
        return max(reshape(made, (*x.shape[:-1], self.pieces, self.out_features)), axis=-2)


class Highway(Layer):
    """`t * activation(x @ weight + bias) + (1 - t) * x`, where the gate `t` is a sigmoid of `x` as well.

    The bias of the gate begins with `gate_start`, so that at first most of `x` passes.

    Source: Srivastava, Greff and Schmidhuber, "Highway networks", 2015.

    >>> layer = tg.init(tg.nn.Highway(features=4), tg.random.key(0))
    >>> layer(tg.ones((5, 4))).shape
    (5, 4)
    """

    features: int = inferred
    activation: Callable[[Tensor], Tensor] = relu
    gate_start: float = -1.0
    weight: Float[Tensor, "features features"] = param(glorot_uniform)
    bias: Float[Tensor, "features"] = param(zeros)
    gate_weight: Float[Tensor, "features features"] = param(glorot_uniform)
    gate_bias: Float[Tensor, "features"] = param(by=lambda self: constant(self.gate_start))

    def __call__(self, x: Float[Tensor, "*batch features"]) -> Float[Tensor, "*batch features"]:
        gate = sigmoid(x @ self.gate_weight + self.gate_bias)
        return x + gate * (self.activation(x @ self.weight + self.bias) - x)


class ElementwiseMultiplication(Layer):
    """Each feature times a weight of its own, plus a bias of its own.

    >>> layer = tg.init(tg.nn.ElementwiseMultiplication(features=2), tg.random.key(0))
    >>> layer(tg.asarray([[3.0, 4.0]]))
    Tensor([[3., 4.]], dtype=float32)
    """

    features: int = inferred
    use_bias: bool = True
    activation: Activated = None
    weight: Float[Tensor, "features"] = param(ones)
    bias: Float[Tensor, "features"] | None = param(zeros, when=lambda self: self.use_bias)

    def __call__(self, x: Float[Tensor, "*batch features"]) -> Float[Tensor, "*batch features"]:
        y = x * self.weight
        return activated(y if self.bias is None else y + self.bias, self.activation)
