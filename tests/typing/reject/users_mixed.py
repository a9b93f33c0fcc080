"""Questions that users ask: programs of all kinds, each beside what was meant."""

from __future__ import annotations

from jaxtyping import Float, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import (
    Conv1d,
    Conv2d,
    Dense,
    Embedding,
    Flatten,
    Gru,
    GruCell,
    Layer,
    Lstm,
    MaxPool2d,
    Relu,
    Sequential,
    sub,
)


def bad1(x: Float32[Tensor, "b 30"]) -> Tensor:
    return Lstm(in_features=30, features=16)(x)  # E: Lstm(in_features=30, features=16): `x` needs 3 axes (batch time in_features), got 2 [shape]


def bad2(x: Float32[Tensor, "b t 30"], y: Int64[Tensor, "b"]) -> Tensor:
    h = Gru(in_features=30, features=16)(x)
    return tg.softmax_cross_entropy(Dense(in_features=16, out_features=4)(h), y)  # E: softmax_cross_entropy: `*batch` is [b t] in `logits` but [b] in `labels` [shape]


class Unrolled(Layer):
    cell: GruCell = sub(lambda self: GruCell(in_features=8, features=16))

    def __call__(self, x: Float32[Tensor, "b t 8"]) -> Float32[Tensor, "b 5 16"]:
        h = self.cell(x[:, 0])
        outs = [h]
        for i in range(1, 5):
            h = self.cell(x[:, i], h)
            outs.append(h)
        return tg.stack(outs, axis=0)  # E: __call__: the result must have 5 on axis 1 (b 5 16), not b [shape]

    def ok(self, x: Float32[Tensor, "b t 8"]) -> Float32[Tensor, "b 5 16"]:
        h = self.cell(x[:, 0])
        outs = [h]
        for i in range(1, 5):
            h = self.cell(x[:, i], h)
            outs.append(h)
        return tg.stack(outs, axis=1)


class Dec(Layer):
    vocab: int
    emb: Embedding = sub(lambda self: Embedding(vocabulary=self.vocab, features=32))
    cell: GruCell = sub(lambda self: GruCell(in_features=32, features=64))
    out: Dense = sub(lambda self: Dense(in_features=64, out_features=self.vocab))

    def step(
        self, token: Int64[Tensor, "b"], h: Float32[Tensor, "b 64"]
    ) -> tuple[Float32[Tensor, "b vocab"], Float32[Tensor, "b 64"]]:
        h = self.cell(self.emb(token), h)
        return self.out(h), h

    def greedy(self, token: Int64[Tensor, "b"], h: Float32[Tensor, "b 64"]) -> Tensor:
        logits, h = self.step(token, h)
        return self.step(logits, h)[0]  # E: step: `token` must be Int64, not float32 [dtype]

    def fine(self, token: Int64[Tensor, "b"], h: Float32[Tensor, "b 64"]) -> Float32[Tensor, "b vocab"]:
        logits, h = self.step(token, h)
        return self.step(tg.argmax(logits, axis=-1), h)[0]

    def unpacked(self, token: Int64[Tensor, "b"], h: Float32[Tensor, "b 64"]) -> Float32[Tensor, "b vocab"]:
        h, logits = self.step(token, h)
        return logits  # E: unpacked: the result must have vocab on axis 1 (b vocab), not 64 [shape]


def bad6(h: Float32[Tensor, "b d"], enc: Float32[Tensor, "b s d"]) -> Tensor:
    both = tg.concat([h, enc], axis=-1)  # E: concat: but for axis -1, `arrays[0]` and `arrays[1]` must have the same shape: [b] and [b s] [shape]
    return both


def bad7(q: Float32[Tensor, "b h t k"], k: Float32[Tensor, "b h s k"]) -> Float32[Tensor, "b h t s"]:
    return tg.einsum("bhtk,bhsk->bhst", q, k)  # E: bad7: the result must have t on axis 2 (b h t s), not s [shape]


def bad8(scores: Float32[Tensor, "b h t s"]) -> Float32[Tensor, "b h t s"]:
    e = tg.exp(scores - tg.max(scores, axis=-1))  # E: subtract: `x1` and `x2` do not broadcast: axis -1 is s in `x1` but t in `x2` [shape]
    return e


def bad9(x: Float32[Tensor, "b 3 32 32"]) -> Float32[Tensor, "b 64 48"]:
    p = tg.reshape(x, (x.shape[0], 3, 8, 4, 8, 4))
    p = tg.permute_dims(p, (0, 2, 4, 1, 3, 5))
    return tg.reshape(p, (x.shape[0], 64, 16))  # E: reshape: the old and the new shape hold different numbers of elements: 3072*b and 1024*b [shape]


