"""Attention and transformers as they are meant: the corrected forms of what `reject/bugs_attention.py` gets wrong."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import reveal_type

from jaxtyping import Bool, Float, Float32, Int, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import (
    Dense,
    Embedding,
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


class Attention(Layer):
    heads: int
    size: int

    def __call__(
        self, q: Float[Tensor, "b heads t size"], k: Float[Tensor, "b heads s size"], v: Float[Tensor, "b heads s size"]
    ) -> Float[Tensor, "b heads t size"]:
        scores = q @ k.mT / math.sqrt(self.size)
        return tg.softmax(scores, axis=-1) @ v

    def scaled_by_a_power(self, q: Float[Tensor, "b t size"], k: Float[Tensor, "b s size"]) -> Float[Tensor, "b t s"]:
        return tg.softmax(q @ k.mT * self.size**-0.5)

    def in_letters(
        self, q: Float[Tensor, "b t heads size"], k: Float[Tensor, "b s heads size"], v: Float[Tensor, "b s heads size"]
    ) -> Float[Tensor, "b t heads size"]:
        scores = tg.einsum("bthd,bshd->bhts", q, k)
        reveal_type(scores)  # R: Float[Tensor, "b heads t s"]
        return tg.einsum("bhts,bshd->bthd", tg.softmax(scores), v)


class Heads(Layer):
    heads: int
    size: int
    query: Dense = sub(lambda self: Dense(in_features=self.heads * self.size, out_features=self.heads * self.size))
    out: Dense = sub(lambda self: Dense(in_features=self.heads * self.size, out_features=self.heads * self.size))

    def __call__(self, x: Float[Tensor, "b t heads*size"]) -> Float[Tensor, "b heads t t"]:
        b, t, _ = x.shape
        q = tg.swapaxes(tg.reshape(self.query(x), (b, t, self.heads, self.size)), 1, 2)
        reveal_type(q)  # R: Float[Tensor, "b heads t size"]
        return q @ q.mT

    def join(self, x: Float[Tensor, "b heads t size"]) -> Float[Tensor, "b t heads*size"]:
        return self.out(tg.flatten(tg.permute_dims(x, (0, 2, 1, 3)), start=2))

    def join_by_reshaping(self, x: Float[Tensor, "b heads t size"]) -> Float[Tensor, "b t heads*size"]:
        b, h, t, k = x.shape
        return self.out(tg.reshape(tg.permute_dims(x, (0, 2, 1, 3)), (b, t, h * k)))


class Three(Layer):
    d: int
    qkv: Dense = sub(lambda self: Dense(in_features=self.d, out_features=3 * self.d))

    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t d"]:
        q, k, v = tg.split(self.qkv(x), 3, axis=-1)
        reveal_type(q)  # R: Float[Tensor, "b t d"]
        return tg.softmax(q @ k.mT) @ v

    def by_reshaping(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t d"]:
        b, t, d = x.shape
        qkv = tg.reshape(self.qkv(x), (b, t, 3, d))
        q, k, v = tg.unstack(qkv, axis=2)
        reveal_type(k)  # R: Float[Tensor, "b t d"]
        return tg.softmax(q @ k.mT) @ v

    def by_indexing(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t t"]:
        b, t, d = x.shape
        qkv = tg.permute_dims(tg.reshape(self.qkv(x), (b, t, 3, d)), (2, 0, 1, 3))
        return qkv[0] @ qkv[1].mT


class Masks(Layer):
    def __call__(self, scores: Float[Tensor, "b h t s"], seen: Bool[Tensor, "b s"]) -> Float[Tensor, "b h t s"]:
        return tg.softmax(tg.where(seen[:, None, None, :], scores, -1e9), axis=-1)

    def pairs(self, scores: Float[Tensor, "b h t s"], seen: Bool[Tensor, "b t s"]) -> Float[Tensor, "b h t s"]:
        return tg.softmax(tg.where(tg.expand_dims(seen, axis=1), scores, -1e9), axis=-1)

    def causal(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t t"]:
        return tg.where(tg.causal_mask(x.shape[1]), x @ x.mT, -1e9)

    def padding_and_causal(self, words: Int[Tensor, "b t"]) -> Bool[Tensor, "b 1 t t"]:
        seen = (words != 0)[:, None, None, :]
        reveal_type(seen)  # R: Bool[Tensor, "b 1 1 t"]
        return seen & tg.causal_mask(words.shape[1])

    def lengths(self, scores: Float[Tensor, "b t s"], lengths: Int64[Tensor, "b"]) -> Float[Tensor, "b t s"]:
        mask = tg.length_mask(lengths, scores.shape[-1])
        reveal_type(mask)  # R: Bool[Tensor, "b s"]
        return tg.where(mask[:, None], scores, -1e9)

    def additive(self, scores: Float[Tensor, "b h t t"], bias: Float[Tensor, "h t t"]) -> Float[Tensor, "b h t t"]:
        return tg.softmax(scores + bias)


class Positions(Layer):
    vocabulary: int
    d: int
    tokens: Embedding = sub(lambda self: Embedding(vocabulary=self.vocabulary, features=self.d))
    learned: Embedding = sub(lambda self: Embedding(vocabulary=512, features=self.d))
    table: Float[Tensor, "512 d"] = param(zeros)

    def __call__(self, words: Int[Tensor, "b t"]) -> Float[Tensor, "b t d"]:
        return self.tokens(words) + self.table[: words.shape[1]]

    def looked_up(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t d"]:
        return x + self.learned(tg.arange(x.shape[1]))

    def of_sines(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t d"]:
        return x + tg.sinusoidal_positions(x.shape[-2], self.d)

    def of_whole_sequences(self, x: Float[Tensor, "b 512 d"]) -> Float[Tensor, "b 512 d"]:
        return x + self.table


class Tied(Layer):
    vocabulary: int
    d: int
    tokens: Embedding = sub(lambda self: Embedding(vocabulary=self.vocabulary, features=self.d))

    def __call__(self, words: Int[Tensor, "b t"]) -> Float[Tensor, "b t vocabulary"]:
        return self.tokens(words) @ self.tokens.weight.mT


class Configured(Layer):
    config: Config
    tokens: Embedding = sub(lambda self: Embedding(vocabulary=self.config.vocabulary, features=self.config.size))
    table: Embedding = sub(lambda self: Embedding(vocabulary=self.config.context, features=self.config.size))

    def __call__(self, words: Int[Tensor, "b t"]) -> Float[Tensor, "b t {self.config.size}"]:
        return self.tokens(words) + self.table(tg.arange(words.shape[1]))


class Model(Layer):
    d: int
    depth: int
    blocks: tuple[TransformerEncoderBlock, ...] = sub(
        lambda self: tuple(TransformerEncoderBlock(features=self.d, heads=4) for _ in range(self.depth))
    )
    norm: LayerNorm = sub(lambda self: LayerNorm(features=self.d))

    def __call__(self, x: Float[Tensor, "b t d"], mask: Bool[Tensor, "b 1 1 t"] | None = None) -> Float[Tensor, "b t d"]:
        for block in self.blocks:
            x = block(x, mask=mask)
        return self.norm(x)


class Feed(Layer):
    d: int
    up: Dense = sub(lambda self: Dense(in_features=self.d, out_features=4 * self.d))
    gate: Dense = sub(lambda self: Dense(in_features=self.d, out_features=4 * self.d))
    down: Dense = sub(lambda self: Dense(in_features=4 * self.d, out_features=self.d))

    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b t d"]:
        return x + self.down(tg.silu(self.gate(x)) * self.up(x))


class Decoder(Layer):
    """The memory is brought to the decoder's width."""

    source: int
    target: int
    bridge: Dense = sub(lambda self: Dense(in_features=self.source, out_features=self.target))
    block: TransformerDecoderBlock = sub(lambda self: TransformerDecoderBlock(features=self.target, heads=4))

    def __call__(self, y: Float[Tensor, "b t target"], memory: Float[Tensor, "b s source"]) -> Float[Tensor, "b t target"]:
        return self.block(y, self.bridge(memory))


