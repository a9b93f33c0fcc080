"""Attention and transformers with an axis, a size or a mask that is not meant."""

from __future__ import annotations

import math
from dataclasses import dataclass

from jaxtyping import Bool, Float, Float32, Int, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import (
    Dense,
    Embedding,
    FeedForward,
    Layer,
    LayerNorm,
    LearnedPositions,
    MultiHeadAttention,
    TransformerDecoderBlock,
    TransformerEncoderBlock,
    param,
    sub,
    zeros,
)


@dataclass(frozen=True)
class Config:
    vocabulary: int
    context: int
    heads: int
    size: int


class KeysNotTransposed(Layer):
    heads: int
    size: int

    def __call__(
        self, q: Float[Tensor, "b heads t size"], k: Float[Tensor, "b heads s size"], v: Float[Tensor, "b heads s size"]
    ) -> Float[Tensor, "b heads t size"]:
        return tg.softmax(q @ k, axis=-1) @ v  # E: matmul: `k` is size in `x1` but s in `x2` [shape]


class ValuesOfQueries(Layer):
    """Weights over the memory, applied to what has the length of the queries."""

    size: int

    def __call__(self, q: Float[Tensor, "b t size"], k: Float[Tensor, "b s size"], v: Float[Tensor, "b t size"]) -> Tensor:
        weights = tg.softmax(q @ k.mT / math.sqrt(self.size), axis=-1)
        return weights @ v  # E: matmul: `k` is s in `x1` but t in `x2` [shape]


class HeadsNotMoved(Layer):
    """The heads stay behind the time, and keys meet in the wrong axes."""

    heads: int
    size: int
    query: Dense = sub(lambda self: Dense(in_features=self.heads * self.size, out_features=self.heads * self.size))

    def __call__(self, x: Float[Tensor, "b t heads*size"]) -> Float[Tensor, "b heads t t"]:
        b, t, _ = x.shape
        q = tg.reshape(self.query(x), (b, t, self.heads, self.size))
        return q @ q.mT  # E: __call__: the result must have heads on axis 1 (b heads t t), not t [shape]


class NotJoined(Layer):
    """The heads are joined without having been moved back."""

    heads: int
    size: int
    out: Dense = sub(lambda self: Dense(in_features=self.heads * self.size, out_features=self.heads * self.size))

    def __call__(self, x: Float[Tensor, "b heads t size"]) -> Float[Tensor, "b t heads*size"]:
        return self.out(tg.flatten(x, start=2))  # E: Dense(in_features=heads*size, out_features=heads*size): `x` has in_features=size*t, but in_features is heads*size [shape]


class TwoOfThree(Layer):
    """Queries, keys and values come out of one layer that makes only two of them."""

    d: int
    qkv: Dense = sub(lambda self: Dense(in_features=self.d, out_features=2 * self.d))

    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t t"]:
        b, t, d = x.shape
        qkv = tg.reshape(self.qkv(x), (b, t, 3, d))  # E: reshape: the old and the new shape hold different numbers of elements: 2*b*d*t and 3*b*d*t [shape]
        return qkv[:, :, 0] @ qkv[:, :, 1].mT


class MaskOfTheWrongSide(Layer):
    """A mask of what is asked, where one of what is remembered is wanted."""

    def __call__(
        self, scores: Float[Tensor, "b h t s"], seen: Bool[Tensor, "b t"], v: Float[Tensor, "b h s k"]
    ) -> Float[Tensor, "b h t k"]:
        scores = tg.where(seen[:, None, None, :], scores, -1e9)  # E: where: `condition` and `x1` do not broadcast: axis -1 is t in `condition` but s in `x1` [shape]
        return tg.softmax(scores, axis=-1) @ v


class MaskWithoutHeads(Layer):
    def __call__(self, scores: Float[Tensor, "b h t s"], seen: Bool[Tensor, "b t s"]) -> Float[Tensor, "b h t s"]:
        return tg.softmax(tg.where(seen, scores, -1e9), axis=-1)  # E: where: `condition` and `x1` do not broadcast: axis -3 is b in `condition` but h in `x1` [shape]


class CausalOfTheWidth(Layer):
    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t t"]:
        mask = tg.causal_mask(x.shape[2])
        return tg.where(mask, x @ x.mT, -1e9)  # E: where: `condition` and `x1` do not broadcast: axis -1 is d in `condition` but t in `x1` [shape]