def bad10(x: Float32[Tensor, "n 28 28"]) -> Tensor:
    return Conv2d(in_channels=1, out_channels=8, kernel=3)(x)  # E: Conv2d(in_channels=1, out_channels=8, kernel=3): `x` needs 4 axes (n in_channels h w), got 3 [shape]


def bad11(x: Float32[Tensor, "n 28 28"]) -> Tensor:
    return Conv2d(in_channels=1, out_channels=8, kernel=3)(tg.expand_dims(x, axis=0))  # E: Conv2d(in_channels=1, out_channels=8, kernel=3): `x` has in_channels=n, but in_channels is 1 [shape]


class Vgg(Layer):
    body: Sequential = sub(
        lambda self: Sequential(
            Conv2d(in_channels=3, out_channels=64, kernel=3, padding=1),
            Relu(),
            MaxPool2d(kernel=2),
            Conv2d(in_channels=64, out_channels=128, kernel=3, padding=1),
            Relu(),
            MaxPool2d(kernel=2),
            Flatten(),
        )
    )
    head: Dense = sub(lambda self: Dense(in_features=128 * 7 * 7, out_features=10))
    good: Dense = sub(lambda self: Dense(in_features=128 * 8 * 8, out_features=10))

    def __call__(self, x: Float32[Tensor, "n 3 32 32"]) -> Float32[Tensor, "n 10"]:
        return self.head(self.body(x))  # E: Dense(in_features=6272, out_features=10): `x` has in_features=8192, but in_features is 6272 [shape]

    def ok(self, x: Float32[Tensor, "n 3 32 32"]) -> Float32[Tensor, "n 10"]:
        return self.good(self.body(x))


def bad13() -> Sequential:
    return Sequential(
        Conv2d(in_channels=1, out_channels=4, kernel=3),
        Relu(),
        Dense(in_features=2704, out_features=10),
        Conv2d(in_channels=1, out_channels=1, kernel=1),  # E: Conv2d(in_channels=1, out_channels=1, kernel=1): `x` has in_channels=4, but in_channels is 1 [shape]
        Flatten(),
        Dense(in_features=10, out_features=2),
    )


def bad14(x: Float32[Tensor, "n 192 28 28"]) -> Tensor:
    a = Conv2d(in_channels=192, out_channels=64, kernel=1)(x)
    b = Conv2d(in_channels=192, out_channels=128, kernel=3)(x)
    return tg.concat([a, b], axis=1)  # E: concat: but for axis 1, `arrays[0]` and `arrays[1]` must have the same shape: [28 28] and [26 26] [shape]


def bad15(x: Float32[Tensor, "n 255 s s"]) -> Tensor:
    return tg.reshape(x, (x.shape[0], 3, 80, x.shape[2], x.shape[3]))  # E: reshape: the old and the new shape hold different numbers of elements: 255*n*s*s and 240*n*s*s [shape]


def bad16(img: Float32[Tensor, "n 1 28 28"], label: Float32[Tensor, "n 10"]) -> Tensor:
    flat = tg.flatten(img, start=1)
    return Dense(in_features=784, out_features=1)(tg.concat([flat, label], axis=1))  # E: Dense(in_features=784, out_features=1): `x` has in_features=794, but in_features is 784 [shape]


def bad18(small: Float32[Tensor, "n 256 h w"], large: Float32[Tensor, "n 256 4*h 4*w"]) -> Tensor:
    return large + tg.upsample(small, 2)  # E: add: `x1` and `x2` do not broadcast: axis -1 is 4*w in `x1` but 2*w in `x2` [shape]


def bad19(x: Float32[Tensor, "n 16000"]) -> Tensor:
    return Conv1d(in_channels=1, out_channels=32, kernel=80, stride=4)(x)  # E: Conv1d(in_channels=1, out_channels=32, kernel=80, stride=4): `x` needs 3 axes (n in_channels w), got 2 [shape]


def bad20(x: Float32[Tensor, "n 1 100"]) -> Float32[Tensor, "n 4 98"]:
    return Conv1d(in_channels=1, out_channels=4, kernel=4)(x)  # E: bad20: the result must have 98 on axis 2 (n 4 98), not 97 [shape]


def bad21(x: Float32[Tensor, "n c t"], conv: Conv1d) -> Float32[Tensor, "n c t"]:
    y = Conv1d(in_channels=8, out_channels=8, kernel=3, padding=2)(x[:, :8])
    return y[:, :, :-1]  # E: bad21: the result must have c on axis 1 (n c t), not 8 [shape]


