"""More programs, with networks, graphs and generators, each beside what was meant."""

from __future__ import annotations

from dataclasses import dataclass

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import (
    Bidirectional,
    Bilinear,
    Conv1d,
    Conv2d,
    Dense,
    Embedding,
    GlobalPool,
    Gru,
    Highway,
    LastStep,
    Layer,
    LearnedPositions,
    MaxPool2d,
    MultiHeadAttention,
    Sequential,
    TransformerEncoderBlock,
    sub,
)


def bad31(x: Float32[Tensor, "n c h w"]) -> Float32[Tensor, "n c h w"]:
    return tg.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))[:, :, 1:, 1:]  # E: bad31: the result must have h on axis 2 (n c h w), not h+1 [shape]


def bad32(tokens: Int64[Tensor, "b t"]) -> Int64[Tensor, "b t"]:
    start = tg.zeros((tokens.shape[0], 1), dtype=tg.int64)
    return tg.concat([start, tokens], axis=1)  # E: bad32: the result must have t on axis 1 (b t), not t+1 [shape]


def bad33(tokens: Int64[Tensor, "b t"], emb: Embedding) -> Tensor:
    start = tg.zeros((tokens.shape[0], 1))
    return Embedding(vocabulary=10, features=4)(tg.concat([start, tg.astype(tokens, tg.float32)], axis=1))  # E: Embedding(vocabulary=10, features=4): `indices` must be Int, not float32 [dtype]


def bad34(x: Float32[Tensor, "b h t t"]) -> Float32[Tensor, "b h t t"]:
    b, h, t, _ = x.shape
    y = tg.pad(x, ((0, 0), (0, 0), (0, 0), (1, 0)))
    y = tg.reshape(y, (b, h, t + 1, t))
    return y  # E: bad34: the result must have t on axis 2 (b h t t), not t+1 [shape]


