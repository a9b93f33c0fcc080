"""The blocks that transformers are stacked of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from jaxtyping import Bool, Float

from typedgrad.core.tensor import Tensor
from typedgrad.nn.attention import MultiHeadAttention
from typedgrad.nn.dense import Dense
from typedgrad.nn.dropout import Dropout
from typedgrad.nn.fields import sub
from typedgrad.nn.layer import Layer
from typedgrad.nn.norm import LayerNorm
from typedgrad.ops.activation import gelu

Block: TypeAlias = "TransformerEncoderBlock | TransformerDecoderBlock"


class FeedForward(Layer):
    """Two dense layers with an activation between them, the first of which is wider: `hidden`, or 4 times as wide.

    >>> layer = tg.init(tg.nn.FeedForward(features=4), tg.random.key(0))
    >>> layer.up.out_features, layer(tg.ones((3, 4))).shape
    (16, (3, 4))
    """

    features: int
    hidden: int | None = None
    drop: float = 0.0
    activation: Callable[[Tensor], Tensor] = gelu
    up: Dense = sub(lambda self: Dense(in_features=self.features, out_features=self.width))
    dropout: Dropout = sub(lambda self: Dropout(drop=self.drop))
    down: Dense = sub(lambda self: Dense(in_features=self.width, out_features=self.features))

    def __check__(self) -> None:
        if self.width < 1:
            raise ValueError(f"FeedForward: `hidden` must be a positive int, got {self.hidden!r}")

    @property
    def width(self) -> int:
        """The features between the two layers."""
        return 4 * self.features if self.hidden is None else self.hidden

    def __call__(self, x: Float[Tensor, "*batch features"]) -> Float[Tensor, "*batch features"]:
        return self.down(self.dropout(self.activation(self.up(x))))


def _added(x: Tensor, branch: Callable[[Tensor], Tensor], norm: LayerNorm, *, pre_norm: bool) -> Tensor:
    return x + branch(norm(x)) if pre_norm else norm(x + branch(x))


def _attention(block: Block, *, causal: bool, rotary: bool | None = None) -> MultiHeadAttention:
    return MultiHeadAttention(
        features=block.features,
        heads=block.heads,
        kv_heads=block.kv_heads,
        causal=causal,
        rotary=block.rotary if rotary is None else rotary,
        drop=block.attention_drop,
    )


def _feed_forward(block: Block) -> FeedForward:
    return FeedForward(features=block.features, hidden=block.hidden, drop=block.drop, activation=block.activation)


class TransformerEncoderBlock(Layer):
    """Self-attention, then a feed-forward network at each place; both are added to what they were given.

    With `pre_norm`, the default, what they are given is normalised; without, what has been added up. `causal` makes it
    the block of a language model. In training `drop` is the probability of what both add, and of what is between the
    two layers of the feed-forward network, to be dropped, and `attention_drop` that of attention's weights. The norms
    have their `epsilon`.

    Source: Vaswani et al., "Attention is all you need", 2017; `pre_norm`: Xiong et al., "On layer normalization in the
    transformer architecture", 2020.

    Raises what `MultiHeadAttention` does.

    >>> block = tg.init(tg.nn.TransformerEncoderBlock(features=8, heads=2), tg.random.key(0))
    >>> block(tg.ones((3, 5, 8))).shape
    (3, 5, 8)
    """

    features: int
    heads: int
    hidden: int | None = None
    kv_heads: int | None = None
    drop: float = 0.0
    attention_drop: float = 0.0
    pre_norm: bool = True
    causal: bool = False
    rotary: bool = False
    epsilon: float = 1e-5
    activation: Callable[[Tensor], Tensor] = gelu
    attention_norm: LayerNorm = sub(lambda self: LayerNorm(features=self.features, epsilon=self.epsilon))
    attention: MultiHeadAttention = sub(lambda self: _attention(self, causal=self.causal))
    feed_norm: LayerNorm = sub(lambda self: LayerNorm(features=self.features, epsilon=self.epsilon))
    feed: FeedForward = sub(_feed_forward)
    dropout: Dropout = sub(lambda self: Dropout(drop=self.drop))

    def __call__(
        self, x: Float[Tensor, "*batch t features"], *, mask: Bool[Tensor, "..."] | None = None
    ) -> Float[Tensor, "*batch t features"]:
        def attended(x: Tensor) -> Tensor:
            return self.dropout(self.attention(x, mask=mask))

        x = _added(x, attended, self.attention_norm, pre_norm=self.pre_norm)
        return _added(x, lambda x: self.dropout(self.feed(x)), self.feed_norm, pre_norm=self.pre_norm)


class TransformerDecoderBlock(Layer):
    """Causal self-attention, attention to a `memory`, then a feed-forward network; each is added to what it was given.

    The masks are those of self-attention and of the attention to the memory. For the rest see
    `TransformerEncoderBlock`.

    >>> block = tg.init(tg.nn.TransformerDecoderBlock(features=8, heads=2), tg.random.key(0))
    >>> block(tg.ones((3, 5, 8)), tg.ones((3, 7, 8))).shape
    (3, 5, 8)
    """

    features: int
    heads: int
    hidden: int | None = None
    kv_heads: int | None = None
    drop: float = 0.0
    attention_drop: float = 0.0
    pre_norm: bool = True
    causal: bool = True
    rotary: bool = False
    epsilon: float = 1e-5
    activation: Callable[[Tensor], Tensor] = gelu
    attention_norm: LayerNorm = sub(lambda self: LayerNorm(features=self.features, epsilon=self.epsilon))
    attention: MultiHeadAttention = sub(lambda self: _attention(self, causal=self.causal))
    memory_norm: LayerNorm = sub(lambda self: LayerNorm(features=self.features, epsilon=self.epsilon))
    memory_attention: MultiHeadAttention = sub(lambda self: _attention(self, causal=False, rotary=False))
    feed_norm: LayerNorm = sub(lambda self: LayerNorm(features=self.features, epsilon=self.epsilon))
    feed: FeedForward = sub(_feed_forward)
    dropout: Dropout = sub(lambda self: Dropout(drop=self.drop))

    def __call__(
        self,
        x: Float[Tensor, "*batch t features"],
        memory: Float[Tensor, "*batch s features"],
        *,
        mask: Bool[Tensor, "..."] | None = None,
        memory_mask: Bool[Tensor, "..."] | None = None,
    ) -> Float[Tensor, "*batch t features"]:
        def attended(x: Tensor) -> Tensor:
            return self.dropout(self.attention(x, mask=mask))

        def remembered(x: Tensor) -> Tensor:
            return self.dropout(self.memory_attention(x, memory, mask=memory_mask))

        x = _added(x, attended, self.attention_norm, pre_norm=self.pre_norm)
        x = _added(x, remembered, self.memory_norm, pre_norm=self.pre_norm)
        return _added(x, lambda x: self.dropout(self.feed(x)), self.feed_norm, pre_norm=self.pre_norm)