class Pooled(Layer):
    d: int
    classes: int
    head: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.classes))

    def __call__(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b classes"]:
        return self.head(x[:, 0])

    def averaged(self, x: Float[Tensor, "b t d"]) -> Float[Tensor, "b classes"]:
        return self.head(tg.mean(x, axis=1))

    def averaged_where_seen(self, x: Float[Tensor, "b t d"], seen: Bool[Tensor, "b t"]) -> Float[Tensor, "b classes"]:
        weights = seen.astype("float32")[:, :, None]
        total = tg.sum(x * weights, axis=1) / tg.sum(weights, axis=1)
        return self.head(total)


class Vision(Layer):
    d: int
    first: Float[Tensor, "1 1 d"] = param(zeros)
    positions: Float[Tensor, "197 d"] = param(zeros)

    def __call__(self, x: Float[Tensor, "n 196 d"]) -> Float[Tensor, "n 197 d"]:
        n, _, d = x.shape
        x = tg.concat([tg.broadcast_to(self.first, (n, 1, d)), x], axis=1)
        return x + self.positions


def heads_that_divide(x: Float32[Tensor, "b t 512"]) -> Float32[Tensor, "b 8 t 64"]:
    b, t, d = x.shape
    return tg.permute_dims(tg.reshape(x, (b, t, 8, d // 8)), (0, 2, 1, 3))


def heads_of_any_number(x: Float32[Tensor, "b t d"], h: int) -> Float32[Tensor, "b t d"]:
    b, t, d = x.shape
    y = tg.reshape(x, (b, t, h, d // h))
    return tg.reshape(y, (b, t, d))


def memory(x: Float32[Tensor, "b t 64"], memory: Float32[Tensor, "b s 64"]) -> Float[Tensor, "b t 64"]:
    return MultiHeadAttention(features=64, heads=8)(x, memory)


def words_into_blocks(words: Int64[Tensor, "b t"]) -> Float[Tensor, "b t 64"]:
    x = LearnedPositions(length=512, features=64)(Embedding(vocabulary=100, features=64)(words))
    return TransformerEncoderBlock(features=64, heads=8, causal=True)(x)


def grouped(q: Float32[Tensor, "b 8 t d"], k: Float32[Tensor, "b 2 s d"], v: Float32[Tensor, "b 2 s d"]) -> None:
    reveal_type(tg.scaled_dot_product_attention(q, k, v))  # R: Float32[Tensor, "b 8 t d"]


def of_another_width(
    q: Float32[Tensor, "b h t d"], k: Float32[Tensor, "b h s d"], v: Float32[Tensor, "b h s e"]
) -> Float32[Tensor, "b h t e"]:
    return tg.scaled_dot_product_attention(q, k, v)


def letters(q: Float32[Tensor, "b h t d"], k: Float32[Tensor, "b h s d"]) -> Float32[Tensor, "b h t s"]:
    return tg.einsum("bhtd,bhsd->bhts", q, k)


def last_logits(x: Float32[Tensor, "b t v"]) -> Float32[Tensor, "b v"]:
    return x[:, -1]


def shifted(logits: Float32[Tensor, "b t v"], words: Int64[Tensor, "b t"]) -> Float32[Tensor, ""]:
    return tg.softmax_cross_entropy(logits[:, :-1], words[:, 1:])


def shifted_before(logits: Float32[Tensor, "b t v"], words: Int64[Tensor, "b t+1"]) -> Float32[Tensor, ""]:
    return tg.softmax_cross_entropy(logits, words[:, 1:])


def one_more_word(words: Int64[Tensor, "b t"], logits: Float32[Tensor, "b v"]) -> Int64[Tensor, "b t+1"]:
    return tg.concat([words, tg.argmax(logits, axis=-1, keepdims=True)], axis=1)


def generated(words: Int64[Tensor, "b t"], logits: Float32[Tensor, "b t v"], count: int) -> Int64[Tensor, "b _"]:
    for _ in range(count):
        words = tg.concat([words, tg.argmax(logits[:, -1], axis=-1)[:, None]], axis=1)
    return words


def cached(
    q: Float32[Tensor, "b h 1 d"], past: Float32[Tensor, "b h s d"], now: Float32[Tensor, "b h 1 d"]
) -> Float32[Tensor, "b h 1 s+1"]:
    keys = tg.concat([past, now], axis=2)
    return tg.softmax(q @ keys.mT)
