"""Attention by a small network instead of products."""

from __future__ import annotations

from jaxtyping import Bool, Float

from typedgrad.core.broadcasting import broadcast_to
from typedgrad.core.tensor import Tensor
from typedgrad.nn.dropout import Dropout
from typedgrad.nn.fields import inferred, param, sub
from typedgrad.nn.initialisers import zeros
from typedgrad.nn.layer import Layer
from typedgrad.nn.scaling import glorot_uniform
from typedgrad.ops.move import expand_dims
from typedgrad.ops.selection import where
from typedgrad.ops.softmax import softmax
from typedgrad.ops.trigonometry import tanh


class AdditiveAttention(Layer):
    """For each place of `x`, the average of the places of `memory`, weighted by how well they answer it.

    The weights are the softmax of `tanh(x @ query + memory @ key + bias) @ score`. A place that may see nothing, as
    `mask` says, gets zeros. Fields:

        features: of the places of `x`.
        memory_features: of those of the memory.
        hidden: the width of the network.
        drop: the probability, in training, that a weight is dropped.

    Source: Bahdanau, Cho and Bengio, "Neural machine translation by jointly learning to align and translate", 2015.

    Raises:
        ShapeError: if the mask does not broadcast to `*batch t s`.
        ValueError: for an empty memory, and unless 0 <= drop < 1.

    >>> layer = tg.init(tg.nn.AdditiveAttention(features=4, memory_features=6, hidden=8), tg.random.key(0))
    >>> layer(tg.ones((2, 3, 4)), tg.ones((2, 5, 6))).shape
    (2, 3, 6)
    """

    features: int = inferred
    memory_features: int = inferred
    hidden: int
    drop: float = 0.0
    query: Float[Tensor, "features hidden"] = param(glorot_uniform)
    key: Float[Tensor, "memory_features hidden"] = param(glorot_uniform)
    bias: Float[Tensor, "hidden"] = param(zeros)
    score: Float[Tensor, "hidden"] = param(glorot_uniform)
    dropout: Dropout = sub(lambda self: Dropout(drop=self.drop))

    def __call__(
        self,
        x: Float[Tensor, "*batch t features"],
        memory: Float[Tensor, "*batch s memory_features"],
        *,
        mask: Bool[Tensor, "..."] | None = None,
    ) -> Float[Tensor, "*batch t memory_features"]:
        if memory.shape[-2] == 0:
            raise ValueError(f"AdditiveAttention: `memory` is an empty sequence, its shape is {memory.shape}")
        asked = expand_dims(x @ self.query + self.bias, axis=-2)
        told = expand_dims(memory @ self.key, axis=-3)
        scores = tanh(asked + told) @ self.score
        if mask is None:
            return self.dropout(softmax(scores)) @ memory
        seen = broadcast_to(mask, scores.shape)
        # Where nothing is seen any finite scores will do, as their weights do not count.
        weights = where(seen, softmax(where(seen, scores, -1e4 if scores.dtype == "float16" else -1e30)), 0.0)
        return self.dropout(weights) @ memory
