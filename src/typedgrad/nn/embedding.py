"""Embedding: a vector for each of a number of things."""

from __future__ import annotations

from jaxtyping import Float, Int

from typedgrad.core.tensor import Tensor
from typedgrad.nn.fields import param
from typedgrad.nn.initialisers import normal
from typedgrad.nn.layer import Layer
from typedgrad.ops.gather import take


class Embedding(Layer):
    """Looks up one row of `weight` for each index.

    Raises IndexError for an index outside of the vocabulary.

    >>> layer = tg.init(tg.nn.Embedding(vocabulary=10, features=4), tg.random.key(0))
    >>> layer(tg.asarray([[1, 2, 3]])).shape
    (1, 3, 4)
    """

    vocabulary: int
    features: int
    weight: Float[Tensor, "vocabulary features"] = param(normal(1.0))

    def __call__(self, indices: Int[Tensor, "*batch"]) -> Float[Tensor, "*batch features"]:
        return take(self.weight, indices, axis=0)
