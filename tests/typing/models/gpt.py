"""A small GPT, with its attention written out."""

from __future__ import annotations

from jaxtyping import Float, Int

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import Dense, Embedding, Layer, LayerNorm, param, sub, zeros


class Attention(Layer):
    heads: int
    size: int
    qkv: Dense = sub(lambda self: Dense(in_features=self.heads * self.size, out_features=3 * self.heads * self.size))
    out: Dense = sub(lambda self: Dense(in_features=self.heads * self.size, out_features=self.heads * self.size))

    def __call__(self, x: Float[Tensor, "b t heads*size"]) -> Float[Tensor, "b t heads*size"]:
        b, t, d = x.shape
        h, k = self.heads, self.size
        qkv = tg.assert_shape(self.qkv(x), "b t 3*heads*size")
        query = tg.permute_dims(tg.reshape(qkv[..., :d], (b, t, h, k)), (0, 2, 1, 3))
        query = tg.assert_shape(query, "b heads t size")
        key = tg.permute_dims(tg.reshape(qkv[..., d : 2 * d], (b, t, h, k)), (0, 2, 1, 3))
        key = tg.assert_shape(key, "b heads t size")
        value = tg.permute_dims(tg.reshape(qkv[..., 2 * d :], (b, t, h, k)), (0, 2, 1, 3))
        value = tg.assert_shape(value, "b heads t size")
        scores = query @ key.mT / k**0.5
        scores = tg.assert_shape(scores, "b heads t t")
        scores = tg.where(tg.causal_mask(t), scores, -1e9)
        mixed = tg.softmax(scores, axis=-1) @ value
        mixed = tg.assert_shape(mixed, "b heads t size")
        joined = tg.reshape(tg.permute_dims(mixed, (0, 2, 1, 3)), (b, t, d))
        return tg.assert_shape(self.out(joined), "b t heads*size")


class Block(Layer):
    heads: int
    size: int
    before: LayerNorm = sub(lambda self: LayerNorm(features=self.heads * self.size))
    attention: Attention = sub(lambda self: Attention(heads=self.heads, size=self.size))
    between: LayerNorm = sub(lambda self: LayerNorm(features=self.heads * self.size))
    up: Dense = sub(lambda self: Dense(in_features=self.heads * self.size, out_features=4 * self.heads * self.size))
    down: Dense = sub(lambda self: Dense(in_features=4 * self.heads * self.size, out_features=self.heads * self.size))

    def __call__(self, x: Float[Tensor, "b t heads*size"]) -> Float[Tensor, "b t heads*size"]:
        x = x + self.attention(self.before(x))
        x = tg.assert_shape(x, "b t heads*size")
        wide = tg.assert_shape(tg.gelu(self.up(self.between(x))), "b t 4*heads*size")
        return tg.assert_shape(x + self.down(wide), "b t heads*size")


class Gpt(Layer):
    vocabulary: int
    context: int
    heads: int
    size: int
    tokens: Embedding = sub(lambda self: Embedding(vocabulary=self.vocabulary, features=self.heads * self.size))
    positions: Float[Tensor, "context heads*size"] = param(zeros)
    first: Block = sub(lambda self: Block(heads=self.heads, size=self.size))
    second: Block = sub(lambda self: Block(heads=self.heads, size=self.size))
    norm: LayerNorm = sub(lambda self: LayerNorm(features=self.heads * self.size))

    def __call__(self, indices: Int[Tensor, "b t"]) -> Float[Tensor, "b t vocabulary"]:
        t = indices.shape[1]
        x = self.tokens(indices) + self.positions[:t]
        x = tg.assert_shape(x, "b t heads*size")
        for block in (self.first, self.second):
            x = tg.assert_shape(block(x), "b t heads*size")
        logits = self.norm(x) @ self.tokens.weight.mT
        return tg.assert_shape(logits, "b t vocabulary")


def loss(model: Gpt, indices: Int[Tensor, "b t"]) -> Float[Tensor, ""]:
    logits = model(indices)[:, :-1, :]
    logits = tg.assert_shape(logits, "b t-1 vocabulary")
    targets = tg.assert_shape(indices[:, 1:], "b t-1")
    each = tg.take_along_axis(tg.log_softmax(logits, axis=-1), tg.expand_dims(targets, axis=-1), axis=-1)
    each = tg.assert_shape(tg.squeeze(each, axis=-1), "b t-1")
    return -tg.mean(each)


def run(size: int) -> Tensor:
    model = tg.init(Gpt(vocabulary=size + 7, context=9, heads=size, size=4), tg.random.key(0))
    indices = tg.zeros((size, size + 1), dtype=tg.int64)
    gradient = tg.grad(loss)(model, indices)
    assert gradient.first.attention.qkv.weight.shape == (4 * size, 12 * size)
    return model(indices)