class Positions(Layer):
    """All positions are added, however short the sequence."""

    vocabulary: int
    d: int
    tokens: Embedding = sub(lambda self: Embedding(vocabulary=self.vocabulary, features=self.d))
    table: Float[Tensor, "512 d"] = param(zeros)

    def __call__(self, words: Int[Tensor, "b t"]) -> Float[Tensor, "b t d"]:
        return self.tokens(words) + self.table  # E: add: `x1` and `x2` do not broadcast: axis -2 is t in `x1` but 512 in `x2` [shape]


class PositionsOfTheBatch(Layer):
    d: int
    table: Embedding = sub(lambda self: Embedding(vocabulary=512, features=self.d))

    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t d"]:
        return x + self.table(tg.arange(x.shape[0]))  # E: add: `x1` and `x2` do not broadcast: axis -2 is t in `x1` but b in `x2` [shape]


class Tied(Layer):
    """The embedding's weight is the classifier's, the other way round."""

    vocabulary: int
    d: int
    tokens: Embedding = sub(lambda self: Embedding(vocabulary=self.vocabulary, features=self.d))

    def __call__(self, words: Int[Tensor, "b t"]) -> Float[Tensor, "b t vocabulary"]:
        return self.tokens(words) @ self.tokens.weight  # E: matmul: `k` is d in `x1` but vocabulary in `x2` [shape]


class Swapped(Layer):
    """Two fields of the configuration are taken for each other."""

    config: Config
    tokens: Embedding = sub(lambda self: Embedding(vocabulary=self.config.context, features=self.config.size))
    table: Embedding = sub(lambda self: Embedding(vocabulary=self.config.context, features=self.config.heads))

    def __call__(self, words: Int[Tensor, "b t"]) -> Tensor:
        return self.tokens(words) + self.table(tg.arange(words.shape[1]))  # E: add: `x1` and `x2` do not broadcast: axis -1 is {self.config.size} in `x1` but {self.config.heads} in `x2` [shape]


class Model(Layer):
    """The norm behind the blocks has the hidden size."""

    d: int
    block: TransformerEncoderBlock = sub(lambda self: TransformerEncoderBlock(features=self.d, heads=4))
    norm: LayerNorm = sub(lambda self: LayerNorm(features=4 * self.d))

    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t d"]:
        return self.norm(self.block(x))  # E: LayerNorm(features=4*d): `x` has features=d, but features is 4*d [shape]


class Feed(Layer):
    """A residual around what has not come back to the width."""

    d: int
    up: Dense = sub(lambda self: Dense(in_features=self.d, out_features=4 * self.d))

    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t d"]:
        return x + tg.gelu(self.up(x))  # E: add: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but 4*d in `x2` [shape]


class Decoder(Layer):
    """The memory has the encoder's width, which is another one."""

    source: int
    target: int
    block: TransformerDecoderBlock = sub(lambda self: TransformerDecoderBlock(features=self.target, heads=4))

    def __call__(self, y: Float[Tensor, "b t target"], memory: Float[Tensor, "b s source"]) -> Float[Tensor, "b t target"]:
        return self.block(y, memory)  # E: TransformerDecoderBlock(features=target, heads=4): `memory` has features=source, but features is target [shape]


class Pooled(Layer):
    """The first token's features are wanted, the first feature of the tokens is taken."""

    d: int
    classes: int
    head: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.classes))

    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b classes"]:
        return self.head(x[:, :, 0])  # E: Dense(in_features=d, out_features=classes): `x` has in_features=t, but in_features is d [shape]


class Vision(Layer):
    """A token for the class is prepended, the positions are not told."""

    d: int
    first: Float[Tensor, "1 1 d"] = param(zeros)
    positions: Float[Tensor, "196 d"] = param(zeros)

    def __call__(self, x: Float[Tensor, "n 196 d"]) -> Float[Tensor, "n 197 d"]:
        n, _, d = x.shape
        x = tg.concat([tg.broadcast_to(self.first, (n, 1, d)), x], axis=1)
        return x + self.positions  # E: add: `x1` and `x2` do not broadcast: axis -2 is 197 in `x1` but 196 in `x2` [shape]


class NotBroadcast(Layer):
    """The token for the class is there once, not once for each picture."""

    d: int
    first: Float[Tensor, "1 1 d"] = param(zeros)

    def __call__(self, x: Float[Tensor, "n 196 d"]) -> Tensor:
        return tg.concat([self.first, x], axis=1)  # E: concat: but for axis 1, `arrays[0]` and `arrays[1]` must have the same shape: [1] and [n] [shape]


