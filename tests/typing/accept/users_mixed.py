"""Questions that users ask: programs of all kinds, as they are meant."""

from __future__ import annotations

from jaxtyping import Bool, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor, nn
from typedgrad.nn import (
    AdaptiveAvgPool2d,
    Conv1d,
    Conv2d,
    Conv3d,
    Dense,
    GlobalPool,
    Gru,
    LastStep,
    Layer,
    LayerNorm,
    Lstm,
    Relu,
    Sequential,
)


class Pair(Layer):
    left: Dense
    right: Dense

    def __call__(self, x: Float32[Tensor, "n d"], y: Float32[Tensor, "n e"]) -> Tensor:
        return tg.concat([self.left(x), self.right(y)], axis=1)


def ok1(x: Float32[Tensor, "b 30"]) -> Float32[Tensor, "b 1 16"]:
    return Lstm(in_features=30, features=16)(x[:, None])


def ok2(x: Float32[Tensor, "b t 30"], y: Int64[Tensor, "b"]) -> Tensor:
    h = LastStep()(Gru(in_features=30, features=16)(x))
    return tg.softmax_cross_entropy(Dense(in_features=16, out_features=4)(h), y)


def ok6(h: Float32[Tensor, "b d"], enc: Float32[Tensor, "b s d"]) -> Float32[Tensor, "b s 2*d"]:
    wide = tg.broadcast_to(h[:, None], (h.shape[0], enc.shape[1], h.shape[1]))
    return tg.concat([wide, enc], axis=-1)


def ok7(q: Float32[Tensor, "b h t k"], k: Float32[Tensor, "b h s k"]) -> Float32[Tensor, "b h t s"]:
    return tg.einsum("bhtk,bhsk->bhts", q, k)


def ok8(scores: Float32[Tensor, "b h t s"]) -> Float32[Tensor, "b h t s"]:
    e = tg.exp(scores - tg.max(scores, axis=-1, keepdims=True))
    return e / tg.sum(e, axis=-1, keepdims=True)


def ok9(x: Float32[Tensor, "b 3 32 32"]) -> Float32[Tensor, "b 64 48"]:
    p = tg.reshape(x, (x.shape[0], 3, 8, 4, 8, 4))
    p = tg.permute_dims(p, (0, 2, 4, 1, 3, 5))
    return tg.reshape(p, (x.shape[0], 64, 48))


def ok10(x: Float32[Tensor, "n 28 28"]) -> Float32[Tensor, "n 8 26 26"]:
    return Conv2d(in_channels=1, out_channels=8, kernel=3)(x[:, None])


def ok14(x: Float32[Tensor, "n 192 28 28"]) -> Float32[Tensor, "n 192 28 28"]:
    a = Conv2d(in_channels=192, out_channels=64, kernel=1)(x)
    b = Conv2d(in_channels=192, out_channels=128, kernel=3, padding=1)(x)
    return tg.concat([a, b], axis=1)


def ok15(x: Float32[Tensor, "n 255 s s"]) -> Float32[Tensor, "n 3 85 s s"]:
    return tg.reshape(x, (x.shape[0], 3, 85, x.shape[2], x.shape[3]))


def ok16(img: Float32[Tensor, "n 1 28 28"], label: Float32[Tensor, "n 10"]) -> Float32[Tensor, "n 1"]:
    flat = tg.flatten(img, start=1)
    return Dense(in_features=794, out_features=1)(tg.concat([flat, label], axis=1))


def ok17(f: Float32[Tensor, "n c h w"]) -> Float32[Tensor, "n c c"]:
    x = tg.flatten(f, start=2)
    return x @ x.mT


def ok18(small: Float32[Tensor, "n 256 h w"], large: Float32[Tensor, "n 256 2*h 2*w"]) -> Tensor:
    return large + tg.upsample(small, 2)


def ok19(x: Float32[Tensor, "n 16000"]) -> Float32[Tensor, "n 32 3981"]:
    return Conv1d(in_channels=1, out_channels=32, kernel=80, stride=4)(x[:, None, :])


def ok20(x: Float32[Tensor, "n 1 100"]) -> Float32[Tensor, "n 4 98"]:
    return Conv1d(in_channels=1, out_channels=4, kernel=3)(x)


def ok22(x: Float32[Tensor, "n 8 t"]) -> Float32[Tensor, "n 8 t"]:
    y = Conv1d(in_channels=8, out_channels=8, kernel=3, padding=2)(x)
    return y[:, :, :-2]


