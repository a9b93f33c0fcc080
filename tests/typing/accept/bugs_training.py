"""Training as it is meant: the corrected forms of what `reject/bugs_training.py` gets wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, reveal_type

from jaxtyping import Bool, Float, Float32, Float64, Int64

import typedgrad as tg
from typedgrad import Tensor
from typedgrad.nn import BatchNorm, Dense, Embedding, Flatten, Layer, LayerNorm, Sequential, param, sub, zeros


@dataclass(frozen=True)
class Sizes:
    inputs: int
    hidden: int
    classes: int


class Batch(NamedTuple):
    images: Float32[Tensor, "64 784"]
    labels: Int64[Tensor, "64"]


class Mlp(Layer):
    sizes: Sizes
    first: Dense = sub(lambda self: Dense(in_features=self.sizes.inputs, out_features=self.sizes.hidden))
    second: Dense = sub(lambda self: Dense(in_features=self.sizes.hidden, out_features=self.sizes.classes))

    def __call__(self, x: Float[Tensor, "b {self.sizes.inputs}"]) -> Float[Tensor, "b {self.sizes.classes}"]:
        h = tg.relu(self.first(x))
        reveal_type(h)  # R: Float[Tensor, "b {self.sizes.hidden}"]
        return self.second(h)


class Chain(Layer):
    d: int
    depth: int
    first: Dense = sub(lambda self: Dense(in_features=self.d, out_features=256))
    middle: tuple[Dense, ...] = sub(lambda self: tuple(Dense(in_features=256, out_features=256) for _ in range(self.depth)))
    last: Dense = sub(lambda self: Dense(in_features=256, out_features=10))

    def __call__(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "b 10"]:
        h = tg.relu(self.first(x))
        for layer in self.middle:
            h = h + tg.relu(layer(h))
        return self.last(h)


class Autoencoder(Layer):
    d: int
    hidden: int
    weight: Float[Tensor, "d hidden"] = param(zeros)
    bias: Float[Tensor, "hidden"] = param(zeros)
    back: Float[Tensor, "d"] = param(zeros)

    def __call__(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "b d"]:
        h = tg.sigmoid(x @ self.weight + self.bias)
        return h @ self.weight.mT + self.back

    def loss(self, x: Float[Tensor, "b d"]) -> Float[Tensor, ""]:
        return tg.mse(self(x), x)


class PytorchWeights(Layer):
    inside: int
    outside: int
    weight: Float[Tensor, "outside inside"] = param(zeros)

    def __call__(self, x: Float[Tensor, "b inside"]) -> Float[Tensor, "b outside"]:
        return x @ self.weight.mT


class TwoInputs(Layer):
    words: int
    d: int
    text: Embedding = sub(lambda self: Embedding(vocabulary=self.words, features=self.d))
    picture: Dense = sub(lambda self: Dense(in_features=512, out_features=self.d))
    head: Dense = sub(lambda self: Dense(in_features=2 * self.d, out_features=1))

    def __call__(self, x: Float[Tensor, "b 512"], y: Int64[Tensor, "b t"]) -> Float[Tensor, "b 1"]:
        return self.head(tg.concat([self.picture(x), tg.mean(self.text(y), axis=1)], axis=-1))

    def each_word(self, x: Float[Tensor, "b 512"], y: Int64[Tensor, "b t"]) -> Float[Tensor, "b t 1"]:
        words = self.text(y)
        return self.head(tg.concat([tg.broadcast_to(self.picture(x)[:, None], words.shape), words], axis=-1))


class Gated(Layer):
    d: int
    gate: Dense = sub(lambda self: Dense(in_features=self.d, out_features=1))

    def __call__(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "b d"]:
        return x * tg.sigmoid(self.gate(x))


class Experts(Layer):
    d: int
    experts: int
    router: Dense = sub(lambda self: Dense(in_features=self.d, out_features=self.experts))
    weight: Float[Tensor, "experts d d"] = param(zeros)

    def __call__(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "b d"]:
        shares = tg.softmax(self.router(x))
        each = tg.einsum("bd,edf->bef", x, self.weight)
        reveal_type(each)  # R: Float[Tensor, "b experts d"]
        return tg.sum(shares[..., None] * each, axis=1)

    def by_products(self, x: Float[Tensor, "b d"]) -> Float[Tensor, "experts b d"]:
        return x @ self.weight


def squared(w: Float32[Tensor, "n m"], x: Float32[Tensor, "b n"], y: Float32[Tensor, "b m"]) -> Float32[Tensor, ""]:
    return tg.mse(x @ w, y)


def step(w: Float32[Tensor, "n m"], x: Float32[Tensor, "b n"], y: Float32[Tensor, "b m"]) -> Float32[Tensor, "n m"]:
    return w - 0.1 * tg.grad(squared)(w, x, y)


def steps(w: Float32[Tensor, "n m"], x: Float32[Tensor, "b n"], y: Float32[Tensor, "b m"]) -> Float32[Tensor, "n m"]:
    velocity = tg.zeros_like(w)
    for _ in range(100):
        velocity = 0.9 * velocity + tg.grad(squared)(w, x, y)
        w = w - 0.1 * velocity
    return w


def one_example(x: Float32[Tensor, "n"], w: Float32[Tensor, "n m"]) -> Float32[Tensor, "m"]:
    return x @ w


def mapped(x: Float32[Tensor, "b n"], w: Float32[Tensor, "n m"]) -> Float32[Tensor, "b m"]:
    return tg.vmap(one_example, in_axes=(0, None))(x, w)


def norm_of_rows(w: Float32[Tensor, "n m"]) -> Float32[Tensor, "n m"]:
    return w / tg.linalg.vector_norm(w, axis=1, keepdims=True)


def standardised(x: Float32[Tensor, "b n"]) -> Float32[Tensor, "b n"]:
    return (x - tg.mean(x, axis=0)) / (tg.std(x, axis=0) + 1e-6)


def softmax_by_hand(x: Float32[Tensor, "b n"]) -> Float32[Tensor, "b n"]:
    e = tg.exp(x - tg.max(x, axis=1, keepdims=True))
    return e / tg.sum(e, axis=1, keepdims=True)


def batches(x: Float32[Tensor, "1000 784"], start: int) -> Float32[Tensor, "_ 784"]:
    reveal_type(x[960:1024])  # R: Float32[Tensor, "40 784"]
    return x[start : start + 64]


def shuffled(x: Float32[Tensor, "n d"], y: Int64[Tensor, "n"], order: Int64[Tensor, "k"]) -> Float32[Tensor, "k d"]:
    reveal_type(y[order])  # R: Int64[Tensor, "k"]
    return x[order]


def validation(x: Float32[Tensor, "1000 d"]) -> tuple[Float32[Tensor, "800 d"], Float32[Tensor, "200 d"]]:
    return x[:800], x[800:]


def from_a_batch(batch: Batch) -> Float32[Tensor, ""]:
    model = Sequential(Dense(in_features=784, out_features=10))
    return tg.softmax_cross_entropy(model(batch.images), batch.labels)


def pictures(x: Float32[Tensor, "b 28 28"]) -> Float[Tensor, "b 10"]:
    return Sequential(Flatten(), Dense(in_features=784, out_features=128), tg.relu, Dense(in_features=128, out_features=10))(x)


def normalised(x: Float32[Tensor, "b d"], sizes: Sizes) -> Float[Tensor, "b {sizes.hidden}"]:
    return Sequential(Dense(out_features=sizes.hidden), LayerNorm(features=sizes.hidden))(x)


def batch_normalised(x: Float32[Tensor, "b 10 32"]) -> Float[Tensor, "b 10 32"]:
    return BatchNorm(features=32)(x.mT).mT


def new_head(x: Float32[Tensor, "b 512"], y: Float32[Tensor, "b 100"], old: Sequential) -> Float32[Tensor, ""]:
    del old
    return tg.soft_label_cross_entropy(Dense(in_features=512, out_features=100)(x), y)


def ensemble(x: Float32[Tensor, "b 5"]) -> Float[Tensor, "b 3"]:
    members = [Dense(in_features=5, out_features=3) for _ in range(4)]
    return tg.mean(tg.stack([member(x) for member in members]), axis=0)


def mixed_up(x: Float32[Tensor, "b d"], y: Float32[Tensor, "b d"], share: Float32[Tensor, "b"]) -> Float32[Tensor, "b d"]:
    return share[:, None] * x + (1.0 - share[:, None]) * y


def doubles(x: Float64[Tensor, "b d"], w: Float32[Tensor, "d k"]) -> Float32[Tensor, "b k"]:
    return x.astype("float32") @ w


def counted(seen: Bool[Tensor, "b t"]) -> Float32[Tensor, "b"]:
    return tg.sum(seen, axis=1).astype("float32")


def accumulated(w: Float32[Tensor, "n m"], batches: list[tuple[Float32[Tensor, "b n"], Float32[Tensor, "b m"]]]) -> Tensor:
    total = tg.zeros_like(w)
    for x, y in batches:
        total = total + tg.grad(squared)(w, x, y)
    return total / float(len(batches))