def heads_that_do_not_divide(x: Float32[Tensor, "b t 512"]) -> Tensor:
    b, t, d = x.shape
    return tg.reshape(x, (b, t, 10, d // 10))  # E: reshape: the old and the new shape hold different numbers of elements: 512*b*t and 510*b*t [shape]


def memory_of_another_batch(x: Float32[Tensor, "b t 64"], memory: Float32[Tensor, "c s 64"]) -> Tensor:
    return MultiHeadAttention(features=64, heads=8)(x, memory)  # E: MultiHeadAttention(features=64, heads=8): `*batch` is [b] in `x` but [c] in `memory` [shape]


def without_features(x: Float32[Tensor, "b t"]) -> Tensor:
    return MultiHeadAttention(features=64, heads=8)(tg.expand_dims(x, axis=1))  # E: MultiHeadAttention(features=64, heads=8): `x` has features=t, but features is 64 [shape]


def words_into_blocks(words: Int64[Tensor, "b t"]) -> Tensor:
    return TransformerEncoderBlock(features=64, heads=8)(words)  # E: TransformerEncoderBlock(features=64, heads=8): `x` must be Float, not int64 [dtype]


def floats_into_embeddings(x: Float32[Tensor, "b t"]) -> Tensor:
    return Embedding(vocabulary=100, features=8)(x)  # E: Embedding(vocabulary=100, features=8): `indices` must be Int, not float32 [dtype]


def other_features(x: Float32[Tensor, "b t 512"]) -> Tensor:
    return LearnedPositions(length=512, features=64)(x)  # E: LearnedPositions(length=512, features=64): `x` has features=512, but features is 64 [shape]


def different_widths(
    q: Float32[Tensor, "b h t 64"], k: Float32[Tensor, "b h s 32"], v: Float32[Tensor, "b h s 32"]
) -> Tensor:
    return tg.scaled_dot_product_attention(q, k, v)  # E: scaled_dot_product_attention: `d` is 64 in `query` but 32 in `key` [shape]


def values_of_another_length(
    q: Float32[Tensor, "b h t d"], k: Float32[Tensor, "b h s d"], v: Float32[Tensor, "b h t d"]
) -> Tensor:
    return tg.scaled_dot_product_attention(q, k, v)  # E: scaled_dot_product_attention: `s` is s in `key` but t in `value` [shape]


def feed_of_another_width(x: Float32[Tensor, "b t 64"]) -> Tensor:
    return FeedForward(features=128)(x)  # E: FeedForward(features=128): `x` has features=64, but features is 128 [shape]


def letters(q: Float32[Tensor, "b h t d"], k: Float32[Tensor, "b h s d"]) -> Float32[Tensor, "b h t s"]:
    return tg.einsum("bhtd,bhsd->bhst", q, k)  # E: letters: the result must have t on axis 2 (b h t s), not s [shape]


def letters_of_operands(w: Float32[Tensor, "b h t s"], v: Float32[Tensor, "b s h d"]) -> Tensor:
    return tg.einsum("bhts,bhsd->bhtd", w, v)  # E: einsum: `h` is h in `operands[0]` but s in `operands[1]` [shape]


def last_logits(x: Float32[Tensor, "b t v"]) -> Float32[Tensor, "b v"]:
    return x[:, -1:]  # E: last_logits: the result must have 2 axes (b v), not 3 [shape]


def shifted(logits: Float32[Tensor, "b t v"], words: Int64[Tensor, "b t"]) -> Tensor:
    return tg.softmax_cross_entropy(logits[:, :-1], words)  # E: softmax_cross_entropy: `*batch` is [b t-1] in `logits` but [b t] in `labels` [shape]


def shifted_too_often(logits: Float32[Tensor, "b t v"], words: Int64[Tensor, "b t+1"]) -> Tensor:
    return tg.softmax_cross_entropy(logits[:, :-1], words[:, 1:])  # E: softmax_cross_entropy: `*batch` is [b t-1] in `logits` but [b t] in `labels` [shape]


def one_more_word(words: Int64[Tensor, "b t"], logits: Float32[Tensor, "b v"]) -> Int64[Tensor, "b t+1"]:
    return tg.concat([words, tg.argmax(logits, axis=-1)], axis=1)  # E: concat: axis 1 is out of range for 1 axis [shape]