def bad22(x: Float32[Tensor, "n 8 t"]) -> Float32[Tensor, "n 8 t"]:
    y = Conv1d(in_channels=8, out_channels=8, kernel=3, padding=2)(x)
    return y[:, :, :-1]  # E: bad22: the result must have t on axis 2 (n 8 t), not t+1 [shape]


def bad23(x: Float32[Tensor, "t d"]) -> Float32[Tensor, "t-2 d"]:
    return x[2:] - 2.0 * x[1:-1] + x[:-1]  # E: add: `x1` and `x2` do not broadcast: axis -2 is max(0,t-2) in `x1` but t-1 in `x2` [shape]


def bad24(x: Float32[Tensor, "2*n d"]) -> Float32[Tensor, "n d"]:
    return x[::2] + x[1:]  # E: add: `x1` and `x2` do not broadcast: axis -2 is n in `x1` but 2*n-1 in `x2` [shape]


def bad25(x: Float32[Tensor, "b t 64"]) -> Float32[Tensor, "b t 64"]:
    a, b = x[..., :32], x[..., 32:]
    return tg.concat([-b, a], axis=-2)  # E: bad25: the result must have t on axis 1 (b t 64), not 2*t [shape]


def bad26(k: Float32[Tensor, "b kv s d"], q: Float32[Tensor, "b 4*kv t d"]) -> Tensor:
    return q @ tg.repeat(k, 2, axis=1).mT  # E: matmul: `x1` and `x2` do not broadcast: axis -3 is 4*kv in `x1` but 2*kv in `x2` [shape]


class Tied(Layer):
    vocab: int
    d: int
    emb: Embedding = sub(lambda self: Embedding(vocabulary=self.vocab, features=self.d))

    def __call__(self, x: Int64[Tensor, "b t"]) -> Float32[Tensor, "b t vocab"]:
        return self.emb(x) @ self.emb.weight  # E: matmul: `k` is d in `x1` but vocab in `x2` [shape]

    def ok(self, x: Int64[Tensor, "b t"]) -> Float[Tensor, "b t vocab"]:
        return self.emb(x) @ self.emb.weight.T


class Moe(Layer):
    d: int
    gate: Dense = sub(lambda self: Dense(in_features=self.d, out_features=4))
    experts: tuple[Dense, ...] = sub(
        lambda self: tuple(Dense(in_features=self.d, out_features=self.d) for _ in range(4))
    )

    def __call__(self, x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n d"]:
        w = tg.softmax(self.gate(x))
        y = tg.stack([expert(x) for expert in self.experts], axis=1)
        return tg.sum(w * y, axis=1)  # E: __call__: the result must have d on axis 1 (n d), not 4 [shape]

    def ok(self, x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n d"]:
        w = tg.softmax(self.gate(x))
        y = tg.stack([expert(x) for expert in self.experts], axis=1)
        return tg.sum(w[:, :, None] * y, axis=1)


class Duel(Layer):
    v: Dense = sub(lambda self: Dense(in_features=64, out_features=1))
    a: Dense = sub(lambda self: Dense(in_features=64, out_features=6))

    def __call__(self, x: Float32[Tensor, "n 64"]) -> Float32[Tensor, "n 6"]:
        a = self.a(x)
        return self.v(x) + a - tg.mean(a, axis=1)  # E: subtract: `x1` and `x2` do not broadcast: axis -1 is 6 in `x1` but n in `x2` [shape]

    def ok(self, x: Float32[Tensor, "n 64"]) -> Float32[Tensor, "n 6"]:
        a = self.a(x)
        return self.v(x) + a - tg.mean(a, axis=1, keepdims=True)


def bad31(logits: Float32[Tensor, "n 5"], y: Int64[Tensor, "n"], w: Float32[Tensor, "n"]) -> Tensor:
    return tg.softmax_cross_entropy(logits, y, class_weights=w)  # E: softmax_cross_entropy: `classes` is 5 in `logits` but n in `class_weights` [shape]


def bad32(logits: Float32[Tensor, "n 5"], y: Float32[Tensor, "n"]) -> Tensor:
    return tg.binary_cross_entropy_with_logits(logits, y)  # E: binary_cross_entropy_with_logits: `*s` is [n 5] in `logits` but [n] in `target` [shape]


def bad33(p: Float32[Tensor, "n d"], t: Float32[Tensor, "n d"], w: Float32[Tensor, "n"]) -> Tensor:
    return tg.mean(tg.mse(p, t, reduction="none") * w)  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but n in `x2` [shape]


def bad34(s: Float32[Tensor, "n 10"], t: Float32[Tensor, "n 100"]) -> Tensor:
    return tg.kl_divergence(tg.log_softmax(s), tg.softmax(t))  # E: kl_divergence: `classes` is 10 in `log_prediction` but 100 in `target` [shape]
