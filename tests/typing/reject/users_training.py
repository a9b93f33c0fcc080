"""Losses, gradients, data and containers, each beside what was meant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from jaxtyping import Bool, Float, Float32, Int, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import (
    Dense,
    Embedding,
    Layer,
    normal,
    param,
    sub,
    zeros,
)

LATENT: Final = 32


HIDDEN = 128


def bad_reg(model: Dense, x: Float32[Tensor, "n 8"], y: Float32[Tensor, "n"]) -> Tensor:
    pred = Dense(in_features=8, out_features=1)(x)
    return tg.mse(pred, y)  # E: mse: `*s` is [n 1] in `prediction` but [n] in `target` [shape]


def bad_bc(pred: Float32[Tensor, "n 1"], y: Float32[Tensor, "n"]) -> Float32[Tensor, "n 1"]:
    return (pred - y) ** 2  # E: bad_bc: the result must have 1 on axis 1 (n 1), not n [shape]


def bad_r2(pred: Float32[Tensor, "n"], y: Float32[Tensor, "n 1"]) -> Float32[Tensor, ""]:
    res = tg.sum((y - pred) ** 2, axis=0)
    tot = tg.sum((y - tg.mean(y)) ** 2)
    return 1.0 - res / tot  # E: bad_r2: the result must be a scalar, not 1 axis [shape]


def bad_lab(logits: Float32[Tensor, "n c"], y: Float32[Tensor, "n"]) -> Tensor:
    return tg.softmax_cross_entropy(logits, y)  # E: softmax_cross_entropy: `labels` must be Int, not float32 [dtype]


def bad_oh(logits: Float32[Tensor, "n c"], y: Int64[Tensor, "n c"]) -> Tensor:
    return tg.softmax_cross_entropy(logits, y)  # E: softmax_cross_entropy: `*batch` is [n] in `logits` but [n c] in `labels` [shape]


def bad_bce(logits: Float32[Tensor, "n"], y: Int64[Tensor, "n"]) -> Tensor:
    return tg.binary_cross_entropy_with_logits(logits, y)  # E: binary_cross_entropy_with_logits: `target` must be Float, not int64 [dtype]


def bad_acc(logits: Float32[Tensor, "n c"], y: Int64[Tensor, "n"]) -> Tensor:
    return tg.mean(tg.astype(tg.argmax(logits, axis=0) == y, tg.float32))  # E: equal: `x1` and `x2` do not broadcast: axis -1 is c in `x1` but n in `x2` [shape]


def bad_mb(a: Int64[Tensor, "n"], b: Int64[Tensor, "n"]) -> Tensor:
    return tg.mean(a == b)  # E: mean: `x` must be Inexact, not bool [dtype]


class Linear(Layer):
    i: int
    o: int
    weight: Float32[Tensor, "i o"] = param(normal(0.1))
    bias: Float32[Tensor, "i"] = param(zeros)
    right: Float32[Tensor, "o"] = param(zeros)

    def __call__(self, x: Float32[Tensor, "n i"]) -> Float32[Tensor, "n o"]:
        return x @ self.weight + self.bias  # E: add: `x1` and `x2` do not broadcast: axis -1 is o in `x1` but i in `x2` [shape]

    def ok(self, x: Float32[Tensor, "n i"]) -> Float32[Tensor, "n o"]:
        return x @ self.weight + self.right

    # 10 torch-style weight
    def torchlike(self, x: Float32[Tensor, "n i"]) -> Float32[Tensor, "n o"]:
        return x @ self.weight.T  # E: matmul: `k` is i in `x1` but o in `x2` [shape]

    # 11 no batch
    def vec(self, x: Float32[Tensor, "i"]) -> Float32[Tensor, "o"]:
        return self.weight @ x  # E: matmul: `k` is o in `x1` but i in `x2` [shape]

    def vec_ok(self, x: Float32[Tensor, "i"]) -> Float32[Tensor, "o"]:
        return x @ self.weight


def loss(
    w: Float32[Tensor, "d k"], b: Float32[Tensor, "k"], x: Float32[Tensor, "n d"], y: Float32[Tensor, "n k"]
) -> Float32[Tensor, ""]:
    return tg.mse(x @ w + b, y)


def bad_grad(
    w: Float32[Tensor, "d k"], b: Float32[Tensor, "k"], x: Float32[Tensor, "n d"], y: Float32[Tensor, "n k"]
) -> Float32[Tensor, "d k"]:
    g = tg.grad(loss, argnums=1)(w, b, x, y)
    return g  # E: bad_grad: the result must have 2 axes (d k), not 1 [shape]


def bad_grad2(
    w: Float32[Tensor, "d k"], b: Float32[Tensor, "k"], x: Float32[Tensor, "n d"], y: Float32[Tensor, "n k"]
) -> Tensor:
    gw, gb = tg.grad(loss, argnums=(0, 1))(w, b, x, y)
    return x @ gb + x @ gw.T  # E: matmul: `k` is d in `x1` but k in `x2` [shape]


def bad_vg(
    w: Float32[Tensor, "d k"], b: Float32[Tensor, "k"], x: Float32[Tensor, "n d"], y: Float32[Tensor, "n k"]
) -> Float32[Tensor, "d k"]:
    value, g = tg.value_and_grad(loss)(w, b, x, y)
    return value  # E: bad_vg: the result must have 2 axes (d k), not 0 [shape]


def bad_vg2(
    w: Float32[Tensor, "d k"], b: Float32[Tensor, "k"], x: Float32[Tensor, "n d"], y: Float32[Tensor, "n k"]
) -> Tensor:
    value, g = tg.value_and_grad(loss)(w, b, x, y)
    return g @ x  # E: matmul: `k` is k in `x1` but n in `x2` [shape]


def bad_args(
    w: Float32[Tensor, "d k"], b: Float32[Tensor, "k"], x: Float32[Tensor, "n d"], y: Float32[Tensor, "n k"]
) -> Tensor:
    return tg.grad(loss)(b, w, x, y)  # E: loss: `w` needs 2 axes (d k), got 1 [shape]


def one(w: Float32[Tensor, "d k"], x: Float32[Tensor, "d"]) -> Float32[Tensor, "k"]:
    return x @ w


def bad_vmap(w: Float32[Tensor, "d k"], xs: Float32[Tensor, "n d"]) -> Float32[Tensor, "n d"]:
    return tg.vmap(one, in_axes=(None, 0))(w, xs)  # E: bad_vmap: the result must have d on axis 1 (n d), not k [shape]


def bad_vmap2(w: Float32[Tensor, "d k"], xs: Float32[Tensor, "n k"]) -> Float32[Tensor, "n k"]:
    return tg.vmap(one, in_axes=(None, 0))(w, xs)  # E: one: `d` is d in `w` but k in `x` [shape]


class State(NamedTuple):
    h: Float32[Tensor, "b 64"]
    c: Float32[Tensor, "b 64"]


def bad_state(s: State, w: Float32[Tensor, "32 64"]) -> Tensor:
    return s.h @ w  # E: matmul: `k` is 64 in `x1` but 32 in `x2` [shape]


def bad_state2(h: Float32[Tensor, "b 32"], c: Float32[Tensor, "b 64"]) -> State:
    return State(h, c)  # E: State: `h` must have 64 on axis 1 (b 64), not 32 [shape]


def bad_const(x: Float32[Tensor, "n 784"]) -> Tensor:
    enc = Dense(in_features=784, out_features=HIDDEN)
    dec = Dense(in_features=LATENT, out_features=784)
    return dec(enc(x))  # E: Dense(in_features=32, out_features=784): `x` has in_features=128, but in_features is 32 [shape]


@dataclass(frozen=True)
class Config:
    vocab: int = 1000
    width: int = 64
    heads: int = 4
    depth: int = 2


class Model(Layer):
    config: Config
    embed: Embedding = sub(lambda self: Embedding(vocabulary=self.config.vocab, features=self.config.width))
    ff: Dense = sub(lambda self: Dense(in_features=self.config.width, out_features=4 * self.config.width))
    back: Dense = sub(lambda self: Dense(in_features=self.config.width, out_features=self.config.width))
    fixed: Dense = sub(lambda self: Dense(in_features=4 * self.config.width, out_features=self.config.width))

    def __call__(self, tokens: Int[Tensor, "b t"]) -> Float[Tensor, "b t {self.config.width}"]:
        return self.back(tg.gelu(self.ff(self.embed(tokens))))  # E: Dense(in_features={self.config.width}, out_features={self.config.width}): `x` has in_features=4*{self.config.width}, but in_features is {self.config.width} [shape]

    def ok(self, tokens: Int[Tensor, "b t"]) -> Float[Tensor, "b t {self.config.width}"]:
        return self.fixed(tg.gelu(self.ff(self.embed(tokens))))


class Base(Layer):
    d: int
    proj: Dense = sub(lambda self: Dense(in_features=self.d, out_features=2 * self.d))

    def features(self, x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n 2*d"]:
        return self.proj(x)


class Child(Base):
    head: Dense = sub(lambda self: Dense(in_features=self.d, out_features=10))
    fine: Dense = sub(lambda self: Dense(in_features=2 * self.d, out_features=10))

    def __call__(self, x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n 10"]:
        return self.head(self.features(x))  # E: Dense(in_features=d, out_features=10): `x` has in_features=2*d, but in_features is d [shape]

    def ok(self, x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n 10"]:
        return self.fine(self.features(x))


class Maybe(Layer):
    d: int
    proj: Dense | None = None
    out: Dense = sub(lambda self: Dense(in_features=self.d, out_features=1))

    def __call__(self, x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n 1"]:
        if self.proj is not None:
            x = self.proj(x)
        return self.out(tg.concat([x, x], axis=1))

    def plain(self, x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n 1"]:
        y = tg.concat([x, x], axis=1)
        return self.out(y)  # E: Dense(in_features=d, out_features=1): `x` has in_features=2*d, but in_features is d [shape]

    def ok(self, x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n 1"]:
        return self.out(x)


class Mlp(Layer):
    i: int
    h: int
    o: int
    a: Dense = sub(lambda self: Dense(in_features=self.i, out_features=self.h))
    b: Dense = sub(lambda self: Dense(in_features=self.h, out_features=self.o))

    def __call__(self, x: Float32[Tensor, "*n i"]) -> Float32[Tensor, "*n o"]:
        return self.b(tg.relu(self.a(x)))


class Two(Layer):
    d: int
    policy: Mlp = sub(lambda self: Mlp(i=self.d, h=64, o=4))
    value: Mlp = sub(lambda self: Mlp(i=64, h=64, o=1))
    good: Mlp = sub(lambda self: Mlp(i=4, h=64, o=1))

    def __call__(self, x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n 1"]:
        return self.value(self.policy(x))  # E: Mlp(i=64, h=64, o=1): `x` has i=4, but i is 64 [shape]

    def ok(self, x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n 1"]:
        return self.good(self.policy(x))


class Heads(Layer):
    heads: dict[str, Dense] = field(default_factory=dict)

    def __call__(self, x: Float32[Tensor, "n d"]) -> Tensor:
        return self.heads["a"](x)


def bad_dict(x: Float32[Tensor, "n 16"]) -> Tensor:
    heads = {"a": Dense(in_features=16, out_features=4), "b": Dense(in_features=16, out_features=2)}
    return tg.mse(heads["a"](x), heads["b"](x))  # E: mse: `*s` is [n 4] in `prediction` but [n 2] in `target` [shape]


def bad_call(f: Callable[[Float32[Tensor, "n 8"]], Float32[Tensor, "n 4"]], x: Float32[Tensor, "n 4"]) -> Tensor:
    return f(x)  # E: f: `argument 1` must have 8 on axis 1 (n 8), not 4 [shape]


def bad_call2(
    f: Callable[[Float32[Tensor, "n 8"]], Float32[Tensor, "n 4"]], x: Float32[Tensor, "n 8"]
) -> Float32[Tensor, "n 8"]:
    return f(x)  # E: bad_call2: the result must have 8 on axis 1 (n 8), not 4 [shape]


def bad_gen(x: Float32[Tensor, "n d"]) -> Iterator[Float32[Tensor, "32 d"]]:
    for i in range(10):
        yield x[i]  # E: bad_gen: the result must have 2 axes (32 d), not 1 [shape]


def bad_loop(x: Float32[Tensor, "n 16"]) -> Float32[Tensor, "n 4"]:
    for _ in range(2):
        x = tg.relu(x)
    return x[:, :3]  # E: bad_loop: the result must have 4 on axis 1 (n 4), not 3 [shape]


def bad_dist(a: Float32[Tensor, "n d"], b: Float32[Tensor, "m d"]) -> Float32[Tensor, "n m"]:
    return tg.sum((a - b) ** 2, axis=-1)  # E: subtract: `x1` and `x2` do not broadcast: axis -2 is n in `x1` but m in `x2` [shape]


def bad_dist2(a: Float32[Tensor, "n d"], b: Float32[Tensor, "m d"]) -> Float32[Tensor, "n m"]:
    aa = tg.sum(a * a, axis=1)
    bb = tg.sum(b * b, axis=1)
    return aa + bb - 2.0 * a @ b.T  # E: add: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but m in `x2` [shape]


def bad_pg(logits: Float32[Tensor, "t actions"], taken: Int64[Tensor, "t"], returns: Float32[Tensor, "t"]) -> Tensor:
    logp = tg.log_softmax(logits)
    chosen = tg.take_along_axis(logp, taken[:, None], axis=1)
    return -tg.mean(tg.squeeze(chosen, axis=0) * returns)  # E: squeeze: axis 0 cannot be dropped: its size is t, not 1 [shape]


def bad_pg2(logits: Float32[Tensor, "t actions"], taken: Int64[Tensor, "t"], returns: Float32[Tensor, "t"]) -> Tensor:
    logp = tg.log_softmax(logits)
    chosen = tg.take_along_axis(logp, taken, axis=1)  # E: take_along_axis: `x` and `indices` must have equally many axes, not 2 and 1 [shape]
    return -tg.mean(chosen * returns)


def bad_q(
    q: Float32[Tensor, "b actions"],
    nxt: Float32[Tensor, "b actions"],
    r: Float32[Tensor, "b"],
    done: Float32[Tensor, "b"],
) -> Tensor:
    target = r + 0.99 * tg.max(nxt, axis=0) * (1.0 - done)  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is actions in `x1` but b in `x2` [shape]
    return target


def bad_std(x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n d"]:
    return (x - tg.mean(x, axis=1)) / tg.std(x, axis=0)  # E: subtract: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but n in `x2` [shape]


def bad_gan(logits: Float32[Tensor, "b 1"]) -> Tensor:
    return tg.binary_cross_entropy_with_logits(logits, tg.ones((logits.shape[0],)))  # E: binary_cross_entropy_with_logits: `*s` is [b 1] in `logits` but [b] in `target` [shape]


def bad_kl(mean: Float32[Tensor, "b z"], logvar: Float32[Tensor, "b z"]) -> Float32[Tensor, "b"]:
    return -0.5 * tg.sum(1.0 + logvar - mean**2 - tg.exp(logvar), axis=0)  # E: bad_kl: the result must have b on axis 0 (b), not z [shape]


def bad_ens(x: Float32[Tensor, "b 3"], members: Sequence[Mlp]) -> Float32[Tensor, "b 3"]:
    return tg.stack([tg.relu(x) for _ in members])  # E: bad_ens: the result must have 2 axes (b 3), not 3 [shape]


def bad_aug(x: Float32[Tensor, "n d"], b: Float32[Tensor, "n"]) -> Float32[Tensor, "n d"]:
    x += b  # E: add: `x1` and `x2` do not broadcast: axis -1 is d in `x1` but n in `x2` [shape]
    return x


def bad_mask(x: Float32[Tensor, "b t"], lengths: Int64[Tensor, "b"]) -> Float32[Tensor, "b t"]:
    mask = tg.arange(x.shape[1]) < lengths  # E: less: `x1` and `x2` do not broadcast: axis -1 is t in `x1` but b in `x2` [shape]
    return tg.where(mask, x, 0.0)


class Encoder(Protocol):
    def __call__(self, x: Float32[Tensor, "n 64"], /) -> Float32[Tensor, "n 8"]: ...


def bad_proto(e: Encoder, x: Float32[Tensor, "n 64"]) -> Tensor:
    return Dense(in_features=64, out_features=1)(e(x))  # E: Dense(in_features=64, out_features=1): `x` has in_features=8, but in_features is 64 [shape]


def parts(x: Float32[Tensor, "n d"]) -> tuple[Float32[Tensor, "n"], Float32[Tensor, "n d"]]:
    return tg.sum(x, axis=1), x


def bad_parts(x: Float32[Tensor, "n d"]) -> Float32[Tensor, "n d"]:
    y, total = parts(x)
    return y  # E: bad_parts: the result must have 2 axes (n d), not 1 [shape]


def bad_clip(a: Float32[Tensor, "n d"], b: Float32[Tensor, "n d"]) -> Tensor:
    sim = tg.l2_normalize(a).T @ tg.l2_normalize(b)
    return tg.softmax_cross_entropy(sim, tg.arange(a.shape[0]))  # E: softmax_cross_entropy: `*batch` is [d] in `logits` but [n] in `labels` [shape]


def bad_hot(y: Int64[Tensor, "n"], p: Float32[Tensor, "n 10"]) -> Tensor:
    return tg.categorical_cross_entropy(p, tg.one_hot(y, classes=9))  # E: categorical_cross_entropy: `classes` is 10 in `probabilities` but 9 in `target` [shape]


def bad_ols(x: Float32[Tensor, "n d"], y: Float32[Tensor, "n"]) -> Float32[Tensor, "d"]:
    return tg.linalg.solve(x @ x.T, x.T @ y)  # E: solve: `n` is n in `x1` but d in `x2` [shape]


def bad_cov(x: Float32[Tensor, "n d"]) -> Float32[Tensor, "d d"]:
    c = x - tg.mean(x, axis=0)
    return c @ c.T / (x.shape[0] - 1)  # E: bad_cov: the result must have d on axis 0 (d d), not n [shape]


def bad_jac2(w: Float32[Tensor, "d k"], x: Float32[Tensor, "d"]) -> Float32[Tensor, "d k"]:
    return tg.jacobian(one, argnums=1)(w, x)  # E: bad_jac2: the result must have d on axis 0 (d k), not k [shape]


def bad_cascade(x: Float32[Tensor, "b n"], y: Float32[Tensor, "b m"]) -> Float32[Tensor, "b n"]:
    return x + x * y  # E: multiply: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but m in `x2` [shape]


def bad_cascade2(x: Float32[Tensor, "b n"], y: Float32[Tensor, "b m"]) -> Float32[Tensor, "b n"]:
    z = -(x @ y)  # E: matmul: `k` is n in `x1` but b in `x2` [shape]
    return z[0] + x


def bad_cascade3(x: Float32[Tensor, "b n"], y: Float32[Tensor, "b m"]) -> Bool[Tensor, "b n"]:
    return (x < y) & (x > 0)  # E: less: `x1` and `x2` do not broadcast: axis -1 is n in `x1` but m in `x2` [shape]


def bad_mix(w: Float32[Tensor, "b k"], comp: Float32[Tensor, "b k d"]) -> Float32[Tensor, "b d"]:
    return tg.squeeze(w[:, :, None] @ comp, axis=1)  # E: matmul: `k` is 1 in `x1` but k in `x2` [shape]
