"""Fully connected layers, and flattening what goes into them."""

from __future__ import annotations

from jaxtyping import Float, Shaped

from typedgrad.core.tensor import Tensor
from typedgrad.nn.activate import Activated, activated, fused
from typedgrad.nn.fields import inferred, param
from typedgrad.nn.initialisers import zeros
from typedgrad.nn.layer import Layer
from typedgrad.nn.scaling import glorot_uniform
from typedgrad.ops.linear import linear
from typedgrad.ops.rearrange import flatten


class Dense(Layer):
    """`activation(x @ weight + bias)` over the last axis; without an activation what it would be given.

    Raises ValueError if a size is not positive, or for the name of no activation.

    >>> layer = tg.init(tg.nn.Dense(in_features=4, out_features=2), tg.random.key(0))
    >>> layer(tg.ones((3, 4))).shape
    (3, 2)
    """

    in_features: int = inferred
    out_features: int
    use_bias: bool = True
    activation: Activated = None
    weight: Float[Tensor, "in_features out_features"] = param(glorot_uniform)
    bias: Float[Tensor, "out_features"] | None = param(zeros, when=lambda self: self.use_bias)

    def __call__(self, x: Float[Tensor, "*batch in_features"]) -> Float[Tensor, "*batch out_features"]:
        one_step = fused(self.activation)
        if one_step is None:
            return activated(linear(x, self.weight, self.bias), self.activation)
        return linear(x, self.weight, self.bias, activation=one_step)


class Flatten(Layer):
    """All axes but the first (or the first `keep`) as one.

    >>> tg.nn.Flatten()(tg.ones((2, 3, 4))).shape
    (2, 12)
    """

    keep: int = 1

    def __call__(self, x: Shaped[Tensor, "..."]) -> Shaped[Tensor, "..."]:
        return flatten(x, start=self.keep)