def ok23(x: Float32[Tensor, "t d"]) -> Float32[Tensor, "t-2 d"]:
    return x[2:] - 2.0 * x[1:-1] + x[:-2]


def ok24(x: Float32[Tensor, "2*n d"]) -> Float32[Tensor, "n d"]:
    return x[::2] + x[1::2]


def ok25(x: Float32[Tensor, "b t 64"]) -> Float32[Tensor, "b t 64"]:
    a, b = x[..., :32], x[..., 32:]
    return tg.concat([-b, a], axis=-1)


def ok26(k: Float32[Tensor, "b kv s d"], q: Float32[Tensor, "b 4*kv t d"]) -> Float32[Tensor, "b 4*kv t s"]:
    return q @ tg.repeat(k, 4, axis=1).mT


def ok30(new: Float32[Tensor, "n 4"], old: Float32[Tensor, "n"], taken: Int64[Tensor, "n"]) -> Tensor:
    picked = tg.take_along_axis(tg.log_softmax(new), taken[:, None], axis=1)
    return tg.mean(tg.exp(picked[:, 0] - old))


def ok31(logits: Float32[Tensor, "n 5"], y: Int64[Tensor, "n"], w: Float32[Tensor, "n"]) -> Tensor:
    return tg.softmax_cross_entropy(logits, y, weights=w)


def ok33(p: Float32[Tensor, "n d"], t: Float32[Tensor, "n d"], w: Float32[Tensor, "n"]) -> Tensor:
    return tg.mean(tg.mse(p, t, reduction="none") * w[:, None])


def ok35(x: Float32[Tensor, "n d"], keep: Bool[Tensor, "d"]) -> Float32[Tensor, "n d"]:
    return tg.where(keep, x, 0.0)


def ok37(x: Float32[Tensor, "n 3 32 32"]) -> Float32[Tensor, "n 2"]:
    body = nn.freeze(Sequential(Conv2d(in_channels=3, out_channels=8, kernel=3), Relu(), GlobalPool()))
    return Dense(in_features=8, out_features=2)(body(x))


def ok38(x: Float32[Tensor, "n 4"], y: Float32[Tensor, "n 5"]) -> Tensor:
    p = Pair(left=Dense(in_features=4, out_features=8), right=Dense(in_features=5, out_features=8))
    return p.right(y)


def ok42(xs: list[Float32[Tensor, "n d"]]) -> Float32[Tensor, "n"]:
    return tg.concat(xs, axis=1)[:, 0]


def ok44(a: Float32[Tensor, "n d"], w: Float32[Tensor, "k d"]) -> Float32[Tensor, "n k"]:
    return tg.linear(a, weight=w.T)


def ok47(x: Float32[Tensor, "n d"], flag: bool) -> Float32[Tensor, "n d"]:
    y = x * 2.0 if flag else x
    return x + y


def ok48(x: Float32[Tensor, "n d"], b: Float32[Tensor, "d"] | None = None) -> Float32[Tensor, "n d"]:
    if b is not None:
        x = x + b
    return x


def ok50(x: Float32[Tensor, "n 1 40 100"]) -> Float32[Tensor, "n 8 1 98"]:
    return Conv2d(in_channels=1, out_channels=8, kernel=(40, 3))(x)


def ok51(x: Float32[Tensor, "n t 3 h w"]) -> Float32[Tensor, "n 8 t h w"]:
    return Conv3d(in_channels=3, out_channels=8, kernel=3, padding=1)(tg.swapaxes(x, 1, 2))


def ok53(x: Float32[Tensor, "n 64 h w"]) -> Tensor:
    return LayerNorm(features=64)(tg.moveaxis(x, 1, -1))


def ok54(x: Float32[Tensor, "b t 768"]) -> Float32[Tensor, "b 2"]:
    return Dense(in_features=768, out_features=2)(x[:, 0])


def ok55(x: Float32[Tensor, "n 16 7 7"]) -> Float32[Tensor, "n 4"]:
    y = AdaptiveAvgPool2d(size=2)(x)
    return Dense(in_features=64, out_features=4)(tg.flatten(y, start=1))


def ok57(x: Float32[Tensor, "n 1"]) -> Float32[Tensor, "n"]:
    return tg.squeeze(x, axis=1)


def ok59(x: Float32[Tensor, "n 10"]) -> Float32[Tensor, "n 3"]:
    v, i = tg.topk(x, 3)
    return v