def bad35(x: Float32[Tensor, "n 12 h w"]) -> Float32[Tensor, "n 12 h w"]:
    n, c, h, w = x.shape
    y = tg.reshape(x, (n, 3, c // 3, h, w))
    return tg.flatten(tg.swapaxes(y, 1, 2), start=2)  # E: bad35: the result must have 4 axes (n 12 h w), not 3 [shape]


def bad36(x: Float32[Tensor, "n t 3 64 64"]) -> Float32[Tensor, "n t 128"]:
    n, t, c, h, w = x.shape
    f = tg.reshape(x, (n * t, c, h, w))
    f = GlobalPool()(Conv2d(in_channels=3, out_channels=128, kernel=3)(f))
    return tg.reshape(f, (n, 128, t))  # E: bad36: the result must have t on axis 1 (n t 128), not 128 [shape]


def bad37(x: Float32[Tensor, "n 8 32 32"]) -> Float32[Tensor, "n 8 16 16"]:
    return MaxPool2d(kernel=3, stride=2)(x)  # E: bad37: the result must have 16 on axis 2 (n 8 16 16), not 15 [shape]


def bad38(x: Float32[Tensor, "n 8 100"]) -> Float32[Tensor, "n 8 100"]:
    return Conv1d(in_channels=8, out_channels=8, kernel=3, dilation=4, padding=1)(x)  # E: bad38: the result must have 100 on axis 2 (n 8 100), not 94 [shape]


def bad39(x: Float32[Tensor, "n 32 h w"]) -> Tensor:
    y = Conv2d(in_channels=32, out_channels=64, kernel=1, groups=4)(x)
    return Conv2d(in_channels=16, out_channels=8, kernel=1)(y)  # E: Conv2d(in_channels=16, out_channels=8, kernel=1): `x` has in_channels=64, but in_channels is 16 [shape]


def bad40(x: Float32[Tensor, "b t 64"], memory: Float32[Tensor, "b s 32"]) -> Tensor:
    return MultiHeadAttention(features=64, heads=4)(memory, x)  # E: MultiHeadAttention(features=64, heads=4): `x` has features=32, but features is 64 [shape]


def bad41(x: Float32[Tensor, "t b 64"], y: Float32[Tensor, "b t 64"]) -> Float32[Tensor, "b t 64"]:
    return y + MultiHeadAttention(features=64, heads=4)(x)  # E: add: `x1` and `x2` do not broadcast: axis -2 is t in `x1` but b in `x2` [shape]


class Enc(Layer):
    d: int
    pos: LearnedPositions = sub(lambda self: LearnedPositions(length=64, features=self.d))
    block: TransformerEncoderBlock = sub(lambda self: TransformerEncoderBlock(features=self.d, heads=4))
    pool: Dense = sub(lambda self: Dense(in_features=self.d, out_features=2))

    def __call__(self, x: Float32[Tensor, "b 64 d"]) -> Float32[Tensor, "b 2"]:
        h = self.block(self.pos(x))
        return self.pool(tg.mean(h, axis=2))  # E: Dense(in_features=d, out_features=2): `x` has in_features=64, but in_features is d [shape]

    def ok(self, x: Float32[Tensor, "b 64 d"]) -> Float32[Tensor, "b 2"]:
        h = self.block(self.pos(x))
        return self.pool(tg.mean(h, axis=1))


class Tab(Layer):
    cats: Embedding = sub(lambda self: Embedding(vocabulary=100, features=8))
    net: Dense = sub(lambda self: Dense(in_features=5 * 8 + 3, out_features=1))

    def __call__(self, cat: Int64[Tensor, "n 5"], num: Float32[Tensor, "n 3"]) -> Float32[Tensor, "n 1"]:
        e = self.cats(cat)
        return self.net(tg.concat([e, num], axis=-1))  # E: concat: but for axis -1, `arrays[0]` and `arrays[1]` must have the same shape: [n 5] and [n] [shape]

    def ok(self, cat: Int64[Tensor, "n 5"], num: Float32[Tensor, "n 3"]) -> Float32[Tensor, "n 1"]:
        e = tg.flatten(self.cats(cat), start=1)
        return self.net(tg.concat([e, num], axis=-1))

    def summed(self, cat: Int64[Tensor, "n 5"], num: Float32[Tensor, "n 3"]) -> Float32[Tensor, "n 1"]:
        e = tg.sum(self.cats(cat), axis=1)
        return self.net(tg.concat([e, num], axis=-1))  # E: Dense(in_features=43, out_features=1): `x` has in_features=11, but in_features is 43 [shape]


def bad45(a: Float32[Tensor, "n d"], b: Float32[Tensor, "m d"]) -> Tensor:
    return tg.softmax_cross_entropy(a @ b.T, tg.arange(b.shape[0]))  # E: softmax_cross_entropy: `*batch` is [n] in `logits` but [m] in `labels` [shape]


def bad46(f: Float32[Tensor, "n c h w"], w: Float32[Tensor, "c k"]) -> Float32[Tensor, "n k h w"]:
    return tg.einsum("nchw,ck->nkwh", f, w)  # E: bad46: the result must have h on axis 2 (n k h w), not w [shape]


def bad47(logits: Float32[Tensor, "b t c"], y: Int64[Tensor, "b t"], lengths: Int64[Tensor, "b"]) -> Tensor:
    mask = tg.length_mask(lengths, logits.shape[2])
    return tg.softmax_cross_entropy(logits, y, mask=mask)  # E: softmax_cross_entropy: `mask` must have the shape of the losses, or of their first axes: [b c] and [b t] [shape]


def bad48(x: Float32[Tensor, "n 50"]) -> Tensor:
    return Sequential(Dense(in_features=50, out_features=40), Highway(features=50))(x)  # E: Highway(features=50): `x` has features=40, but features is 50 [shape]


def bad49(x: Float32[Tensor, "n 50"], y: Float32[Tensor, "n 20"]) -> Tensor:
    return Bilinear(left_features=20, right_features=50, out_features=3)(x, y)  # E: Bilinear(left_features=20, right_features=50, out_features=3): `x` has left_features=50, but left_features is 20 [shape]


def bad50(x: Float32[Tensor, "t d"]) -> Float32[Tensor, "t d"]:
    return tg.cumulative_sum(x, axis=0) - x[1:]  # E: subtract: `x1` and `x2` do not broadcast: axis -2 is t in `x1` but t-1 in `x2` [shape]


def bad51(x: Float32[Tensor, "b 512"]) -> Float32[Tensor, "b 256"]:
    spec = tg.fft.rfft(x)
    return tg.abs(spec)  # E: bad51: the result must have 256 on axis 1 (b 256), not 257 [shape]


def bad52(a: Float32[Tensor, "n d"], b: Float32[Tensor, "n d"]) -> Float32[Tensor, "n"]:
    return tg.all(a > b, axis=1)  # E: bad52: `return` must be Float32, not bool [dtype]


def bad53(x: Float32[Tensor, "n k"]) -> Float32[Tensor, "n k"]:
    return tg.argsort(x, axis=1)  # E: bad53: `return` must be Float32, not int64 [dtype]


def bad54(table: Float32[Tensor, "v d"], rows: Int64[Tensor, "b"]) -> Float32[Tensor, "b d"]:
    return tg.take(table, rows, axis=1)  # E: bad54: the result must have b on axis 0 (b d), not v [shape]


def bad55(u: Float32[Tensor, "b m"], v: Float32[Tensor, "b n"]) -> Float32[Tensor, "b m n"]:
    return u[:, None, :] * v[:, :, None]  # E: bad55: the result must have m on axis 1 (b m n), not n [shape]


def bad56(x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n 3*d"]:
    return tg.tile(x, (3, 1))  # E: bad56: the result must have n on axis 0 (n 3*d), not 3*n [shape]


def bad57(x: Float32[Tensor, "b t 40"]) -> Tensor:
    net = Sequential(
        Bidirectional(forward=Gru(in_features=40, features=32)), LastStep(), Dense(in_features=32, out_features=2)  # E: Dense(in_features=32, out_features=2): `x` has in_features=64, but in_features is 32 [shape]
    )
    return net(x)


@dataclass(frozen=True)
class Cfg:
    heads: int
    size: int


class Attn(Layer):
    cfg: Cfg
    proj: Dense = sub(
        lambda self: Dense(in_features=self.cfg.heads * self.cfg.size, out_features=3 * self.cfg.heads * self.cfg.size)
    )
    back: Dense = sub(lambda self: Dense(in_features=self.cfg.size, out_features=self.cfg.size))

    def __call__(self, x: Float32[Tensor, "b t {self.cfg.heads}*{self.cfg.size}"]) -> Tensor:
        b, t, d = x.shape
        q, k, v = tg.unstack(tg.reshape(self.proj(x), (b, t, 3, self.cfg.heads, self.cfg.size)), axis=2)
        q, k, v = (tg.swapaxes(one, 1, 2) for one in (q, k, v))
        return tg.softmax(q @ k.mT) @ v

    def wrong(self, x: Float32[Tensor, "b t {self.cfg.heads}*{self.cfg.size}"]) -> Tensor:
        b, t, d = x.shape
        q, k, v = tg.unstack(tg.reshape(self.proj(x), (b, t, 3, self.cfg.heads, self.cfg.size)), axis=2)
        return tg.softmax(tg.swapaxes(q, 1, 2) @ k.mT) @ v
