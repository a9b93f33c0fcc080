"""Attention of several heads, as a layer."""

from __future__ import annotations

from jaxtyping import Bool, Float

from typedgrad.core.broadcasting import broadcast_to
from typedgrad.core.tensor import Tensor
from typedgrad.nn.dense import Dense
from typedgrad.nn.dropout import probability, training_key
from typedgrad.nn.fields import param, sub
from typedgrad.nn.layer import Layer
from typedgrad.nn.scaling import glorot_uniform
from typedgrad.ops.attention import scaled_dot_product_attention
from typedgrad.ops.create import asarray
from typedgrad.ops.move import permute_dims, reshape
from typedgrad.ops.positions import rotary


class MultiHeadAttention(Layer):
    """Looks, from each place of `x`, at all places of `memory`, with several heads that look for different things.

    Without `memory` it looks at `x` itself. Fields:

        features: of the places, and of the results.
        heads: how many there are; they share the features.
        kv_heads: of keys and values, if fewer (grouped queries); they divide `heads`.
        causal: whether each place may only look at itself and those before it.
        rotary: whether queries and keys are turned by their positions, see `typedgrad.rotary`.
        drop: the probability, in training, that a query does not see a key.

    Source: Vaswani et al., "Attention is all you need", 2017, section 3.2.2.

    Raises:
        ValueError: if the heads do not divide the features; for sizes that `rotary` cannot pair; for empty sequences.
        ShapeError: if the mask does not broadcast to `*batch heads t s`.

    >>> layer = tg.init(tg.nn.MultiHeadAttention(features=8, heads=2), tg.random.key(0))
    >>> layer(tg.ones((3, 5, 8)), mask=tg.causal_mask(5)).shape
    (3, 5, 8)
    """

    features: int
    heads: int
    kv_heads: int | None = None
    causal: bool = False
    rotary: bool = False
    use_bias: bool = True
    drop: float = 0.0
    query: Dense = sub(lambda self: self.projection(self.heads))
    key: Dense = sub(lambda self: self.projection(self.key_heads))
    value: Dense = sub(lambda self: self.projection(self.key_heads))
    out: Dense = sub(lambda self: self.projection(self.heads))

    def __check__(self) -> None:
        for name, count in (("heads", self.heads), ("kv_heads", self.key_heads)):
            if type(count) is not int or count <= 0:
                raise ValueError(f"MultiHeadAttention: `{name}` must be a positive int, got {count!r}")
        if self.features % self.heads:
            raise ValueError(f"MultiHeadAttention: `heads`={self.heads} does not divide `features`={self.features}")
        if self.heads % self.key_heads:
            raise ValueError(f"MultiHeadAttention: `kv_heads`={self.key_heads} does not divide `heads`={self.heads}")
        if self.rotary and self.features // self.heads % 2:
            raise ValueError(
                f"MultiHeadAttention: rotary positions need heads of even size, but `features`={self.features} in "
                f"`heads`={self.heads} makes {self.features // self.heads}"
            )
        probability("MultiHeadAttention", self.drop, None)

    @property
    def key_heads(self) -> int:
        """The heads of keys and values."""
        return self.heads if self.kv_heads is None else self.kv_heads

    def projection(self, heads: int) -> Dense:
        """A layer that makes so many heads."""
        size = self.features // self.heads * heads
        return Dense(in_features=self.features, out_features=size, use_bias=self.use_bias)

    def __call__(
        self,
        x: Float[Tensor, "*batch t features"],
        memory: Float[Tensor, "*batch s features"] | None = None,
        *,
        mask: Bool[Tensor, "..."] | None = None,
    ) -> Float[Tensor, "*batch t features"]:
        memory = x if memory is None else memory
        for name, tensor in (("x", x), ("memory", memory)):
            if tensor.shape[-2] == 0:
                raise ValueError(f"MultiHeadAttention: `{name}` is an empty sequence, its shape is {tensor.shape}")
        query, key = self._heads(self.query(x), self.heads), self._heads(self.key(memory), self.key_heads)
        if self.rotary:
            query, key = rotary(query), rotary(key)
        value = self._heads(self.value(memory), self.key_heads)
        drawn = training_key(x) if self.drop else None
        noise = None if drawn is None else asarray(drawn.words, dtype="uint32", device=x.device)
        found = scaled_dot_product_attention(query, key, value, mask, noise, causal=self.causal, drop=self.drop)
        return self.out(reshape(_swapped(found), x.shape))

    def _heads(self, x: Tensor, heads: int) -> Tensor:
        return _swapped(reshape(x, (*x.shape[:-1], heads, self.features // self.heads)))


class LearnedQueries(Layer):
    """Sums a sequence up: looks at all of its places with so many queries that are learnt, whatever its length.

    Fields: `queries`, how many there are; the others are those of `MultiHeadAttention`.

    Source: Lee et al., "Set transformer", 2019, section 3.2.

    Raises what `MultiHeadAttention` does, and ValueError if `queries` is not positive.

    >>> layer = tg.init(tg.nn.LearnedQueries(queries=3, features=8, heads=2), tg.random.key(0))
    >>> layer(tg.ones((4, 5, 8))).shape
    (4, 3, 8)
    """

    queries: int
    features: int
    heads: int
    drop: float = 0.0
    query: Float[Tensor, "queries features"] = param(glorot_uniform)
    attention: MultiHeadAttention = sub(
        lambda self: MultiHeadAttention(features=self.features, heads=self.heads, drop=self.drop)
    )

    def __call__(
        self, x: Float[Tensor, "*batch s features"], *, mask: Bool[Tensor, "..."] | None = None
    ) -> Float[Tensor, "*batch queries features"]:
        query = broadcast_to(self.query, (*x.shape[:-2], self.queries, self.features))
        return self.attention(query, x, mask=mask)


def _swapped(x: Tensor) -> Tensor:
    """Places and heads, the axes -3 and -2, change places."""
    n = x.ndim
    return permute_dims(x, (*range(n - 3), n - 2, n - 3, n - 1))
