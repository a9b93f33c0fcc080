"""Programs about sequences, each beside what was meant."""

from __future__ import annotations

import math

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import (
    Bidirectional,
    Conv1d,
    Dense,
    Embedding,
    Gru,
    GruCell,
    Layer,
    LayerNorm,
    LearnedPositions,
    Lstm,
    LstmCell,
    LstmState,
    Stacked,
    TimeDistributed,
    TransformerDecoderBlock,
    TransformerEncoderBlock,
    param,
    sub,
    zeros,
)


class Head(Layer):
    d: int
    size: int
    q: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.size, use_bias=False))
    k: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.size, use_bias=False))
    v: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.size, use_bias=False))

    def __call__(self, x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t size"]:
        w = tg.softmax(self.q(x) @ self.k(x) / self.size**0.5)  # E: matmul: `k` is size in `x1` but t in `x2` [shape]
        return w @ self.v(x)

    def ok(self, x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t size"]:
        w = tg.softmax(self.q(x) @ self.k(x).mT / self.size**0.5)
        return w @ self.v(x)

    # 2 transposes the wrong pair of axes
    def swapped(self, x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t size"]:
        k = tg.swapaxes(self.k(x), 0, 1)
        return tg.softmax(self.q(x) @ k) @ self.v(x)  # E: matmul: `k` is size in `x1` but b in `x2` [shape]

    # 3 v of the wrong side
    def turned(self, x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t size"]:
        w = tg.softmax(self.q(x) @ self.k(x).mT / math.sqrt(self.size))
        return self.v(x) @ w  # E: matmul: `k` is size in `x1` but t in `x2` [shape]


class Mha(Layer):
    d: int
    h: int
    qkv: Dense = sub(lambda self: Dense(in_features=self.d, out_features=3 * self.d))
    out: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.d))

    def __call__(self, x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t d"]:
        b, t, d = x.shape
        q, k, v = tg.split(self.qkv(x), 3, axis=-1)
        q = tg.permute_dims(tg.reshape(q, (b, t, self.h, d // self.h)), (0, 2, 1, 3))
        k = tg.reshape(k, (b, t, self.h, d // self.h))
        return tg.reshape(tg.softmax(q @ k.mT) @ q, (b, t, d))  # E: matmul: `x1` and `x2` do not broadcast: axis -3 is h in `x1` but t in `x2` [shape]

    def ok(self, x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t d"]:
        b, t, d = x.shape
        q, k, v = tg.split(self.qkv(x), 3, axis=-1)
        q = tg.permute_dims(tg.reshape(q, (b, t, self.h, d // self.h)), (0, 2, 1, 3))
        k = tg.permute_dims(tg.reshape(k, (b, t, self.h, d // self.h)), (0, 2, 1, 3))
        v = tg.permute_dims(tg.reshape(v, (b, t, self.h, d // self.h)), (0, 2, 1, 3))
        y = tg.softmax(q @ k.mT / math.sqrt(d // self.h)) @ v
        return self.out(tg.reshape(tg.permute_dims(y, (0, 2, 1, 3)), (b, t, d)))

    # 5 unpack wrong number of pieces
    def two(self, x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t d"]:
        q, k, v = tg.split(x, 3, axis=-1)
        return self.out(v)  # E: Dense(in_features=d, out_features=d): `x` has in_features=d//3, but in_features is d [shape]

    # 6 mask of t for scores of t+1
    def mask(self, scores: Float32[Tensor, "b h t t"]) -> Float32[Tensor, "b h t t"]:
        t = scores.shape[-1]
        return tg.where(tg.causal_mask(t + 1), scores, -1e9)  # E: where: `condition` and `x1` do not broadcast: axis -1 is t+1 in `condition` but t in `x1` [shape]

    def mask_ok(self, scores: Float32[Tensor, "b h t t"]) -> Float32[Tensor, "b h t t"]:
        t = scores.shape[-1]
        return tg.where(tg.causal_mask(t), scores, -1e9)


class Gpt(Layer):
    vocab: int
    d: int
    wte: Embedding = sub(lambda self: Embedding(vocabulary=self.vocab, features=self.d))
    wpe: LearnedPositions = sub(lambda self: LearnedPositions(length=128, features=self.d))
    head: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.vocab))

    def __call__(self, tokens: Int64[Tensor, "b 256"]) -> Float32[Tensor, "b 256 vocab"]:
        return self.head(self.wpe(self.wte(tokens)))  # E: LearnedPositions(length=128, features=d): there are more places than vectors: 256 > 128 [shape]

    def ok(self, tokens: Int64[Tensor, "b 128"]) -> Tensor:
        return self.head(self.wpe(self.wte(tokens)))

    # 8 shifted targets
    def loss(self, logits: Float32[Tensor, "b t vocab"], tokens: Int64[Tensor, "b t"]) -> Tensor:
        return tg.softmax_cross_entropy(logits[:, :-1], tokens)  # E: softmax_cross_entropy: `*batch` is [b t-1] in `logits` but [b t] in `labels` [shape]

    def loss_ok(self, logits: Float32[Tensor, "b t vocab"], tokens: Int64[Tensor, "b t"]) -> Tensor:
        return tg.softmax_cross_entropy(logits[:, :-1], tokens[:, 1:])

    # 9 flatten only one of them
    def flat(self, logits: Float32[Tensor, "b t vocab"], tokens: Int64[Tensor, "b t"]) -> Tensor:
        return tg.softmax_cross_entropy(tg.reshape(logits, (-1, self.vocab)), tokens)  # E: softmax_cross_entropy: `*batch` is [b*t] in `logits` but [b t] in `labels` [shape]

    def flat_ok(self, logits: Float32[Tensor, "b t vocab"], tokens: Int64[Tensor, "b t"]) -> Tensor:
        return tg.softmax_cross_entropy(tg.reshape(logits, (-1, self.vocab)), tg.flatten(tokens))

    # 10 embedding of floats
    def floats(self, x: Float32[Tensor, "b t"]) -> Tensor:
        return self.wte(x)  # E: Embedding(vocabulary=vocab, features=d): `indices` must be Int, not float32 [dtype]

    # 11 one hot twice
    def hot(self, x: Int64[Tensor, "b t"]) -> Tensor:
        return self.wte(tg.one_hot(x, classes=self.vocab))  # E: Embedding(vocabulary=vocab, features=d): `indices` must be Int, not float32 [dtype]

    # 12 generation: last token dropped axis then concat
    def extend(self, tokens: Int64[Tensor, "b t"], logits: Float32[Tensor, "b t vocab"]) -> Int64[Tensor, "b t+1"]:
        last = tg.argmax(logits[:, -1], axis=-1)
        return tg.concat([tokens, last], axis=1)  # E: concat: axis 1 is out of range for 1 axis [shape]

    def extend_ok(self, tokens: Int64[Tensor, "b t"], logits: Float32[Tensor, "b t vocab"]) -> Int64[Tensor, "b t+1"]:
        last = tg.argmax(logits[:, -1], axis=-1, keepdims=True)
        return tg.concat([tokens, last], axis=1)


class Tagger(Layer):
    lstm: Lstm = sub(lambda self: Lstm(in_features=100, features=128))
    fc: Dense = sub(lambda self: Dense(in_features=128, out_features=5))

    def __call__(self, x: Float32[Tensor, "b t 100"]) -> Float32[Tensor, "b 5"]:
        return self.fc(self.lstm(x))  # E: __call__: the result must have 2 axes (b 5), not 3 [shape]

    def ok(self, x: Float32[Tensor, "b t 100"]) -> Float32[Tensor, "b 5"]:
        return self.fc(self.lstm(x)[:, -1])

    # 14 takes last batch instead of last step
    def first_axis(self, x: Float32[Tensor, "b t 100"]) -> Float32[Tensor, "b 5"]:
        return self.fc(self.lstm(x)[-1])  # E: first_axis: the result must have b on axis 0 (b 5), not t [shape]

    # 15 sequence given transposed
    def time_major(self, x: Float32[Tensor, "t b 100"], y: Int64[Tensor, "b t"]) -> Tensor:
        return tg.softmax_cross_entropy(self.fc(self.lstm(x)), y)  # E: softmax_cross_entropy: `*batch` is [t b] in `logits` but [b t] in `labels` [shape]


def bad_stack(x: Float32[Tensor, "b t 40"]) -> Tensor:
    h = Lstm(in_features=40, features=256)(x)
    return Lstm(in_features=128, features=128)(h)  # E: Lstm(in_features=128, features=128): `x` has in_features=256, but in_features is 128 [shape]


def bad_bi(x: Float32[Tensor, "b t 40"]) -> Tensor:
    h = Bidirectional(forward=Lstm(in_features=40, features=64))(x)
    return Dense(in_features=64, out_features=9)(h)  # E: Dense(in_features=64, out_features=9): `x` has in_features=128, but in_features is 64 [shape]


def bad_bi_add(x: Float32[Tensor, "b t 40"]) -> Tensor:
    h = Bidirectional(forward=Gru(in_features=40, features=64), merge="add")(x)
    return Dense(in_features=128, out_features=9)(h)  # E: Dense(in_features=128, out_features=9): `x` has in_features=64, but in_features is 128 [shape]


def bad_stacked(x: Float32[Tensor, "b t 8"]) -> Tensor:
    rnn = Stacked(Lstm(in_features=8, features=16), Lstm(in_features=16, features=32))
    return Dense(in_features=16, out_features=2)(rnn(x))  # E: Dense(in_features=16, out_features=2): `x` has in_features=32, but in_features is 16 [shape]


def bad_td(x: Float32[Tensor, "b t 12"]) -> Tensor:
    return TimeDistributed(layer=Dense(in_features=13, out_features=2))(x)  # E: Dense(in_features=13, out_features=2): `x` has in_features=12, but in_features is 13 [shape]


class Decoder(Layer):
    cell: LstmCell = sub(lambda self: LstmCell(in_features=32, features=64))
    out: Dense = sub(lambda self: Dense(in_features=32, out_features=10))
    good: Dense = sub(lambda self: Dense(in_features=64, out_features=10))

    def __call__(self, x: Float32[Tensor, "b 32"], state: LstmState) -> Float32[Tensor, "b 10"]:
        state = self.cell(x, state)
        return self.out(state.hidden)  # E: Dense(in_features=32, out_features=10): `x` has in_features=64, but in_features is 32 [shape]

    def ok(self, x: Float32[Tensor, "b 32"], state: LstmState) -> Float32[Tensor, "b 10"]:
        state = self.cell(x, state)
        return self.good(state.hidden)

    # 22 whole sequence to a cell, in a loop
    def loop(self, xs: Float32[Tensor, "b t 16"]) -> Float32[Tensor, "b 10"]:
        h = self.cell(xs[:, 0])  # E: LstmCell(in_features=32, features=64): `x` has in_features=16, but in_features is 32 [shape]
        return self.good(h.hidden)

    def loop_ok(self, xs: Float32[Tensor, "b 7 32"]) -> Float32[Tensor, "b 10"]:
        state = self.cell(xs[:, 0])
        for t in range(1, 7):
            state = self.cell(xs[:, t], state)
        return self.good(state.hidden)


def bad_gru(x: Float32[Tensor, "b 32"], h: Float32[Tensor, "b 32"]) -> Tensor:
    return GruCell(in_features=32, features=48)(x, h)  # E: GruCell(in_features=32, features=48): `state` has features=32, but features is 48 [shape]


def bad_mean(x: Float32[Tensor, "b t d"], mask: Float32[Tensor, "b t"]) -> Float32[Tensor, "b d"]:
    return tg.sum(x * mask, axis=1) / tg.sum(mask, axis=1, keepdims=True)  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but t in `x2` [shape]


def bad_mean2(x: Float32[Tensor, "b t d"], mask: Float32[Tensor, "b t"]) -> Float32[Tensor, "b d"]:
    return tg.sum(x * mask[..., None], axis=1) / tg.sum(mask, axis=1)  # E: divide: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but b in `x2` [shape]


def bad_c1(x: Float32[Tensor, "b t 300"]) -> Tensor:
    return Conv1d(in_channels=300, out_channels=100, kernel=3)(x)  # E: Conv1d(in_channels=300, out_channels=100, kernel=3): `x` has in_channels=t, but in_channels is 300 [shape]


def bad_tc2(x: Float32[Tensor, "b 300 50"]) -> Float32[Tensor, "b 100"]:
    c3 = tg.max(tg.relu(Conv1d(in_channels=300, out_channels=100, kernel=3)(x)), axis=2)
    c4 = tg.max(tg.relu(Conv1d(in_channels=300, out_channels=100, kernel=4)(x)), axis=2)
    return tg.concat([c3, c4], axis=1)  # E: bad_tc2: the result must have 100 on axis 1 (b 100), not 200 [shape]


def bad_ctx(dec: Float32[Tensor, "b d"], enc: Float32[Tensor, "b s d"]) -> Float32[Tensor, "b d"]:
    scores = tg.einsum("bd,bsd->bs", dec, enc)
    w = tg.softmax(scores, axis=1)
    return tg.sum(w * enc, axis=1)  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is s in `x1` but d in `x2` [shape]


def bad_e(w: Float32[Tensor, "b s"], enc: Float32[Tensor, "b s d"]) -> Float32[Tensor, "b d"]:
    return tg.einsum("bs,bsd->bs", w, enc)  # E: bad_e: the result must have d on axis 1 (b d), not s [shape]


def bad_dec(x: Float32[Tensor, "b t 512"], memory: Float32[Tensor, "b s 256"]) -> Tensor:
    return TransformerDecoderBlock(features=512, heads=8)(x, memory)  # E: TransformerDecoderBlock(features=512, heads=8): `memory` has features=256, but features is 512 [shape]


class Vit(Layer):
    d: int
    cls: Float32[Tensor, "1 1 d"] = param(zeros)

    def __call__(self, x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t+1 d"]:
        return tg.concat([self.cls, x], axis=1)  # E: concat: but for axis 1, `arrays[0]` and `arrays[1]` must have the same shape: [1] and [b] [shape]

    def ok(self, x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t+1 d"]:
        return tg.concat([tg.broadcast_to(self.cls, (x.shape[0], 1, self.d)), x], axis=1)


def bad_rel(scores: Float32[Tensor, "b h t t"], bias: Float32[Tensor, "t t h"]) -> Float32[Tensor, "b h t t"]:
    return scores + bias  # E: add: `x1` and `x2` do not broadcast: axis -1 is t in `x1` but h in `x2` [shape]


class Stack2(Layer):
    d: int
    blocks: tuple[TransformerEncoderBlock, ...] = sub(
        lambda self: tuple(TransformerEncoderBlock(features=self.d, heads=4) for _ in range(6))
    )
    norm: LayerNorm = sub(lambda self: LayerNorm(features=4 * self.d))
    fine: LayerNorm = sub(lambda self: LayerNorm(features=self.d))

    def __call__(self, x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t d"]:
        for block in self.blocks:
            x = block(x)
        return self.norm(x)  # E: LayerNorm(features=4*d): `x` has features=d, but features is 4*d [shape]

    def ok(self, x: Float32[Tensor, "b t d"]) -> Float32[Tensor, "b t d"]:
        for block in self.blocks:
            x = block(x)
        return self.fine(x)

    # 34 input of the stack
    def wrong(self, x: Float32[Tensor, "b d t"]) -> Tensor:
        for block in self.blocks:
            x = block(x)  # E: TransformerEncoderBlock(features=d, heads=4): `x` has features=t, but features is d [shape]
        return x
