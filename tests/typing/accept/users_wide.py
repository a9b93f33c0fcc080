"""Programs of all kinds, with networks, graphs and generators, as they are meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from jaxtyping import Float, Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import (
    Bidirectional,
    Bilinear,
    Conv1d,
    Conv2d,
    Dense,
    GlobalPool,
    Gru,
    LastStep,
    MaxPool2d,
    MultiHeadAttention,
    Sequential,
)


def example(w: Float32[Tensor, "d"], x: Float32[Tensor, "d"], y: Float32[Tensor, ""]) -> Float32[Tensor, ""]:
    return (tg.sum(w * x) - y) ** 2


class Out(NamedTuple):
    logits: Float32[Tensor, "b c"]
    features: Float32[Tensor, "b 128"]


@dataclass(frozen=True)
class Example:
    image: Float32[Tensor, "3 h w"]
    mask: Float32[Tensor, "1 h w"]


def ok2(x: Float32[Tensor, "n 64"]) -> Float32[Tensor, "n 10"]:
    return Dense(in_features=32, out_features=10)(tg.glu(x))


def ok5(x: Float32[Tensor, "n c h w"], gamma: Float32[Tensor, "n c"]) -> Float32[Tensor, "n c h w"]:
    return x * gamma[..., None, None]


def ok6(centre: Float32[Tensor, "b d"], negative: Float32[Tensor, "b k d"]) -> Float32[Tensor, "b k"]:
    return tg.squeeze(negative @ centre[..., None], axis=-1)


def ok7(
    alpha: Float32[Tensor, "b k"], trans: Float32[Tensor, "k k"], emit: Float32[Tensor, "b k"]
) -> Float32[Tensor, "b k"]:
    scores = alpha[:, :, None] + trans + emit[:, None]
    return tg.logsumexp(scores, axis=1)


def ok11(adj: Float32[Tensor, "v v"], x: Float32[Tensor, "v d"]) -> Float32[Tensor, "v d"]:
    return adj @ x / tg.sum(adj, axis=1, keepdims=True)


def ok12(x: Float32[Tensor, "n d"], c: Float32[Tensor, "k d"]) -> Int64[Tensor, "n"]:
    dist = tg.sum((x[:, None] - c[None]) ** 2, axis=-1)
    return tg.argmin(dist, axis=1)


def ok13(x: Float32[Tensor, "n d"], v: Float32[Tensor, "k d"]) -> Float32[Tensor, "n k"]:
    return (x - tg.mean(x, axis=0)) @ v.T


def ok14(
    x: Float32[Tensor, "n d"], mean: Float32[Tensor, "k d"], var: Float32[Tensor, "k d"]
) -> Float32[Tensor, "n k"]:
    z = (x[:, None] - mean) ** 2 / var
    return -0.5 * tg.sum(z + tg.log(var), axis=2)


def ok15(x: Float32[Tensor, "n c"]) -> Float32[Tensor, "n"]:
    m = tg.max(x, axis=1, keepdims=True)
    return m[:, 0] + tg.log(tg.sum(tg.exp(x - m), axis=1))


def ok16(x: Float32[Tensor, "b 784"]) -> Float[Tensor, "b 10"]:
    net = (
        tg.network()
        .input("n 1 28 28")
        .layer(Conv2d, out_channels=8, kernel=3)
        .output("softmax_cross_entropy", Dense, out_features=10)
        .build()
    )
    return net(tg.reshape(x, (x.shape[0], 1, 28, 28)))


def ok17(x: Float32[Tensor, "b 4"], y: Float32[Tensor, "b 2"]) -> Tensor:
    net = tg.network().input("n 4").layer(Dense, out_features=8).output("mse", Dense, out_features=2).build()
    return tg.mse(net(x), y)


def ok21(x: Float32[Tensor, "n c h w"], downs: Sequence[Conv2d]) -> Tensor:
    skips = []
    for d in downs:
        x = d(x)
        skips.append(x)
    for s in reversed(skips):
        x = x + s
    return x


def ok21b(x: Float32[Tensor, "n c h w"], flag: bool) -> Float32[Tensor, "n c h w"]:
    y = x
    if flag:
        y = tg.permute_dims(x, (0, 2, 3, 1))
        y = tg.permute_dims(y, (0, 3, 1, 2))
    return y


def ok21c(x: Float32[Tensor, "n d"], steps: int) -> Float32[Tensor, "n 1"]:
    while steps > 0:
        x = x[:, ::2] if x.shape[1] > 1 else x
        steps -= 1
    return tg.mean(x, axis=1, keepdims=True)


def ok21d(x: Float32[Tensor, "n d"], w: Float32[Tensor, "d d"] | None) -> Float32[Tensor, "n d"]:
    if w is None:
        w = tg.eye(x.shape[1])
    return x @ w


def ok22(
    w: Float32[Tensor, "d k"], b: Float32[Tensor, "k"], x: Float32[Tensor, "n d"], y: Float32[Tensor, "n k"]
) -> tuple[Float32[Tensor, "d k"], Float32[Tensor, "k"]]:
    def loss(w: Float32[Tensor, "d k"], b: Float32[Tensor, "k"]) -> Float32[Tensor, ""]:
        return tg.mse(x @ w + b, y)

    gw, gb = tg.grad(loss, argnums=(0, 1))(w, b)
    return w - 0.1 * gw, b - 0.1 * gb


def ok23(w: Float32[Tensor, "d"], xs: Float32[Tensor, "n d"], ys: Float32[Tensor, "n"]) -> Float32[Tensor, "d"]:
    return w - tg.mean(tg.vmap(tg.grad(example), in_axes=(None, 0, 0))(w, xs, ys), axis=0)


def ok25(w: Float32[Tensor, "d"], x: Float32[Tensor, "d"], y: Float32[Tensor, ""]) -> Float32[Tensor, "d"]:
    h = tg.hessian(example)(w, x, y)
    g = tg.grad(example)(w, x, y)
    return w - tg.linalg.solve(h, g)


def ok28(f: Float32[Tensor, "b 128"], l: Float32[Tensor, "b c"]) -> Out:
    return Out(l, f)


def ok30(image: Float32[Tensor, "3 h w"], mask: Float32[Tensor, "h w"]) -> Example:
    return Example(image=image, mask=mask[None])


def ok31(x: Float32[Tensor, "n c h w"]) -> Float32[Tensor, "n c h w"]:
    return tg.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))[:, :, 1:-1, 1:-1]


def ok32(tokens: Int64[Tensor, "b t"]) -> Int64[Tensor, "b t"]:
    start = tg.zeros((tokens.shape[0], 1), dtype=tg.int64)
    return tg.concat([start, tokens[:, :-1]], axis=1)


def ok34(x: Float32[Tensor, "b h t t"]) -> Float32[Tensor, "b h t t"]:
    b, h, t, _ = x.shape
    y = tg.pad(x, ((0, 0), (0, 0), (0, 0), (1, 0)))
    y = tg.reshape(y, (b, h, t + 1, t))
    return y[:, :, 1:]


def ok35(x: Float32[Tensor, "n 12 h w"]) -> Float32[Tensor, "n 12 h w"]:
    n, c, h, w = x.shape
    y = tg.reshape(x, (n, 3, c // 3, h, w))
    return tg.reshape(tg.swapaxes(y, 1, 2), (n, c, h, w))


def ok36(x: Float32[Tensor, "n t 3 64 64"]) -> Float32[Tensor, "n t 128"]:
    n, t, c, h, w = x.shape
    f = tg.reshape(x, (n * t, c, h, w))
    f = GlobalPool()(Conv2d(in_channels=3, out_channels=128, kernel=3)(f))
    return tg.reshape(f, (n, t, 128))


def ok37(x: Float32[Tensor, "n 8 32 32"]) -> Float32[Tensor, "n 8 16 16"]:
    return MaxPool2d(kernel=3, stride=2, padding=1)(x)


def ok38(x: Float32[Tensor, "n 8 100"]) -> Float32[Tensor, "n 8 100"]:
    return Conv1d(in_channels=8, out_channels=8, kernel=3, dilation=4, padding=4)(x)


def ok41(x: Float32[Tensor, "b t 64"], y: Float32[Tensor, "b t 64"]) -> Float32[Tensor, "b t 64"]:
    return y + MultiHeadAttention(features=64, heads=4)(x)


def ok46(f: Float32[Tensor, "n c h w"], w: Float32[Tensor, "c k"]) -> Float32[Tensor, "n k h w"]:
    return tg.einsum("nchw,ck->nkhw", f, w)


def ok47(logits: Float32[Tensor, "b t c"], y: Int64[Tensor, "b t"], lengths: Int64[Tensor, "b"]) -> Tensor:
    mask = tg.length_mask(lengths, logits.shape[1])
    return tg.softmax_cross_entropy(logits, y, mask=mask)


def ok49(x: Float32[Tensor, "n 50"], y: Float32[Tensor, "n 20"]) -> Float32[Tensor, "n 3"]:
    return Bilinear(left_features=50, right_features=20, out_features=3)(x, y)


def ok51(x: Float32[Tensor, "b 512"]) -> Float32[Tensor, "b 257"]:
    spec = tg.fft.rfft(x)
    return tg.abs(spec)


def ok53(x: Float32[Tensor, "n k"]) -> Float32[Tensor, "n k"]:
    return tg.take_along_axis(x, tg.argsort(x, axis=1), axis=1)


def ok54(table: Float32[Tensor, "v d"], rows: Int64[Tensor, "b"]) -> Float32[Tensor, "b d"]:
    return tg.take(table, rows, axis=0)


def ok55(u: Float32[Tensor, "b m"], v: Float32[Tensor, "b n"]) -> Float32[Tensor, "b m n"]:
    return u[:, :, None] * v[:, None, :]


def ok56(x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n 3*d"]:
    return tg.tile(x, (1, 3))


def ok57(x: Float32[Tensor, "b t 40"]) -> Tensor:
    net = Sequential(
        Bidirectional(forward=Gru(in_features=40, features=32)), LastStep(), Dense(in_features=64, out_features=2)
    )
    return net(x)
