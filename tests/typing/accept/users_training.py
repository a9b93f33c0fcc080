"""Losses, gradients, data and containers, as they are meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, Protocol

from jaxtyping import Float32, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import (
    Dense,
    Layer,
    sub,
)

LATENT: Final = 32


HIDDEN = 128


def loss(
    w: Float32[Tensor, "d k"], b: Float32[Tensor, "k"], x: Float32[Tensor, "n d"], y: Float32[Tensor, "n k"]
) -> Float32[Tensor, ""]:
    return tg.mse(x @ w + b, y)


def one(w: Float32[Tensor, "d k"], x: Float32[Tensor, "d"]) -> Float32[Tensor, "k"]:
    return x @ w


class State(NamedTuple):
    h: Float32[Tensor, "b 64"]
    c: Float32[Tensor, "b 64"]


class Mlp(Layer):
    i: int
    h: int
    o: int
    a: Dense = sub(lambda self: Dense(in_features=self.i, out_features=self.h))
    b: Dense = sub(lambda self: Dense(in_features=self.h, out_features=self.o))

    def __call__(self, x: Float32[Tensor, "*n i"]) -> Float32[Tensor, "*n o"]:
        return self.b(tg.relu(self.a(x)))


class Encoder(Protocol):
    def __call__(self, x: Float32[Tensor, "n 64"], /) -> Float32[Tensor, "n 8"]: ...


def parts(x: Float32[Tensor, "n d"]) -> tuple[Float32[Tensor, "n"], Float32[Tensor, "n d"]]:
    return tg.sum(x, axis=1), x


def ok_reg(x: Float32[Tensor, "n 8"], y: Float32[Tensor, "n"]) -> Tensor:
    pred = Dense(in_features=8, out_features=1)(x)
    return tg.mse(tg.squeeze(pred, axis=1), y)


def ok_bc(pred: Float32[Tensor, "n 1"], y: Float32[Tensor, "n"]) -> Float32[Tensor, "n 1"]:
    return (pred - y[:, None]) ** 2


def ok_r2(pred: Float32[Tensor, "n"], y: Float32[Tensor, "n"]) -> Float32[Tensor, ""]:
    res = tg.sum((y - pred) ** 2)
    tot = tg.sum((y - tg.mean(y)) ** 2)
    return 1.0 - res / tot


def ok_lab(logits: Float32[Tensor, "n c"], y: Float32[Tensor, "n"]) -> Tensor:
    return tg.softmax_cross_entropy(logits, tg.astype(y, tg.int64))


def ok_oh(logits: Float32[Tensor, "n c"], y: Int64[Tensor, "n c"]) -> Tensor:
    return tg.softmax_cross_entropy(logits, tg.argmax(y, axis=1))


def ok_bce(logits: Float32[Tensor, "n"], y: Int64[Tensor, "n"]) -> Tensor:
    return tg.binary_cross_entropy_with_logits(logits, tg.astype(y, tg.float32))


def ok_acc(logits: Float32[Tensor, "n c"], y: Int64[Tensor, "n"]) -> Float32[Tensor, ""]:
    return tg.mean(tg.astype(tg.argmax(logits, axis=1) == y, tg.float32))


def ok_grad(
    w: Float32[Tensor, "d k"], b: Float32[Tensor, "k"], x: Float32[Tensor, "n d"], y: Float32[Tensor, "n k"]
) -> tuple[Float32[Tensor, "d k"], Float32[Tensor, "k"]]:
    gw, gb = tg.grad(loss, argnums=(0, 1))(w, b, x, y)
    return w - 0.1 * gw, b - 0.1 * gb


def ok_vg(
    w: Float32[Tensor, "d k"], b: Float32[Tensor, "k"], x: Float32[Tensor, "n d"], y: Float32[Tensor, "n k"]
) -> Float32[Tensor, "d k"]:
    value, g = tg.value_and_grad(loss)(w, b, x, y)
    return w - 0.1 * g


def ok_vmap(w: Float32[Tensor, "d k"], xs: Float32[Tensor, "n d"]) -> Float32[Tensor, "n k"]:
    return tg.vmap(one, in_axes=(None, 0))(w, xs)


def ok_state(s: State, w: Float32[Tensor, "64 32"]) -> Float32[Tensor, "b 32"]:
    return s.h @ w


def ok_const(x: Float32[Tensor, "n 784"]) -> Float32[Tensor, "n 784"]:
    enc = Dense(in_features=784, out_features=HIDDEN)
    mid = Dense(in_features=HIDDEN, out_features=LATENT)
    return Dense(in_features=LATENT, out_features=784)(mid(enc(x)))


def ok_reuse(x: Float32[Tensor, "n 10"]) -> Float32[Tensor, "n 10"]:
    small = Mlp(i=10, h=20, o=30)
    large = Mlp(i=30, h=20, o=10)
    return large(small(x)) + x


def ok_dict(x: Float32[Tensor, "n 16"]) -> Tensor:
    heads = {"a": Dense(in_features=16, out_features=4), "b": Dense(in_features=16, out_features=4)}
    return tg.mse(heads["a"](x), heads["b"](x))


def ok_call(
    f: Callable[[Float32[Tensor, "n 8"]], Float32[Tensor, "n 4"]], x: Float32[Tensor, "n 8"]
) -> Float32[Tensor, "n 4"]:
    return f(x)


def ok_gen(x: Float32[Tensor, "n d"]) -> Iterator[Float32[Tensor, "d"]]:
    for i in range(10):
        yield x[i]


def ok_loop(x: Float32[Tensor, "n 16"]) -> Float32[Tensor, "n 4"]:
    for _ in range(2):
        x = tg.relu(x)
    return x[:, :4]


def ok_dist(a: Float32[Tensor, "n d"], b: Float32[Tensor, "m d"]) -> Float32[Tensor, "n m"]:
    return tg.sum((a[:, None] - b[None]) ** 2, axis=-1)


def ok_dist2(a: Float32[Tensor, "n d"], b: Float32[Tensor, "m d"]) -> Float32[Tensor, "n m"]:
    aa = tg.sum(a * a, axis=1, keepdims=True)
    bb = tg.sum(b * b, axis=1)
    return aa + bb - 2.0 * a @ b.T


def ok_pg(
    logits: Float32[Tensor, "t actions"], taken: Int64[Tensor, "t"], returns: Float32[Tensor, "t"]
) -> Float32[Tensor, ""]:
    logp = tg.log_softmax(logits)
    chosen = tg.take_along_axis(logp, taken[:, None], axis=1)
    return -tg.mean(tg.squeeze(chosen, axis=1) * returns)


def ok_q(
    q: Float32[Tensor, "b actions"],
    nxt: Float32[Tensor, "b actions"],
    r: Float32[Tensor, "b"],
    done: Float32[Tensor, "b"],
) -> Float32[Tensor, "b"]:
    target = r + 0.99 * tg.max(nxt, axis=1) * (1.0 - done)
    return target


def ok_std(x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n d"]:
    return (x - tg.mean(x, axis=0)) / tg.std(x, axis=0)


def ok_gan(logits: Float32[Tensor, "b 1"]) -> Tensor:
    return tg.binary_cross_entropy_with_logits(logits, tg.ones((logits.shape[0], 1)))


def ok_kl(mean: Float32[Tensor, "b z"], logvar: Float32[Tensor, "b z"]) -> Float32[Tensor, "b"]:
    return -0.5 * tg.sum(1.0 + logvar - mean**2 - tg.exp(logvar), axis=1)


def ok_ens(x: Float32[Tensor, "b 3"], members: Sequence[Mlp]) -> Float32[Tensor, "b 3"]:
    return tg.mean(tg.stack([tg.relu(x) for _ in members]), axis=0)


def ok_aug(x: Float32[Tensor, "n d"], b: Float32[Tensor, "d"]) -> Float32[Tensor, "n d"]:
    x += b
    return x


def ok_mask(x: Float32[Tensor, "b t"], lengths: Int64[Tensor, "b"]) -> Float32[Tensor, "b t"]:
    mask = tg.arange(x.shape[1]) < lengths[:, None]
    return tg.where(mask, x, 0.0)


def ok_proto(e: Encoder, x: Float32[Tensor, "n 64"]) -> Float32[Tensor, "n 1"]:
    return Dense(in_features=8, out_features=1)(e(x))


def ok_parts(x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n d"]:
    total, y = parts(x)
    return y


def ok_clip(a: Float32[Tensor, "n d"], b: Float32[Tensor, "n d"]) -> Tensor:
    sim = tg.l2_normalize(a) @ tg.l2_normalize(b).T
    return tg.softmax_cross_entropy(sim, tg.arange(a.shape[0]))


def ok_hot(y: Int64[Tensor, "n"], p: Float32[Tensor, "n 10"]) -> Tensor:
    return tg.categorical_cross_entropy(p, tg.one_hot(y, classes=10))


def ok_ols(x: Float32[Tensor, "n d"], y: Float32[Tensor, "n"]) -> Float32[Tensor, "d"]:
    return tg.linalg.solve(x.T @ x, x.T @ y)


def ok_cov(x: Float32[Tensor, "n d"]) -> Float32[Tensor, "d d"]:
    c = x - tg.mean(x, axis=0)
    return c.T @ c / (x.shape[0] - 1)


def ok_jac(w: Float32[Tensor, "d k"], x: Float32[Tensor, "d"]) -> Float32[Tensor, "k d"]:
    return tg.jacobian(one, argnums=1)(w, x)


def ok_mix(w: Float32[Tensor, "b k"], comp: Float32[Tensor, "b k d"]) -> Float32[Tensor, "b d"]:
    return tg.squeeze(w[:, None, :] @ comp, axis=1)
