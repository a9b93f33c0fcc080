"""A transformer from sequences to sequences, for translation."""

from __future__ import annotations

from jaxtyping import Bool, Float, Int

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Embedding, FeedForward, Layer, LayerNorm, sub


class CrossAttention(Layer):
    """Attention of `x` to `memory`, which is `x` itself or what the encoder has made."""

    heads: int
    size: int
    query: Dense = sub(lambda self: Dense(in_features=self.heads * self.size, out_features=self.heads * self.size))
    key: Dense = sub(lambda self: Dense(in_features=self.heads * self.size, out_features=self.heads * self.size))
    value: Dense = sub(lambda self: Dense(in_features=self.heads * self.size, out_features=self.heads * self.size))
    out: Dense = sub(lambda self: Dense(in_features=self.heads * self.size, out_features=self.heads * self.size))

    def __call__(
        self, x: Float[Tensor, "b t heads*size"], memory: Float[Tensor, "b s heads*size"], mask: Bool[Tensor, "#b #t s"]
    ) -> Float[Tensor, "b t heads*size"]:
        query = self.split(self.query(x))
        query = tg.assert_shape(query, "b heads t size")
        key = tg.assert_shape(self.split(self.key(memory)), "b heads s size")
        value = tg.assert_shape(self.split(self.value(memory)), "b heads s size")
        scores = tg.assert_shape(query @ key.mT * self.size**-0.5, "b heads t s")
        scores = tg.where(tg.expand_dims(mask, axis=1), scores, -1e9)
        mixed = tg.assert_shape(tg.softmax(scores, axis=-1), "b heads t s") @ value
        mixed = tg.assert_shape(mixed, "b heads t size")
        joined = tg.flatten(tg.permute_dims(mixed, (0, 2, 1, 3)), start=2)
        joined = tg.assert_shape(joined, "b t heads*size")
        return tg.assert_shape(self.out(joined), "b t heads*size")

    def split(self, x: Float[Tensor, "b n heads*size"]) -> Float[Tensor, "b heads n size"]:
        b, n, _ = x.shape
        return tg.permute_dims(tg.reshape(x, (b, n, self.heads, self.size)), (0, 2, 1, 3))


class EncoderBlock(Layer):
    heads: int
    size: int
    attention: CrossAttention = sub(lambda self: CrossAttention(heads=self.heads, size=self.size))
    first: LayerNorm = sub(lambda self: LayerNorm(features=self.heads * self.size))
    feed: FeedForward = sub(lambda self: FeedForward(features=self.heads * self.size))
    second: LayerNorm = sub(lambda self: LayerNorm(features=self.heads * self.size))

    def __call__(
        self, x: Float[Tensor, "b s heads*size"], mask: Bool[Tensor, "b 1 s"]
    ) -> Float[Tensor, "b s heads*size"]:
        x = tg.assert_shape(self.first(x + self.attention(x, x, mask)), "b s heads*size")
        return tg.assert_shape(self.second(x + self.feed(x)), "b s heads*size")


class DecoderBlock(Layer):
    heads: int
    size: int
    own: CrossAttention = sub(lambda self: CrossAttention(heads=self.heads, size=self.size))
    first: LayerNorm = sub(lambda self: LayerNorm(features=self.heads * self.size))
    other: CrossAttention = sub(lambda self: CrossAttention(heads=self.heads, size=self.size))
    second: LayerNorm = sub(lambda self: LayerNorm(features=self.heads * self.size))
    feed: FeedForward = sub(lambda self: FeedForward(features=self.heads * self.size))
    third: LayerNorm = sub(lambda self: LayerNorm(features=self.heads * self.size))

    def __call__(
        self,
        y: Float[Tensor, "b t heads*size"],
        memory: Float[Tensor, "b s heads*size"],
        past: Bool[Tensor, "1 t t"],
        mask: Bool[Tensor, "b 1 s"],
    ) -> Float[Tensor, "b t heads*size"]:
        y = tg.assert_shape(self.first(y + self.own(y, y, past)), "b t heads*size")
        y = tg.assert_shape(self.second(y + self.other(y, memory, mask)), "b t heads*size")
        return tg.assert_shape(self.third(y + self.feed(y)), "b t heads*size")


class Translator(Layer):
    source: int
    target: int
    heads: int
    size: int
    read: Embedding = sub(lambda self: Embedding(vocabulary=self.source, features=self.heads * self.size))
    written: Embedding = sub(lambda self: Embedding(vocabulary=self.target, features=self.heads * self.size))
    encoder: EncoderBlock = sub(lambda self: EncoderBlock(heads=self.heads, size=self.size))
    decoder: DecoderBlock = sub(lambda self: DecoderBlock(heads=self.heads, size=self.size))
    head: Dense = sub(lambda self: Dense(in_features=self.heads * self.size, out_features=self.target))

    def __call__(
        self, words: Int[Tensor, "b s"], lengths: Int[Tensor, "b"], so_far: Int[Tensor, "b t"]
    ) -> Float[Tensor, "b t target"]:
        x = tg.assert_shape(self.read(words), "b s heads*size")
        mask = tg.expand_dims(tg.length_mask(lengths, words.shape[1]), axis=1)
        mask = tg.assert_shape(mask, "b 1 s")
        memory = tg.assert_shape(self.encoder(x, mask), "b s heads*size")
        y = tg.assert_shape(self.written(so_far), "b t heads*size")
        past = tg.assert_shape(tg.expand_dims(tg.causal_mask(so_far.shape[1]), axis=0), "1 t t")
        y = tg.assert_shape(self.decoder(y, memory, past, mask), "b t heads*size")
        return tg.assert_shape(self.head(y), "b t target")


def run(size: int) -> Tensor:
    model = tg.init(Translator(source=size + 5, target=size + 7, heads=size, size=4), tg.random.key(0))
    words, so_far = tg.zeros((size, size + 1), dtype=tg.int64), tg.zeros((size, size + 2), dtype=tg.int64)
    return model(words, tg.ones(size, dtype=tg.int64), so_far)
